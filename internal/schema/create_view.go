package schema

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

func (a *applier) createView(st *ast.CreateView) (*Update, error) {
	if st.From.Keyspace != "" && st.From.Keyspace != st.Name.Keyspace {
		return nil, cqlerr.Invalid("Cannot create a materialized view on a table in a different keyspace")
	}
	if !a.env.Flags.MaterializedViews {
		return nil, cqlerr.Invalid("Materialized views are disabled. Enable in cassandra.yaml to use.")
	}
	k, err := a.keyspace(st.Name.Keyspace)
	if err != nil {
		return nil, err
	}
	base := k.Tables[st.From.Name]
	switch old := k.Tables[st.Name.Name]; {
	case base == nil || base.IsView():
		return nil, cqlerr.Invalid("Base table '%s' doesn't exist", st.From.Name)
	case old != nil && !old.IsView():
		return nil, cqlerr.Invalid("Cannot create materialized view '%s' - a table with the same name already exists", st.Name.Name)
	case old != nil && st.IfNotExists:
		a.warnViews()
		return a.unchanged()
	case old != nil:
		return nil, cqlerr.TableExists(k.Name, st.Name.Name)
	case base.Counter:
		return nil, cqlerr.Invalid("Materialized views are not supported on counter tables")
	}
	b := &viewBuilder{applier: a, st: st, base: base, selected: map[string]bool{}}
	v, err := b.build()
	if err != nil {
		return nil, err
	}
	if err := a.validateTable(v); err != nil {
		return nil, err
	}
	a.warnViews()
	return a.swap(k.WithTable(v), tableChange(Created, v))
}

func (a *applier) warnViews() {
	a.warn("Materialized views are experimental and are not recommended for production use.")
}

// viewBuilder is a CREATE MATERIALIZED VIEW under way.
type viewBuilder struct {
	*applier
	st       *ast.CreateView
	base     *Table
	selected map[string]bool
}

func (b *viewBuilder) build() (*Table, error) {
	for _, step := range []func() error{b.selectColumns, b.checkKey, b.checkWhere} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	id, err := tableProperties(b.st.Properties)
	if err != nil {
		return nil, err
	}
	if p := findProperty(b.st.Properties, "default_time_to_live"); p != nil {
		var ttl int
		if err := p.integer(&ttl); err != nil {
			return nil, err
		}
		if ttl != 0 {
			return nil, cqlerr.Invalid("Cannot set default_time_to_live for a materialized view. Data in a materialized view always expire at the same time than the corresponding data in the parent table.")
		}
	}
	v := NewTable(b.base.Keyspace, b.st.Name.Name, uuid.Nil)
	if v.ID, err = b.tableID(id); err != nil {
		return nil, err
	}
	if v.Options, err = v.Options.apply(b.st.Properties, true); err != nil {
		return nil, err
	}
	b.addColumns(v)
	v.View = &View{
		BaseTable: b.base.Name, BaseID: b.base.ID, AllColumns: len(b.st.Selections) == 0, WhereClause: whereText(b.st.Where),
	}
	return v, nil
}

func (b *viewBuilder) selectColumns() error {
	if len(b.st.Selections) == 0 {
		for name := range b.base.Columns {
			b.selected[name] = true
		}
	}
	for _, s := range b.st.Selections {
		if s.Alias != "" {
			return cqlerr.Invalid("Cannot use aliases when defining a materialized view (got %s)", s)
		}
		c, ok := s.Selector.(ast.ColumnSelector)
		if !ok {
			return cqlerr.Invalid("Can only select columns by name when defining a materialized view (got %s)", s.Selector)
		}
		if b.base.Columns[c.Name] == nil {
			return cqlerr.Invalid("Undefined column name %s in table %s", ast.QuoteName(c.Name), qualified(b.base.Keyspace, b.base.Name))
		}
		b.selected[c.Name] = true
	}
	for _, c := range b.base.Statics {
		if b.selected[c.Name] {
			return cqlerr.Invalid("Cannot include static column '%s' in materialized view '%s'", c.Name, b.st.Name.Name)
		}
	}
	return nil
}

func (b *viewBuilder) keyNames() []string {
	return append(slices.Clone(b.st.PrimaryKey.Partition), b.st.PrimaryKey.Clustering...)
}

func (b *viewBuilder) checkKey() error {
	name := b.st.Name.Name
	keys := b.keyNames()
	for i, key := range keys {
		c := b.base.Columns[key]
		switch {
		case c == nil || !b.selected[key]:
			return cqlerr.Invalid("Unknown column '%s' referenced in PRIMARY KEY for materialized view '%s'", key, name)
		case slices.Contains(keys[:i], key):
			return cqlerr.Invalid("Duplicate column '%s' in PRIMARY KEY clause for materialized view '%s'", key, name)
		}
		if err := checkKeyType(c.Type, "'"+c.Type.Class()+"'", key); err != nil {
			return err
		}
	}
	if order := b.st.ClusteringOrder; len(order) > 0 {
		same := func(c string, o ast.ClusteringOrder) bool { return c == o.Column }
		if !slices.EqualFunc(b.st.PrimaryKey.Clustering, order, same) {
			return cqlerr.Invalid("Clustering key columns must exactly match columns in CLUSTERING ORDER BY directive")
		}
	}
	var missing, extra []string
	for _, c := range b.base.PrimaryKey() {
		if !slices.Contains(keys, c.Name) {
			missing = append(missing, c.Name)
		}
	}
	for _, key := range keys {
		if !b.base.Columns[key].IsPrimaryKey() {
			extra = append(extra, key)
		}
	}
	switch {
	case len(missing) > 0:
		return cqlerr.Invalid("Cannot create materialized view '%s' without primary key columns %s from base table '%s'", name, strings.Join(missing, ", "), b.base.Name)
	case len(extra) > 1:
		return cqlerr.Invalid("Cannot include more than one non-primary key column in materialized view primary key (got %s)", strings.Join(extra, ", "))
	}
	return nil
}

func (b *viewBuilder) checkWhere() error {
	restricted := map[string]bool{}
	var illegal []string
	for _, r := range b.st.Where {
		switch r.Kind {
		case ast.TokenRelation:
			return cqlerr.Invalid("Cannot use token relation when defining a materialized view")
		case ast.IndexExpression:
			return cqlerr.Invalid("WHERE clause for materialized view '%s' cannot contain custom index expressions", b.st.Name.Name)
		}
		for _, name := range r.Columns {
			c := b.base.Columns[name]
			if c == nil {
				return cqlerr.Invalid("Undefined column name %s in table %s", ast.QuoteName(name), qualified(b.base.Keyspace, b.base.Name))
			}
			restricted[name] = true
			if r.Op != ast.IsNot && !c.IsPrimaryKey() && !slices.Contains(illegal, name) {
				illegal = append(illegal, name)
			}
		}
	}
	if b.env.Terms != nil {
		if err := b.env.Terms.CheckView(b.schema, b.base, b.st.Where); err != nil {
			return err
		}
	}
	var free []string
	for _, key := range b.keyNames() {
		if !restricted[key] {
			free = append(free, key)
		}
	}
	switch {
	case len(free) > 0:
		return cqlerr.Invalid("Primary key columns %s must be restricted with 'IS NOT NULL' or otherwise", strings.Join(free, ", "))
	case len(illegal) > 0:
		return cqlerr.Invalid("Non-primary key columns can only be restricted with 'IS NOT NULL' (got: %s restricted illegally)", strings.Join(illegal, ","))
	}
	return nil
}

func (b *viewBuilder) addColumns(v *Table) {
	keys := b.keyNames()
	for i, key := range keys {
		old := b.base.Columns[key]
		c := &Column{Name: key, Kind: PartitionKey, Type: old.Type, Mask: old.Mask}
		if i >= len(b.st.PrimaryKey.Partition) {
			c.Kind, c.Desc = Clustering, old.Desc
			for _, o := range b.st.ClusteringOrder {
				if o.Column == key {
					c.Desc = o.Desc
				}
			}
		}
		v.Add(c)
	}
	for _, name := range sortedKeys(b.selected) {
		if old := b.base.Columns[name]; !slices.Contains(keys, name) {
			v.Add(&Column{Name: name, Kind: Regular, Type: old.Type, Mask: old.Mask})
		}
	}
}
