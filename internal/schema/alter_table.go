package schema

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func (a *applier) alterTable(st *ast.AlterTable) (*Update, error) {
	if options, ok := st.Action.(ast.AlterOptions); ok {
		if err := checkValues(options.Properties); err != nil {
			return nil, err
		}
	}
	k, t := a.table(st.Name)
	switch {
	case t == nil && st.IfExists:
		return a.unchanged()
	case t == nil:
		return nil, noTable(st.Name)
	case t.IsView():
		return nil, cqlerr.Invalid("Cannot use ALTER TABLE on a materialized view; use ALTER MATERIALIZED VIEW instead")
	}
	b := &alteration{applier: a, keyspace: k, old: t, table: t.Copy(), views: map[string]*Table{}}
	for _, v := range k.ViewsOf(t.Name) {
		b.views[v.Name] = v.Copy()
	}
	if err := b.run(st.Action); err != nil {
		return nil, err
	}
	k = k.replaceTable(b.table)
	for _, v := range b.views {
		k = k.replaceTable(v)
	}
	return a.swap(k, tableChange(Updated, t))
}

// replaceTable is k with a table replaced that keeps its place among the others.
func (k *Keyspace) replaceTable(t *Table) *Keyspace {
	out := *k
	out.Tables = cloneMap(k.Tables)
	out.Tables[t.Name] = t
	return &out
}

// alteration is an ALTER TABLE under way. table and views are copies that it changes.
type alteration struct {
	*applier
	keyspace *Keyspace
	old      *Table
	table    *Table
	views    map[string]*Table
}

func (b *alteration) run(action ast.AlterTableAction) error {
	switch action := action.(type) {
	case ast.AddColumns:
		return b.addColumns(action)
	case ast.DropColumns:
		return b.dropColumns(action)
	case ast.RenameColumns:
		return b.renameColumns(action)
	case ast.AlterColumnMask:
		return b.alterMask(action)
	case ast.DropCompactStorage:
		return b.dropCompactStorage()
	case ast.AlterOptions:
		return b.alterOptions(action)
	}
	return cqlerr.Invalid("Altering column types is no longer supported")
}

func (b *alteration) addColumns(action ast.AddColumns) error {
	for _, c := range action.Columns {
		if err := b.addColumn(c, action.IfNotExists); err != nil {
			return err
		}
	}
	return b.validateTable(b.table)
}

func (b *alteration) addColumn(def ast.ColumnDef, ifNotExists bool) error {
	t, err := b.keyspace.Type(def.Type)
	if err != nil {
		return err
	}
	switch {
	case b.table.Columns[def.Name] != nil && ifNotExists:
		return nil
	case b.table.Columns[def.Name] != nil:
		return cqlerr.Invalid("Column with name '%s' already exists", def.Name)
	case b.old.Compact:
		return cqlerr.Invalid("Cannot add new column to a COMPACT STORAGE table")
	case def.Static && len(b.old.Clustering) == 0:
		return cqlerr.Invalid("Static columns are only useful (and thus allowed) if the table has at least one clustering column")
	}
	if err := checkNestedFields(t); err != nil {
		return err
	}
	c := &Column{Keyspace: b.old.Keyspace, Table: b.old.Name, Name: def.Name, Kind: Regular, Type: t}
	if def.Static {
		c.Kind = Static
	}
	if d := b.old.Dropped[def.Name]; d != nil {
		if err := b.checkReadd(c, d); err != nil {
			return err
		}
	}
	if def.Mask != nil {
		if c.Mask, err = b.mask(c, def.Mask); err != nil {
			return err
		}
	}
	b.table.Add(c)
	for _, v := range b.views {
		if v.View.AllColumns && !def.Static {
			v.Add(&Column{Name: c.Name, Kind: Regular, Type: c.Type, Mask: c.Mask})
		}
	}
	return nil
}

// checkReadd keeps old data readable as the new type.
func (b *alteration) checkReadd(c *Column, d *DroppedColumn) error {
	compatible := cqltype.ValueCompatible(c.Type, d.Type) && c.Type.IsMultiCell() == d.Type.IsMultiCell() &&
		cqltype.FixedSize(c.Type) == cqltype.FixedSize(d.Type)
	if !compatible {
		return cqlerr.Invalid("Cannot re-add previously dropped column '%s' of type %s, incompatible with previous type %s", c.Name, c.Type, d.Type)
	}
	if c.Kind != d.Kind {
		return cqlerr.Invalid("Cannot re-add previously dropped column '%s' of kind %s, incompatible with previous kind %s", c.Name, kindNames[c.Kind], kindNames[d.Kind])
	}
	if b.old.Counter {
		return cqlerr.Invalid("Cannot re-add previously dropped counter column %s", c.Name)
	}
	return nil
}

var kindNames = [...]string{"PARTITION_KEY", "CLUSTERING", "STATIC", "REGULAR"}

func (b *alteration) dropColumns(action ast.DropColumns) error {
	at := b.env.Timestamp
	if action.Timestamp != nil {
		at = *action.Timestamp
	}
	for _, name := range action.Columns {
		c := b.old.Columns[name]
		if c == nil {
			if action.IfExists {
				continue
			}
			return cqlerr.Invalid("Column %s was not found in table '%s'", name, qualified(b.old.Keyspace, b.old.Name))
		}
		if err := b.checkDrop(c); err != nil {
			return err
		}
		b.table.remove(c)
		b.table.Dropped[name] = &DroppedColumn{Name: name, Type: withoutUserTypes(c.Type), Kind: c.Kind, Time: at}
	}
	return nil
}

func (b *alteration) checkDrop(c *Column) error {
	name := ast.QuoteName(c.Name)
	switch {
	case c.IsPrimaryKey():
		return cqlerr.Invalid("Cannot drop PRIMARY KEY column %s", c.Name)
	case c.Type.IsMultiCell() && c.Type.Kind() == cqltype.KindUDT:
		return cqlerr.Invalid("Cannot drop non-frozen column %s of user type %s", c.Name, c.Type)
	case len(b.old.IndexesOn(c.Name)) > 0:
		return cqlerr.Invalid("Cannot drop column %s because it has dependent secondary indexes (%s)", name, indexNames(b.old.IndexesOn(c.Name)))
	case len(b.views) > 0:
		return cqlerr.Invalid("Cannot drop column %s on base table %s with materialized views", name, b.old.Name)
	}
	return nil
}

func indexNames(list []*Index) string {
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = x.Name
	}
	return strings.Join(names, ", ")
}

func (b *alteration) renameColumns(action ast.RenameColumns) error {
	// As in a map: the last of several new names for a column counts.
	last := map[string]string{}
	var order []string
	for _, r := range action.Renames {
		if _, ok := last[r.From]; !ok {
			order = append(order, r.From)
		}
		last[r.From] = r.To
	}
	for _, from := range order {
		if err := b.renameColumn(from, last[from]); err != nil {
			return err
		}
	}
	return nil
}

func (b *alteration) renameColumn(from, to string) error {
	c := b.old.Columns[from]
	switch {
	case c == nil || b.old.Hidden(c):
		return cqlerr.Invalid("Undefined column name %s in table %s", ast.QuoteName(from), qualified(b.old.Keyspace, b.old.Name))
	case !c.IsPrimaryKey():
		return cqlerr.Invalid("Cannot rename non PRIMARY KEY column %s", from)
	case b.table.Columns[to] != nil || b.old.Columns[to] != nil:
		return cqlerr.Invalid("Cannot rename column %s to %s in table '%s.%s'; another column with that name already exists", from, to, b.old.Keyspace, b.old.Name)
	case len(b.old.IndexesOn(from)) > 0:
		return cqlerr.Invalid("Can't rename column %s because it has dependent secondary indexes (%s)", from, indexNames(b.old.IndexesOn(from)))
	}
	rename(b.table, from, to)
	for _, v := range b.views {
		if v.Columns[from] != nil {
			rename(v, from, to)
		}
		view := *v.View
		clause, err := renameInWhere(view.WhereClause, from, to)
		if err != nil {
			return err
		}
		view.WhereClause = clause
		v.View = &view
	}
	return nil
}

func rename(t *Table, from, to string) {
	old := t.Columns[from]
	c := *old
	c.Name = to
	t.replace(old, &c)
}

func (b *alteration) alterMask(action ast.AlterColumnMask) error {
	c := b.old.Columns[action.Column]
	if c == nil {
		if action.IfExists {
			return nil
		}
		return cqlerr.Invalid("Column with name '%s' doesn't exist on table '%s'", action.Column, b.old.Name)
	}
	var mask *Mask
	if action.Mask != nil {
		var err error
		if mask, err = b.mask(c, action.Mask); err != nil {
			return err
		}
	}
	setMask(b.table, c.Name, mask)
	for _, v := range b.views {
		if v.Columns[c.Name] != nil {
			setMask(v, c.Name, mask)
		}
	}
	return nil
}

func setMask(t *Table, column string, mask *Mask) {
	old := t.Columns[column]
	c := *old
	c.Mask = mask
	t.replace(old, &c)
}

func (b *alteration) dropCompactStorage() error {
	if !b.env.Flags.DropCompactStorage {
		return cqlerr.Invalid("DROP COMPACT STORAGE is disabled. Enable in cassandra.yaml to use.")
	}
	if !b.old.Compact {
		return cqlerr.Invalid("Cannot DROP COMPACT STORAGE on table without COMPACT STORAGE")
	}
	b.table.Compact, b.table.Dense, b.table.Compound = false, false, true
	return nil
}

func (b *alteration) alterOptions(action ast.AlterOptions) error {
	if err := alterTableOptions(b.table, action.Properties); err != nil {
		return err
	}
	switch o := b.table.Options; {
	case b.old.Counter && o.DefaultTTL > 0:
		return cqlerr.Invalid("Cannot set default_time_to_live on a table with counters")
	case len(b.views) > 0 && o.GCGraceSeconds == 0:
		return cqlerr.Invalid("Cannot alter gc_grace_seconds of the base table of a materialized view to 0, since this value is used to TTL undelivered updates. Setting gc_grace_seconds too low might cause undelivered updates to expire before being replayed.")
	}
	return nil
}

// alterTableOptions changes the options of a table under construction.
func alterTableOptions(t *Table, list []ast.Property) error {
	id, err := tableProperties(list)
	if err != nil {
		return err
	}
	if t.Options, err = t.Options.apply(list, false); err != nil || id == "" {
		return err
	}
	if _, err := parseID(id); err != nil {
		return err
	}
	return cqlerr.Config("Cannot alter table id.")
}
