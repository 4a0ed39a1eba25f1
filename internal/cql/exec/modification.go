package exec

import (
	"context"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// writeTimestamp is the request's default timestamp: the client's, else a new one of the node.
func (e *Executor) writeTimestamp(o *Options) int64 {
	if o.HasTimestamp {
		return o.Timestamp
	}
	return e.Timestamps.Next()
}

func (e *Executor) runModification(ctx context.Context, q *request, m *plan.Modification) (*Result, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if err := e.guardModification(ctx, q, m); err != nil {
		return nil, err
	}
	q.eval.Timestamp = e.writeTimestamp(q.options)
	if m.Conditions != nil {
		return e.runConditional(ctx, q, m)
	}
	w := newWrites()
	if err := e.collect(ctx, q, &q.eval, m, w); err != nil {
		return nil, err
	}
	ms := w.mutations()
	if m.Table.Virtual {
		return &Result{}, e.writeVirtual(ctx, ms)
	}
	kind := row.SimpleWrite
	if m.Table.Counter {
		kind = row.CounterWrite
	} else if len(ms) > 1 {
		kind = row.UnloggedBatch
	}
	traceActivity(ctx, "Determining replicas for mutation")
	return &Result{}, e.write(ctx, q, ms, kind)
}

// write sends mutations to the coordinator, together with the changes of materialized views that follow from them.
func (e *Executor) write(ctx context.Context, q *request, ms []*row.Mutation, kind row.WriteKind) error {
	for _, m := range ms {
		if err := e.checkIndexedValues(q, m); err != nil {
			return err
		}
		if err := e.guardValues(ctx, q, m); err != nil {
			return err
		}
		if err := e.guardTerms(ctx, q, m); err != nil {
			return err
		}
	}
	o := WriteOptions{Consistency: q.options.Consistency, Kind: kind}
	viewed := e.withViews(ms)
	if len(viewed) == 0 {
		return e.Coordinator.Write(ctx, ms, o)
	}
	return e.Coordinator.Exclusively(ctx, partitionsOf(viewed), o.Consistency, func(ctx context.Context, stamps []int64) error {
		changes, err := e.viewChanges(ctx, q, viewed, stamps)
		if err != nil {
			return err
		}
		all := ms
		if len(changes) > 0 {
			all, o.Kind = append(ms[:len(ms):len(ms)], changes...), row.LoggedBatch
		}
		return e.Coordinator.Write(ctx, all, o)
	})
}

func (e *Executor) writeVirtual(ctx context.Context, ms []*row.Mutation) error {
	for _, m := range ms {
		if e.Virtual == nil {
			return cqlerr.Invalid("Modification is not supported by table %s.%s", m.Table.Keyspace, m.Table.Name)
		}
		if err := e.Virtual.Write(ctx, m.Table, m); err != nil {
			return err
		}
	}
	return nil
}

// collect computes what a statement changes.
func (e *Executor) collect(ctx context.Context, q *request, eval *plan.EvalContext, m *plan.Modification, w *writes) error {
	wc, err := e.writeContext(eval, m)
	if err != nil {
		return err
	}
	if err := e.guardTimestamp(ctx, q, m, wc.WriteTime); err != nil {
		return err
	}
	if err := e.guardProducts(ctx, q, eval, m); err != nil {
		return err
	}
	keys, err := m.Keys(eval)
	if err != nil {
		return err
	}
	if m.IsRange() {
		return collectRanges(m, wc, keys, w)
	}
	var clusterings [][][]byte
	if m.ChangesRows() {
		if clusterings, err = m.Clusterings(eval); err != nil {
			return err
		}
		if len(clusterings) == 0 {
			return nil
		}
	}
	current, err := e.readForWrite(ctx, q, m, keys, clusterings)
	if err != nil {
		return err
	}
	for _, key := range keys {
		p := newPartition(key)
		if err := modifyPartition(m, wc, p, clusterings, current[string(key)]); err != nil {
			return err
		}
		w.add(m.Table, p)
	}
	return nil
}

// writeContext evaluates the USING clause.
func (e *Executor) writeContext(eval *plan.EvalContext, m *plan.Modification) (*plan.WriteContext, error) {
	ts, err := m.Timestamp(eval)
	if err != nil {
		return nil, err
	}
	ttl, err := m.TTL(eval, m.Table)
	if err != nil {
		return nil, err
	}
	return &plan.WriteContext{EvalContext: eval, WriteTime: ts, TTL: ttl, NextTimeUUID: e.uuids.next}, nil
}

func collectRanges(m *plan.Modification, wc *plan.WriteContext, keys [][]byte, w *writes) error {
	ranges, err := m.Ranges(wc.EvalContext)
	if err != nil || len(ranges) == 0 {
		return err
	}
	for _, key := range keys {
		p := newPartition(key)
		for _, s := range ranges {
			p.Ranges = append(p.Ranges, row.RangeTombstone{Slice: s, Deletion: wc.Deletion()})
		}
		w.add(m.Table, p)
	}
	return nil
}

// modifyPartition does what a statement does to one partition. current is the partition as it is, where the statement
// must know.
func modifyPartition(m *plan.Modification, wc *plan.WriteContext, p *row.Partition, clusterings [][][]byte, current *row.Partition) error {
	if m.DeletesPartition() {
		p.Deletion = wc.Deletion()
		return nil
	}
	if err := modifyRows(m, wc, p, clusterings, current); err != nil {
		return err
	}
	if !m.ChangesStatic() {
		return nil
	}
	var static *row.Row
	if current != nil {
		static = current.Static
	}
	w := plan.NewRowWriter(wc, nil, static)
	if err := m.WriteStatic(w); err != nil {
		return err
	}
	p.Static = w.Row()
	return nil
}

func modifyRows(m *plan.Modification, wc *plan.WriteContext, p *row.Partition, clusterings [][][]byte, current *row.Partition) error {
	if !m.ChangesRows() {
		if m.Kind == plan.Delete && m.ChangesRegular() {
			return cqlerr.Invalid("Range deletions are not supported for specific columns")
		}
		return nil
	}
	for _, clustering := range clusterings {
		w := plan.NewRowWriter(wc, clustering, findRow(m.Table, current, clustering))
		if err := m.WriteRow(w); err != nil {
			return err
		}
		if r := w.Row(); !isNothing(r) {
			p.Rows = append(p.Rows, r)
		}
	}
	p.Rows = sortRows(m.Table, p.Rows)
	return nil
}

// isNothing says that a row fragment changes nothing.
func isNothing(r *row.Row) bool {
	return r.Liveness.Timestamp == row.NoTimestamp && r.Deletion == row.Live && len(r.Columns) == 0 && len(r.Cells) == 0
}

// readForWrite reads the rows that a statement must know before it changes them, by partition key.
func (e *Executor) readForWrite(ctx context.Context, q *request, m *plan.Modification, keys [][]byte, clusterings [][][]byte) (map[string]*row.Partition, error) {
	if !m.NeedsRead() || len(keys) == 0 {
		return nil, nil
	}
	if q.options.Consistency == row.Any {
		return nil, cqlerr.Invalid("Write operation require a read but consistency %s is not supported on reads", q.options.Consistency)
	}
	read := &row.Read{Table: m.Table, Keys: keys, Columns: columnNames(m.ChangedColumns()), Now: q.eval.NowSeconds}
	if len(m.Table.Clustering) > 0 {
		if m.ChangesRows() {
			read.Slices = pointSlices(m.Table, clusterings)
		} else {
			read.NoRows = true
		}
	}
	result, err := e.Coordinator.Read(ctx, read, q.options.Consistency)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*row.Partition, len(result.Partitions))
	for _, p := range result.Partitions {
		found[string(p.Key)] = p
	}
	return found, nil
}

func columnNames(columns []*schema.Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}
