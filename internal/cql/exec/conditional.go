package exec

import (
	"bytes"
	"context"
	"slices"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// casRequest is a conditional update of one partition: what to look at, and what to do when it is as wanted
// (CQL3CasRequest).
type casRequest struct {
	table *schema.Table
	key   []byte
	// rows are the conditions on rows, in clustering order; static those on the static row.
	rows   []*rowConditions
	static *rowConditions
	// changes run in the order of their statements.
	changes []casChange
	// updatesRows and updatesStatic say what kind of rows the conditional statements change: a failure shows no others.
	updatesRows, updatesStatic bool
	// looked are the columns with conditions.
	looked []*schema.Column
	// columns are shown after a failure; nil: all.
	columns []*schema.Column
	isBatch bool
}

// rowConditions are the conditions on one row; exactly one of the three kinds is used.
type rowConditions struct {
	clustering        [][]byte
	exists, notExists bool
	columns           []boundCondition
}

type boundCondition struct {
	condition *plan.Condition
	eval      *plan.EvalContext
}

// casChange is what one statement does when the conditions hold.
type casChange struct {
	statement  *plan.Modification
	eval       *plan.EvalContext
	clustering [][]byte // nil: only the static row, or ranges
	ranges     []row.Slice
}

func (e *Executor) runConditional(ctx context.Context, q *request, m *plan.Modification) (*Result, error) {
	keys, err := m.Keys(&q.eval)
	switch {
	case err != nil:
		return nil, err
	case m.KeyIsIn() || len(keys) == 0:
		return nil, cqlerr.Invalid("IN on the partition key is not supported with conditional %s", conditionalName(m))
	case m.ClusteringIsIn():
		return nil, cqlerr.Invalid("IN on the clustering key columns is not supported with conditional %s", conditionalName(m))
	}
	r := &casRequest{table: m.Table, key: keys[0], columns: []*schema.Column{}}
	if err := r.add(m, &q.eval); err != nil {
		return nil, err
	}
	return e.compareAndSet(ctx, q, r)
}

func conditionalName(m *plan.Modification) string {
	if m.Kind == plan.Update {
		return "updates"
	}
	return "deletions"
}

// add takes a statement with or without conditions.
func (r *casRequest) add(m *plan.Modification, eval *plan.EvalContext) error {
	change := casChange{statement: m, eval: eval}
	var err error
	switch {
	case m.IsRange():
		if change.ranges, err = m.Ranges(eval); err != nil {
			return err
		}
	case m.ChangesRows():
		clusterings, err := m.Clusterings(eval)
		if err != nil {
			return err
		}
		if len(clusterings) == 0 {
			return cqlerr.Invalid("IN on the clustering key columns is not supported with conditional %s", conditionalName(m))
		}
		change.clustering = clusterings[0]
	}
	if m.Conditions != nil {
		r.updatesRows = r.updatesRows || m.ChangesRows()
		r.updatesStatic = r.updatesStatic || m.ChangesStatic()
		if err := r.addConditions(m.Conditions, eval, change.clustering); err != nil {
			return err
		}
	}
	r.changes = append(r.changes, change)
	return nil
}

// addConditions sorts conditions to the rows that they are on. A nil clustering is the static row.
func (r *casRequest) addConditions(c *plan.Conditions, eval *plan.EvalContext, clustering [][]byte) error {
	if c.Exists || c.NotExists {
		r.columns = nil
		return r.addExists(r.at(clustering), c.Exists)
	}
	// Columns of rows are shown before static ones.
	for _, kind := range []schema.ColumnKind{schema.Regular, schema.Static} {
		for _, x := range c.Columns {
			if x.Column.Kind != kind {
				continue
			}
			target := clustering
			if kind == schema.Static {
				target = nil
			}
			at := r.at(target)
			switch {
			case at.exists:
				return cqlerr.Invalid("Cannot mix IF conditions and IF NOT EXISTS for the same row")
			case at.notExists:
				return cqlerr.Invalid("Cannot mix IF conditions and IF NOT EXISTS for the same row")
			}
			at.columns = append(at.columns, boundCondition{x, eval})
			if !slices.Contains(r.looked, x.Column) {
				r.looked = append(r.looked, x.Column)
			}
			if r.columns != nil && !slices.Contains(r.columns, x.Column) {
				r.columns = append(r.columns, x.Column)
			}
		}
	}
	return nil
}

func (r *casRequest) addExists(at *rowConditions, exists bool) error {
	switch {
	case len(at.columns) > 0 && exists:
		return cqlerr.Invalid("Cannot mix IF conditions and IF EXISTS for the same row")
	case len(at.columns) > 0:
		return cqlerr.Invalid("Cannot mix IF conditions and IF NOT EXISTS for the same row")
	case exists && at.notExists || !exists && at.exists:
		return cqlerr.Invalid("Cannot mix IF EXISTS and IF NOT EXISTS conditions for the same row")
	}
	at.exists, at.notExists = exists, !exists
	return nil
}

// at is the place for the conditions on a row, made when there is none.
func (r *casRequest) at(clustering [][]byte) *rowConditions {
	if clustering == nil {
		if r.static == nil {
			r.static = &rowConditions{}
		}
		return r.static
	}
	c := row.NewComparator(r.table)
	i, ok := slices.BinarySearchFunc(r.rows, clustering, func(x *rowConditions, target [][]byte) int { return c.Compare(x.clustering, target) })
	if !ok {
		r.rows = slices.Insert(r.rows, i, &rowConditions{clustering: clustering})
	}
	return r.rows[i]
}

// read is what must be known: the rows with conditions, or for static conditions alone the first row, which tells
// whether there is a partition at all; and the rows that statements change after a look at them.
func (r *casRequest) read(now int64) *row.Read {
	read := &row.Read{Table: r.table, Keys: [][]byte{r.key}, Now: now}
	if len(r.table.Clustering) == 0 {
		return read
	}
	var clusterings [][][]byte
	for _, x := range r.rows {
		clusterings = append(clusterings, x.clustering)
	}
	extra := len(clusterings)
	for _, c := range r.changes {
		if c.clustering != nil && c.statement.NeedsRead() {
			clusterings = append(clusterings, c.clustering)
		}
	}
	switch {
	case len(clusterings) == 0:
		read.Limit = 1
	case extra == 0:
		// The first row is wanted as well as certain others: the whole partition has both.
	default:
		read.Slices = pointSlices(r.table, clusterings)
	}
	return read
}

// holds says whether all conditions hold.
func (r *casRequest) holds(current *row.Partition) (bool, error) {
	if r.static != nil {
		var static *row.Row
		if current != nil {
			static = current.Static
		}
		if ok, err := r.static.hold(static); !ok || err != nil {
			return false, err
		}
	}
	for _, x := range r.rows {
		if ok, err := x.hold(findRow(r.table, current, x.clustering)); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (x *rowConditions) hold(r *row.Row) (bool, error) {
	if r != nil && isNothing(r) {
		r = nil
	}
	switch {
	case x.exists:
		return r != nil, nil
	case x.notExists:
		return r == nil, nil
	}
	for _, c := range x.columns {
		if ok, err := c.condition.Holds(c.eval, r); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// mutation is what the statements do, with one timestamp for all.
func (e *Executor) casMutation(q *request, r *casRequest, current *row.Partition) (*row.Mutation, error) {
	now := e.Timestamps.Next()
	var parts []*row.Partition
	for _, c := range r.changes {
		eval := *c.eval
		eval.Timestamp = now
		wc, err := e.writeContext(&eval, c.statement)
		if err != nil {
			return nil, err
		}
		wc.WriteTime = now // also where a statement of a batch, without conditions, has a timestamp of its own
		p := newPartition(r.key)
		if c.statement.IsRange() {
			for _, s := range c.ranges {
				p.Ranges = append(p.Ranges, row.RangeTombstone{Slice: s, Deletion: wc.Deletion()})
			}
		} else {
			var clusterings [][][]byte
			if c.clustering != nil {
				clusterings = [][][]byte{c.clustering}
			}
			if err := modifyPartition(c.statement, wc, p, clusterings, current); err != nil {
				return nil, err
			}
		}
		yield(p)
		parts = append(parts, p)
	}
	p := parts[0]
	if len(parts) > 1 {
		p = row.Merge(r.table, parts...)
	}
	m := &row.Mutation{Table: r.table, Partition: *p}
	return m, e.checkIndexedValues(q, m)
}

// yield moves the deletion of whole partitions and ranges just before the rest: in a conditional batch, rows that are
// written next to it survive (PartitionUpdate.withUpdatedTimestamps).
func yield(p *row.Partition) {
	if !p.Deletion.IsLive() {
		p.Deletion.Timestamp--
	}
	for i := range p.Ranges {
		p.Ranges[i].Deletion.Timestamp--
	}
}

func (e *Executor) compareAndSet(ctx context.Context, q *request, r *casRequest) (*Result, error) {
	serial := q.options.Serial
	if serial == 0 {
		serial = row.Serial
	}
	var failed *row.Partition
	applied := false
	decide := func(current *row.Partition) (*row.Mutation, error) {
		failed, applied = current, false
		ok, err := r.holds(current)
		if err != nil {
			return nil, err
		}
		if !ok {
			traceActivity(ctx, "CAS precondition does not match current values")
			return nil, nil
		}
		m, err := e.casMutation(q, r, current)
		applied = err == nil
		return m, err
	}
	read := r.read(q.eval.NowSeconds)
	if err := e.casWithViews(ctx, q, r, read, serial, decide); err != nil {
		return nil, err
	}
	return &Result{Rows: r.result(applied, failed)}, nil
}

// casWithViews runs the conditional update and lets the views of the table follow.
func (e *Executor) casWithViews(ctx context.Context, q *request, r *casRequest, read *row.Read, serial Consistency,
	decide func(*row.Partition) (*row.Mutation, error),
) error {
	commit := q.options.Consistency
	if len(plan.Views(e.Coordinator.Schema(), r.table)) == 0 {
		return e.Coordinator.CompareAndSet(ctx, read, serial, commit, decide)
	}
	parts := []row.PartitionKey{{Table: r.table, Key: r.key}}
	return e.Coordinator.Exclusively(ctx, parts, commit, func(ctx context.Context, stamps []int64) error {
		var change *row.Mutation
		var before *row.Partition
		err := e.Coordinator.CompareAndSet(ctx, read, serial, commit, func(current *row.Partition) (*row.Mutation, error) {
			m, err := decide(current)
			if m == nil || err != nil {
				return nil, err
			}
			before, err = e.touched(ctx, q, m, quorumOf(serial))
			change = m
			return m, err
		})
		if change == nil {
			return err
		}
		// A serial read knows what became of it, also when the answer was an error.
		if failed := e.followDecision(ctx, q, change, before, stamps[0], serial); err == nil {
			err = failed
		}
		return err
	})
}

// followDecision changes the views as a partition was changed since before.
func (e *Executor) followDecision(ctx context.Context, q *request, m *row.Mutation, before *row.Partition, stamp int64, serial Consistency) error {
	after, err := e.touched(ctx, q, m, serial)
	if err != nil {
		return err
	}
	w := newWrites()
	if err := e.follow(q, w, m, stamp, before, after); err != nil {
		return err
	}
	changes := w.mutations()
	if len(changes) == 0 {
		return nil
	}
	return e.Coordinator.Write(ctx, changes, WriteOptions{Consistency: q.options.Consistency, Kind: row.LoggedBatch})
}

// quorumOf is the level of plain reads that see what was agreed on at a serial level.
func quorumOf(serial Consistency) Consistency {
	if serial == row.LocalSerial {
		return row.LocalQuorum
	}
	return row.Quorum
}

const appliedColumn = "[applied]"

// result is [applied], and after a failure the rows that were looked at.
func (r *casRequest) result(applied bool, current *row.Partition) *Rows {
	out := &Rows{Columns: []ColumnSpec{{Keyspace: r.table.Keyspace, Table: r.table.Name, Name: appliedColumn, Type: cqltype.Boolean}}}
	if applied {
		out.Rows = [][][]byte{{cqltype.EncodeBoolean(true)}}
		return out
	}
	columns := r.shown()
	var rows [][][]byte
	if current != nil {
		rows = r.failedRows(columns, current)
	}
	if len(rows) == 0 {
		out.Rows = [][][]byte{{cqltype.EncodeBoolean(false)}}
		return out
	}
	for _, c := range columns {
		out.Columns = append(out.Columns, ColumnSpec{Keyspace: c.Keyspace, Table: c.Table, Name: c.Name, Type: c.Type})
	}
	for _, values := range rows {
		out.Rows = append(out.Rows, append([][]byte{cqltype.EncodeBoolean(false)}, values...))
	}
	return out
}

// shown are the columns of a failure: those of the conditions, in a batch behind the primary key, or all.
func (r *casRequest) shown() []*schema.Column {
	if r.columns == nil {
		return slices.Concat(r.table.PartitionKey, r.table.Clustering, r.table.Statics, r.table.Regulars)
	}
	if r.isBatch {
		return slices.Concat(r.table.PartitionKey, r.table.Clustering, r.columns)
	}
	return r.columns
}

// wasRead says whether a column was among those that the request reads: it is null otherwise, as in Cassandra
// (CQL3CasRequest.columnsToRead). Where rows are changed all their columns are read, so that a row is known from none.
func (r *casRequest) wasRead(c *schema.Column) bool {
	if c.Kind == schema.Static {
		return r.updatesStatic || slices.Contains(r.looked, c)
	}
	return r.updatesRows
}

// failedRows are the rows that a failure shows; without any, the static row if it has something to show.
func (r *casRequest) failedRows(columns []*schema.Column, p *row.Partition) [][][]byte {
	key, err := row.SplitKey(r.table, p.Key)
	if err != nil {
		return nil
	}
	var found []*row.Row
	if len(r.rows) == 0 && len(p.Rows) > 0 && r.sees(p.Rows[0]) {
		found = p.Rows[:1]
	}
	for _, x := range r.rows {
		if f := findRow(r.table, p, x.clustering); f != nil && r.sees(f) {
			found = append(found, f)
		}
	}
	var out [][][]byte
	for _, f := range found {
		out = append(out, r.values(columns, key, p, f))
	}
	if len(out) == 0 && r.showsStatic(p.Static) {
		out = append(out, r.values(columns, key, p, nil))
	}
	return out
}

// sees says that a row exists by its marker or by a column that the request reads.
func (r *casRequest) sees(x *row.Row) bool {
	return x.Liveness.Timestamp != row.NoTimestamp || r.hasRead(r.table.Regulars, x)
}

// showsStatic says that the static row has a value in a column that was read.
func (r *casRequest) showsStatic(static *row.Row) bool { return r.hasRead(r.table.Statics, static) }

// hasRead says that a row has a value in one of the columns that was read.
func (r *casRequest) hasRead(columns []*schema.Column, x *row.Row) bool {
	return slices.ContainsFunc(columns, func(c *schema.Column) bool { return r.wasRead(c) && len(plan.CellsOf(x, c)) > 0 })
}

func (r *casRequest) values(columns []*schema.Column, key [][]byte, p *row.Partition, found *row.Row) [][]byte {
	out := make([][]byte, len(columns))
	for i, c := range columns {
		switch {
		case c.Kind == schema.PartitionKey:
			out[i] = key[c.Position]
		case c.Kind == schema.Clustering && found != nil:
			out[i] = bytes.Clone(found.Clustering[c.Position])
		case !r.wasRead(c):
		case c.Kind == schema.Static:
			out[i] = plan.ColumnValue(p.Static, c)
		case c.Kind == schema.Regular:
			out[i] = plan.ColumnValue(found, c)
		}
	}
	return out
}
