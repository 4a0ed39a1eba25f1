package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func (a *applier) createTable(st *ast.CreateTable) (*Update, error) {
	key, err := checkTableSyntax(st)
	if err != nil {
		return nil, err
	}
	if err := checkValues(st.Properties); err != nil {
		return nil, err
	}
	k, err := a.keyspace(st.Name.Keyspace)
	if err != nil {
		return nil, err
	}
	if k.Tables[st.Name.Name] != nil {
		if st.IfNotExists {
			return a.unchanged()
		}
		return nil, cqlerr.TableExists(k.Name, st.Name.Name)
	}
	t, err := a.buildTable(k, st, key)
	if err != nil {
		return nil, err
	}
	if err := a.validateTable(t); err != nil {
		return nil, err
	}
	return a.swap(k.WithTable(t), tableChange(Created, t))
}

// BuildTable makes a table from CREATE TABLE text that comes with the program: the definition of a system or virtual
// table, in the keyspace of that name. It has no types of its own.
func BuildTable(st *ast.CreateTable) (*Table, error) {
	key, err := checkTableSyntax(st)
	if err != nil {
		return nil, err
	}
	a := &applier{schema: &Schema{}, env: &Env{}}
	return a.buildTable(NewKeyspace(st.Name.Keyspace, Replication{}), st, key)
}

// CheckTableSyntax refuses what Cassandra refuses while it parses: before it looks at the schema or at permissions.
// Messages show the table's name as it was written.
func CheckTableSyntax(st *ast.CreateTable) error {
	_, err := checkTableSyntax(st)
	return err
}

// checkTableSyntax finds the primary key, wherever it was written.
func checkTableSyntax(st *ast.CreateTable) (ast.PrimaryKey, error) {
	name := st.Name.Name
	if st.Name.Keyspace != "" {
		name = st.Name.Keyspace + "." + name
	}
	seen := map[string]bool{}
	var keys []ast.PrimaryKey
	for _, c := range st.Columns {
		if seen[c.Name] {
			return ast.PrimaryKey{}, cqlerr.Invalid("Duplicate column '%s' declaration for table '%s'", c.Name, name)
		}
		seen[c.Name] = true
		if c.PrimaryKey {
			keys = append(keys, ast.PrimaryKey{Partition: []string{c.Name}})
		}
	}
	keys = append(keys, st.PrimaryKeys...)
	ordered := map[string]bool{}
	for _, o := range st.ClusteringOrder {
		if ordered[o.Column] {
			return ast.PrimaryKey{}, cqlerr.Invalid("Duplicate column '%s' in CLUSTERING ORDER BY clause for table '%s'", o.Column, name)
		}
		ordered[o.Column] = true
	}
	switch len(keys) {
	case 0:
		return ast.PrimaryKey{}, cqlerr.Invalid("No PRIMARY KEY specifed for table '%s' (exactly one required)", name)
	case 1:
		return keys[0], nil
	}
	return ast.PrimaryKey{}, cqlerr.Invalid("Multiple PRIMARY KEY specified for table '%s' (exactly one required)", name)
}

// tableBuilder is a CREATE TABLE under way.
type tableBuilder struct {
	*applier
	keyspace *Keyspace
	st       *ast.CreateTable
	key      ast.PrimaryKey
	table    *Table
	defs     map[string]ast.ColumnDef
	types    map[string]cqltype.Type
	masks    map[string]*Mask
}

func (a *applier) buildTable(k *Keyspace, st *ast.CreateTable, key ast.PrimaryKey) (*Table, error) {
	id, err := tableProperties(st.Properties)
	if err != nil {
		return nil, err
	}
	b := &tableBuilder{applier: a, keyspace: k, st: st, key: key, table: NewTable(k.Name, st.Name.Name, uuid.Nil)}
	if b.table.Options, err = b.table.Options.apply(st.Properties, true); err != nil {
		return nil, err
	}
	for _, step := range []func() error{b.prepareColumns, b.checkKey, b.checkOrder, b.checkCompact, b.checkCounters} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if b.table.ID, err = a.tableID(id); err != nil {
		return nil, err
	}
	b.addColumns()
	return b.table, nil
}

func (a *applier) tableID(text string) (uuid.UUID, error) {
	if text == "" {
		return a.newID(), nil
	}
	id, err := parseID(text)
	if err != nil {
		return id, err
	}
	if t := a.schema.TableByID(id); t != nil {
		return id, cqlerr.Config("Table id %s is used by table %s.%s", id, t.Keyspace, t.Name)
	}
	return id, nil
}

func parseID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return id, cqlerr.Config("Invalid table id")
	}
	return id, nil
}

// prepareColumns finds types and masks, by column name as Cassandra does.
func (b *tableBuilder) prepareColumns() error {
	b.defs, b.types, b.masks = map[string]ast.ColumnDef{}, map[string]cqltype.Type{}, map[string]*Mask{}
	for _, c := range b.st.Columns {
		b.defs[c.Name] = c
	}
	for _, name := range sortedKeys(b.defs) {
		def := b.defs[name]
		t, err := b.keyspace.Type(def.Type)
		if err != nil {
			return err
		}
		b.types[name] = t
		if def.Mask != nil {
			c := &Column{Keyspace: b.keyspace.Name, Table: b.st.Name.Name, Name: name, Type: t}
			if b.masks[name], err = b.mask(c, def.Mask); err != nil {
				return err
			}
		}
	}
	for _, name := range sortedKeys(b.types) {
		if err := checkNestedFields(b.types[name]); err != nil {
			return err
		}
	}
	return nil
}

// mask prepares MASKED WITH.
func (a *applier) mask(c *Column, m *ast.Mask) (*Mask, error) {
	if !a.env.Flags.Masking {
		return nil, cqlerr.Invalid("Cannot mask columns because dynamic data masking is not enabled. You can enable it with the dynamic_data_masking_enabled property on cassandra.yaml")
	}
	return a.env.Terms.Mask(a.schema, c, m)
}

func checkNestedFields(t cqltype.Type) error {
	u, ok := t.(*cqltype.UserType)
	if !ok || !u.IsMultiCell() {
		return nil
	}
	for _, f := range u.Fields {
		if f.Type.IsMultiCell() {
			return cqlerr.Invalid("Non-frozen UDTs with nested non-frozen collections are not supported")
		}
	}
	return nil
}

func (b *tableBuilder) keyNames() []string {
	return append(slices.Clone(b.key.Partition), b.key.Clustering...)
}

func (b *tableBuilder) checkKey() error {
	seen := map[string]bool{}
	for _, name := range b.keyNames() {
		t, ok := b.types[name]
		if !ok {
			return cqlerr.Invalid("Unknown column '%s' referenced in PRIMARY KEY for table '%s'", name, b.st.Name.Name)
		}
		if seen[name] {
			return cqlerr.Invalid("Duplicate column '%s' in PRIMARY KEY clause for table '%s'", name, b.st.Name.Name)
		}
		seen[name] = true
		shown := t.String()
		if t.Kind() == cqltype.KindUDT {
			// sic: the whole name, which has a dot, is quoted
			shown = ast.QuoteName(b.keyspace.Name + "." + t.(*cqltype.UserType).Name)
		}
		if err := checkKeyType(t, shown, name); err != nil {
			return err
		}
		if b.defs[name].Static {
			return cqlerr.Invalid("Static column '%s' cannot be part of the PRIMARY KEY", name)
		}
	}
	return nil
}

// checkKeyType refuses types whose values cannot identify rows.
func checkKeyType(t cqltype.Type, shown, name string) error {
	switch {
	case t.IsMultiCell() && t.Kind() == cqltype.KindUDT:
		return cqlerr.Invalid("Invalid non-frozen user-defined type %s for PRIMARY KEY column '%s'", shown, name)
	case t.IsMultiCell():
		return cqlerr.Invalid("Invalid non-frozen collection type %s for PRIMARY KEY column '%s'", shown, name)
	case t.Kind() == cqltype.KindCounter:
		return cqlerr.Invalid("counter type is not supported for PRIMARY KEY column '%s'", name)
	case referencesDuration(t):
		return cqlerr.Invalid("duration type is not supported for PRIMARY KEY column '%s'", name)
	}
	return nil
}

func (b *tableBuilder) checkOrder() error {
	order := b.st.ClusteringOrder
	var wrong []string
	named := map[string]bool{}
	for _, o := range order {
		named[o.Column] = true
		if !slices.Contains(b.key.Clustering, o.Column) {
			wrong = append(wrong, o.Column)
		}
	}
	if len(wrong) > 0 {
		return cqlerr.Invalid("Only clustering key columns can be defined in CLUSTERING ORDER directive: %s are not clustering columns", javaList(wrong))
	}
	for i, o := range order {
		c := b.key.Clustering[i]
		switch {
		case o.Column == c:
		case named[c]:
			return cqlerr.Invalid("The order of columns in the CLUSTERING ORDER directive must match that of the clustering columns (%s must appear before %s)", c, o.Column)
		default:
			return cqlerr.Invalid("Missing CLUSTERING ORDER for column %s", c)
		}
	}
	return nil
}

// values are the names of the columns outside the primary key.
func (b *tableBuilder) values() []string {
	keys := b.keyNames()
	return slices.DeleteFunc(sortedKeys(b.types), func(n string) bool { return slices.Contains(keys, n) })
}

func (b *tableBuilder) checkCompact() error {
	values := b.values()
	static := false
	for _, c := range b.st.Columns {
		static = static || c.Static
	}
	if !b.st.CompactStorage {
		if static && len(b.key.Clustering) == 0 {
			return cqlerr.Invalid("Static columns are only useful (and thus allowed) if the table has at least one clustering column")
		}
		return nil
	}
	multiCell := func(n string) bool { return b.types[n].IsMultiCell() }
	switch {
	case slices.ContainsFunc(values, multiCell):
		return cqlerr.Invalid("Non-frozen collections and UDTs are not supported with COMPACT STORAGE")
	case static:
		return cqlerr.Invalid("Static columns are not supported in COMPACT STORAGE tables")
	case len(b.key.Clustering) == 0 && len(values) == 0:
		return cqlerr.Invalid("No definition found that is not part of the PRIMARY KEY")
	case len(b.key.Clustering) > 0 && len(values) > 1:
		return cqlerr.Invalid("COMPACT STORAGE with composite PRIMARY KEY allows no more than one column not part of the PRIMARY KEY (got: %s)", strings.Join(values, ", "))
	}
	return nil
}

func (b *tableBuilder) checkCounters() error {
	counters := 0
	values := b.values()
	for _, n := range values {
		if b.types[n].Kind() == cqltype.KindCounter {
			counters++
		}
	}
	if counters == 0 {
		return nil
	}
	if counters < len(values) {
		return cqlerr.Invalid("Cannot mix counter and non counter columns in the same table")
	}
	if b.table.Options.DefaultTTL > 0 {
		return cqlerr.Invalid("Cannot set default_time_to_live on a table with counters")
	}
	b.table.Counter = true
	return nil
}

func (b *tableBuilder) addColumns() {
	t := b.table
	add := func(name string, kind ColumnKind) {
		c := &Column{Name: name, Kind: kind, Type: b.types[name], Mask: b.masks[name]}
		if kind == Clustering {
			c.Desc = isReversed(b.defs[name].Type)
			for _, o := range b.st.ClusteringOrder {
				if o.Column == name {
					c.Desc = o.Desc
				}
			}
		}
		t.Add(c)
	}
	for _, name := range b.key.Partition {
		add(name, PartitionKey)
	}
	for _, name := range b.key.Clustering {
		add(name, Clustering)
	}
	staticCompact := b.st.CompactStorage && len(b.key.Clustering) == 0
	for _, name := range b.values() {
		if b.defs[name].Static || staticCompact {
			add(name, Static)
		} else {
			add(name, Regular)
		}
	}
	if b.st.CompactStorage {
		t.addCompactColumns()
	}
}

// addCompactColumns sets the layout of a table WITH COMPACT STORAGE and adds the technical columns that CQL does not
// show: a clustering column and a value when there is none (CreateTableStatement.fixupCompactTable).
func (t *Table) addCompactColumns() {
	t.Compact, t.Dense, t.Compound = true, len(t.Clustering) > 0, len(t.Clustering) > 1
	switch {
	case len(t.Clustering) == 0:
		t.Add(&Column{Name: t.freeName("column", 1), Kind: Clustering, Type: cqltype.Text})
		value := cqltype.Blob
		if t.Counter {
			value = cqltype.Counter
		}
		t.Add(&Column{Name: t.freeName("value", 0), Kind: Regular, Type: value})
	case len(t.Regulars) == 0:
		t.Add(&Column{Name: t.freeName("value", 0), Kind: Regular, Type: cqltype.Empty})
	}
}

// freeName is prefix with the first number from start that no column has; 0 is left out.
func (t *Table) freeName(prefix string, start int) string {
	for i := start; ; i++ {
		name := prefix
		if i > 0 {
			name += strconv.Itoa(i)
		}
		if t.Columns[name] == nil {
			return name
		}
	}
}

// validateTable is TableMetadata.validate.
func (a *applier) validateTable(t *Table) error {
	except := func(format string, args ...any) error {
		return cqlerr.New(cqlerr.ConfigError, "%s", t.Keyspace+"."+t.Name+": "+cqlerr.Config(format, args...).Message)
	}
	if !validName.MatchString(t.Name) {
		return except("Table name must not be empty, more than %d characters long, or contain non-alphanumeric-underscore characters (got \"%s\")", maxKeyspaceName, t.Name)
	}
	if err := t.Options.validate(); err != nil {
		return err
	}
	for _, list := range [][]*Column{t.Statics, t.Regulars} {
		for _, c := range list {
			switch counter := c.Type.Kind() == cqltype.KindCounter; {
			case t.Counter && !counter:
				return except("Cannot have a non counter column (\"%s\") in a counter table", c.Name)
			case counter && !t.Counter:
				return except("Cannot have a counter column (\"%s\") in a non counter table", c.Name)
			}
		}
	}
	for _, name := range sortedKeys(t.Indexes) {
		if err := a.validateIndex(t, t.Indexes[name]); err != nil {
			return err
		}
	}
	return nil
}
