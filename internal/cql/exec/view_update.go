package exec

import (
	"context"
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cql/plan"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Materialized views are kept by the coordinator of the base write, not by each replica as in Cassandra: it reads the
// rows that the write touches, works out what they will be, and writes base and views as one logged batch. Meanwhile no
// other coordinator does so for the same base partition: its first live replica keeps a lock (Coordinator.Exclusively), and
// gives the timestamp that the view's rows are written with. They are always written whole, so that a row that leaves a
// view key and comes back is not hidden by the deletion in between (Cassandra has shadowable tombstones for that). What
// writetime() says of a view's column is the time of the view's update.

// partitionsOf are the partitions of tables that mutations change.
func partitionsOf(ms []*row.Mutation) []row.PartitionKey {
	out := make([]row.PartitionKey, len(ms))
	for i, m := range ms {
		out[i] = row.PartitionKey{Table: m.Table, Key: m.Key}
	}
	return out
}

// withViews are the mutations of tables that have views. The newest schema tells: a statement that was prepared before a
// view was made knows nothing of it.
func (e *Executor) withViews(ms []*row.Mutation) (out []*row.Mutation) {
	bases := e.viewBases(e.Coordinator.Schema())
	if len(bases) == 0 {
		return nil
	}
	for _, m := range ms {
		if bases[baseName{m.Table.Keyspace, m.Table.Name}] && m.Table.View == nil {
			out = append(out, m)
		}
	}
	return out
}

// viewedTables are the tables of a schema that have views.
type viewedTables struct {
	schema *schema.Schema
	bases  map[baseName]bool
}

type baseName struct{ keyspace, table string }

// viewBases are the tables of a schema that have views, remembered until there is another schema.
func (e *Executor) viewBases(s *schema.Schema) map[baseName]bool {
	if known := e.viewed.Load(); known != nil && known.schema == s {
		return known.bases
	}
	found := &viewedTables{schema: s, bases: map[baseName]bool{}}
	for _, ks := range s.Keyspaces {
		for _, t := range ks.Tables {
			if t.View != nil {
				found.bases[baseName{t.Keyspace, t.View.BaseTable}] = true
			}
		}
	}
	e.viewed.Store(found)
	return found.bases
}

// baseView is a view with what decides about its rows.
type baseView struct {
	base, view *schema.Table
	filter     *plan.ViewFilter
}

func (e *Executor) baseView(q *request, base, view *schema.Table) (baseView, error) {
	where, err := viewRelations(base, view)
	if err != nil {
		return baseView{}, err
	}
	filter, err := plan.NewViewFilter(&plan.Env{Schema: e.Coordinator.Schema(), Keyspace: base.Keyspace, Settings: e.Settings}, base, where, &q.eval)
	return baseView{base, view, filter}, err
}

// viewRelations parses the WHERE clause that a view was created with.
func viewRelations(base, view *schema.Table) ([]ast.Relation, error) {
	if view.View.WhereClause == "" {
		return nil, nil
	}
	parsed, err := parse.Statement("SELECT * FROM " + ast.QualifiedName{Keyspace: base.Keyspace, Name: base.Name}.String() + " WHERE " + view.View.WhereClause)
	if err != nil {
		return nil, err
	}
	s, ok := parsed.Statement.(*ast.Select)
	if !ok {
		return nil, nil
	}
	return s.Where, nil
}

// viewChanges are the mutations of views that follow from mutations of base tables, as if those were applied now; stamps
// are what the views' rows are written with, one for each mutation.
func (e *Executor) viewChanges(ctx context.Context, q *request, ms []*row.Mutation, stamps []int64) ([]*row.Mutation, error) {
	w := newWrites()
	for i, m := range ms {
		before, err := e.touched(ctx, q, m, viewReadLevel(q.options.Consistency))
		if err != nil {
			return nil, err
		}
		// What is deleted already, perhaps in the future of this node's clock, hides what m writes.
		if err := e.follow(q, w, m, stamps[i], before, row.Merge(m.Table, before, &m.Partition)); err != nil {
			return nil, err
		}
	}
	return w.mutations(), nil
}

// touched reads the rows that a mutation touches, with what is deleted there.
func (e *Executor) touched(ctx context.Context, q *request, m *row.Mutation, cl Consistency) (*row.Partition, error) {
	read := &row.Read{Table: m.Table, Keys: [][]byte{m.Key}, Now: q.eval.NowSeconds, Raw: true}
	if m.Deletion == row.Live && len(m.Ranges) == 0 && len(m.Table.Clustering) > 0 {
		clusterings := make([][][]byte, len(m.Rows))
		for i, r := range m.Rows {
			clusterings[i] = r.Clustering
		}
		read.Slices = pointSlices(m.Table, clusterings)
	}
	result, err := e.Coordinator.Read(ctx, read, cl)
	if err != nil {
		return nil, err
	}
	if len(result.Partitions) > 0 {
		return result.Partitions[0], nil
	}
	return newPartition(m.Key), nil
}

// follow changes the views of a table as its rows were changed by m.
func (e *Executor) follow(q *request, w *writes, m *row.Mutation, stamp int64, before, after *row.Partition) error {
	seen := func(p *row.Partition) *row.Partition {
		if p != nil {
			p = row.Purge(p, m.Table, q.eval.NowSeconds)
		}
		if p == nil {
			p = newPartition(m.Key)
		}
		return p
	}
	before, after = seen(before), seen(after)
	for _, v := range plan.Views(e.Coordinator.Schema(), m.Table) {
		bv, err := e.baseView(q, m.Table, v)
		if err != nil {
			return err
		}
		if err := e.followRows(bv, w, m.Key, stamp, before, after); err != nil {
			return err
		}
	}
	return nil
}

// viewReadLevel is the level of the read before a write.
func viewReadLevel(cl Consistency) Consistency {
	switch cl {
	case row.Any:
		return row.One
	case row.EachQuorum, row.Serial, row.LocalSerial:
		return row.LocalQuorum
	}
	return cl
}

// followRows compares each row before and after, and changes the view where its row differs.
func (e *Executor) followRows(v baseView, w *writes, key []byte, stamp int64, before, after *row.Partition) error {
	parts, err := row.SplitKey(v.base, key)
	if err != nil {
		return err
	}
	seen := map[*row.Row]bool{}
	for _, r := range after.Rows {
		old := findRow(v.base, before, r.Clustering)
		seen[old] = true
		e.followRow(v, w, parts, stamp, old, r)
	}
	for _, old := range before.Rows {
		if !seen[old] {
			e.followRow(v, w, parts, stamp, old, nil)
		}
	}
	return nil
}

func (e *Executor) followRow(v baseView, w *writes, key [][]byte, stamp int64, old, now *row.Row) {
	oldPlace, had := v.place(key, old)
	newPlace, has := v.place(key, now)
	moved := had && has && !oldPlace.equal(newPlace)
	if had && (!has || moved) {
		p := newPartition(oldPlace.key)
		gone := row.NewRow(oldPlace.clustering)
		gone.Deletion = row.Deletion{Timestamp: stamp, LocalTime: e.Clock.Now().Unix()}
		p.Rows = []*row.Row{gone}
		w.add(v.view, p)
	}
	if has {
		p := newPartition(newPlace.key)
		p.Rows = []*row.Row{v.row(newPlace, now, stamp)}
		w.add(v.view, p)
	}
}

// viewPlace is where a row stands in a view.
type viewPlace struct {
	key        []byte
	clustering [][]byte
}

func (p viewPlace) equal(o viewPlace) bool {
	return string(p.key) == string(o.key) && slices.EqualFunc(p.clustering, o.clustering, func(a, b []byte) bool { return string(a) == string(b) })
}

// place is where a live base row stands in the view; false when it has no place there.
func (v baseView) place(key [][]byte, r *row.Row) (viewPlace, bool) {
	if r == nil || isNothing(r) || !v.filter.Match(key, r) {
		return viewPlace{}, false
	}
	value := func(c *schema.Column) []byte {
		base := v.base.Columns[c.Name]
		switch {
		case base == nil:
			return nil
		case base.Kind == schema.PartitionKey:
			return key[base.Position]
		case base.Kind == schema.Clustering:
			return r.Clustering[base.Position]
		}
		return plan.ColumnValue(r, base)
	}
	var parts [][]byte
	for _, c := range v.view.PartitionKey {
		parts = append(parts, value(c))
	}
	place := viewPlace{clustering: make([][]byte, len(v.view.Clustering))}
	for i, c := range v.view.Clustering {
		place.clustering[i] = value(c)
	}
	if slices.ContainsFunc(slices.Concat(parts, place.clustering), func(b []byte) bool { return b == nil }) {
		return viewPlace{}, false
	}
	place.key = row.ComposeKey(parts)
	return place, len(place.key) > 0
}
