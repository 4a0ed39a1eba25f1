package plan

import (
	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// ModificationKind tells INSERT, UPDATE and DELETE apart.
type ModificationKind uint8

// The kinds of modifications.
const (
	Insert ModificationKind = iota + 1
	Update
	Delete
)

// Modification is an INSERT, UPDATE or DELETE that is ready to run.
type Modification struct {
	Base
	Kind  ModificationKind
	Table *schema.Table
	Attributes
	// Conditions are nil without an IF clause.
	Conditions *Conditions
	where      *Restrictions
	regular    []Operation
	static     []Operation
}

// prepareModification binds an INSERT, UPDATE or DELETE.
func prepareModification(stmt ast.Statement, env *Env, b *Binder) (*Modification, error) {
	m := &Modification{}
	var err error
	switch s := stmt.(type) {
	case *ast.Insert:
		err = m.insert(s, env, b)
	case *ast.Update:
		err = m.update(s, env, b)
	case *ast.Delete:
		err = m.delete(s, env, b)
	default:
		err = cqlerr.Server("statement %T is no modification", stmt)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// begin binds what all modifications have: the table, the USING clause and the conditions.
func (m *Modification) begin(kind ModificationKind, name ast.QualifiedName, using ast.Using, env *Env, b *Binder, conditions func() (*Conditions, error)) (err error) {
	m.Kind = kind
	if m.Table, err = env.Table(name); err != nil {
		return err
	}
	if m.Attributes, err = bindUsing(b, using, m.Table.Keyspace, m.Table.Name); err != nil {
		return err
	}
	m.Conditions, err = conditions()
	return err
}

// add sorts an operation by the kind of its column.
func (m *Modification) add(o Operation) {
	if o.Column().Kind == schema.Static {
		m.static = append(m.static, o)
	} else {
		m.regular = append(m.regular, o)
	}
}

// ChangesRegular says whether more than static columns is changed. A DELETE without targets deletes rows.
func (m *Modification) ChangesRegular() bool {
	return len(m.regular) > 0 || m.Kind == Delete && len(m.static) == 0
}

// onlyStatics says that the statement concerns nothing but static columns, so that it needs no clustering.
func (m *Modification) onlyStatics() bool {
	return !m.ChangesRegular() && !m.Conditions.onRegular() && (len(m.static) > 0 || m.Conditions.onStatic())
}

// end checks the whole and collects what the statement needs.
func (m *Modification) end(env *Env, b *Binder) error {
	if m.Conditions != nil {
		switch {
		case m.Table.Counter:
			return cqlerr.Invalid("Conditional updates are not supported on counter tables")
		case m.HasTimestamp():
			return cqlerr.Invalid("Cannot provide custom timestamp for conditional updates")
		}
	}
	table := auth.Table(m.Table.Keyspace, m.Table.Name)
	m.need(auth.Modify, table)
	if m.Conditions != nil {
		m.need(auth.Select, table)
	}
	views := Views(env.Schema, m.Table)
	if len(views) > 0 && m.Conditions == nil {
		m.need(auth.Select, table)
	}
	for _, v := range views {
		m.need(auth.Modify, auth.Table(v.Keyspace, v.Name))
	}
	needFunctions(&m.Base, b)
	m.bind(b, m.Table)
	return nil
}

// needFunctions adds the permissions to call the user-defined functions of a statement.
func needFunctions(base *Base, b *Binder) {
	for _, f := range b.UserFunctions() {
		base.need(auth.Execute, FunctionResource(f.Keyspace, f.Name, f.Args))
	}
}

// Views are the materialized views of a table; a view has none.
func Views(s *schema.Schema, t *schema.Table) []*schema.Table {
	if t.View != nil || s == nil {
		return nil
	}
	ks := s.Keyspace(t.Keyspace)
	if ks == nil {
		return nil
	}
	return ks.ViewsOf(t.Name)
}

// Check refuses what Cassandra refuses when a modification is run, before it looks at values
// (ModificationStatement.validate).
func (m *Modification) Check() error {
	t := m.Table
	switch {
	case m.Conditions != nil && m.HasTimestamp():
		return cqlerr.Invalid("Cannot provide custom timestamp for conditional updates")
	case t.Counter && m.HasTimestamp():
		return cqlerr.Invalid("Cannot provide custom timestamp for counter updates")
	case t.Counter && m.HasTTL():
		return cqlerr.Invalid("Cannot provide custom TTL for counter updates")
	case t.View != nil:
		return cqlerr.Invalid("Cannot directly modify a materialized view")
	case t.Virtual && m.HasTimestamp():
		return cqlerr.Invalid("Custom timestamp is not supported by virtual tables")
	case t.Virtual && m.HasTTL():
		return cqlerr.Invalid("Expiring columns are not supported by virtual tables")
	case t.Virtual && m.Conditions != nil:
		return cqlerr.Invalid("Conditional updates are not supported by virtual tables")
	}
	return nil
}

// Keys are the serialized keys of the partitions that are changed.
func (m *Modification) Keys(ctx *EvalContext) ([][]byte, error) { return m.where.Keys(ctx) }

// KeyIsIn says that the partition key is given by IN.
func (m *Modification) KeyIsIn() bool { return m.where.keyIsIn() }

// ClusteringIsIn says that a clustering column is given by IN with other than one value.
func (m *Modification) ClusteringIsIn() bool { return m.where.clustering.hasKind(restrictIN) }

// IsRange says that ranges of rows are deleted.
func (m *Modification) IsRange() bool {
	if m.Kind != Delete || m.where.clustering.empty() {
		return false
	}
	return m.where.clustering.hasKind(restrictSlice) || len(m.where.clustering.columns()) < len(m.Table.Clustering)
}

// Ranges are the ranges of rows that are deleted, when IsRange.
func (m *Modification) Ranges(ctx *EvalContext) ([]row.Slice, error) {
	ranges, err := m.where.Slices(ctx)
	if err == nil && (len(m.regular) > 0 || len(m.static) > 0) && len(ranges) > 0 {
		return nil, cqlerr.Invalid("Range deletions are not supported for specific columns")
	}
	return ranges, err
}

// ChangesRows says that rows are given by their clustering, or that the table has one row a partition. Without it
// static columns alone, or the whole partition, are changed.
func (m *Modification) ChangesRows() bool {
	return len(m.Table.Clustering) == 0 || !m.where.clustering.empty()
}

// Clusterings are the rows that are changed, when ChangesRows and not IsRange.
func (m *Modification) Clusterings(ctx *EvalContext) ([][][]byte, error) {
	if len(m.Table.Clustering) == 0 {
		return [][][]byte{{}}, nil
	}
	out := [][][]byte{nil}
	for _, x := range m.where.clustering.list {
		values, err := x.columnValues(ctx)
		if err != nil {
			return nil, err
		}
		if out, err = product(out, values); err != nil {
			return nil, err
		}
	}
	for i, clustering := range out {
		size := 0
		for _, v := range clustering {
			size += len(v)
		}
		if size > row.MaxKeyLength {
			return nil, keyTooLong(size)
		}
		// Compact tables take rows without their last clustering columns.
		for len(out[i]) < len(m.Table.Clustering) {
			out[i] = append(out[i], nil)
		}
	}
	return out, nil
}

// ChangesStatic says that static columns are changed.
func (m *Modification) ChangesStatic() bool { return len(m.static) > 0 }

// DeletesPartition says that whole partitions are deleted.
func (m *Modification) DeletesPartition() bool {
	return m.Kind == Delete && len(m.regular) == 0 && len(m.static) == 0 && m.where.clustering.empty()
}

// NeedsRead says that the rows must be known before they are changed.
func (m *Modification) NeedsRead() bool {
	for _, list := range [][]Operation{m.regular, m.static} {
		for _, o := range list {
			if o.NeedsRead() {
				return true
			}
		}
	}
	return false
}

// ListReads names, for guardrails, the list operations that read before they write.
func (m *Modification) ListReads() []string {
	var out []string
	for _, list := range [][]Operation{m.regular, m.static} {
		for _, o := range list {
			switch o.(type) {
			case setIndex:
				out = append(out, "Setting of list items by index requiring read before write")
			case deleteIndex:
				out = append(out, "Removal of list items by index requiring read before write")
			case discardElements:
				out = append(out, "Removal of list items requiring read before write")
			}
		}
	}
	return out
}

// ChangedColumns are the columns that are set or deleted by name.
func (m *Modification) ChangedColumns() []*schema.Column {
	var out []*schema.Column
	for _, list := range [][]Operation{m.regular, m.static} {
		for _, o := range list {
			out = append(out, o.Column())
		}
	}
	return out
}

// WriteRow does what the statement does to one row.
func (m *Modification) WriteRow(w *RowWriter) error {
	if m.Kind == Delete {
		if len(m.static) > 0 && len(m.regular) == 0 {
			return nil
		}
		if len(m.regular) == 0 {
			w.DeleteRow()
			return nil
		}
	}
	if m.Kind == Insert && !m.Table.Compact {
		w.MarkLive()
	}
	if m.Table.Compact && m.Kind != Delete && len(m.regular) == 0 {
		return m.writeCompactMarker(w)
	}
	return applyAll(m.regular, w)
}

// writeCompactMarker gives a row of a compact table without other columns its empty value.
func (m *Modification) writeCompactMarker(w *RowWriter) error {
	if len(m.Table.Clustering) == 0 || len(m.Table.Regulars) != 1 {
		return nil
	}
	c := m.Table.Regulars[0]
	if c.Type.Kind() != cqltype.KindEmpty {
		return cqlerr.Invalid("Column %s is mandatory for this COMPACT STORAGE table", c.Name)
	}
	w.set(c, nil, []byte{})
	return nil
}

// WriteStatic does what the statement does to the static row.
func (m *Modification) WriteStatic(w *RowWriter) error { return applyAll(m.static, w) }

func applyAll(list []Operation, w *RowWriter) error {
	for _, o := range list {
		if err := o.Apply(w); err != nil {
			return err
		}
	}
	return nil
}
