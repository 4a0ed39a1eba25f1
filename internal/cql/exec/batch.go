package exec

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// batchItem is a statement of a batch with the context that its terms see.
type batchItem struct {
	statement *plan.Modification
	eval      *plan.EvalContext
}

// runBatch runs BEGIN BATCH: all statements share the bound values.
func (e *Executor) runBatch(ctx context.Context, q *request, b *plan.Batch) (*Result, error) {
	q.eval.Timestamp = e.writeTimestamp(q.options)
	items := make([]batchItem, len(b.Statements))
	for i, m := range b.Statements {
		eval := q.eval
		items[i] = batchItem{m, &eval}
	}
	return e.runItems(ctx, q, b, items)
}

// Batch runs a BATCH message.
func (e *Executor) Batch(ctx context.Context, s *Session, kind BatchType, items []BatchItem, o *Options) (*Result, error) {
	ctx = e.beginTrace(ctx, o.Tracing)
	defer e.endTrace(o.Tracing, func() traced { return traced{"Execute batch of CQL3 queries", traceOptions(o, false)} })
	q, err := e.newRequest(s, "", o)
	if err != nil {
		return nil, err
	}
	if err := e.checkLogin(ctx, s); err != nil {
		return nil, err
	}
	q.eval.Timestamp = e.writeTimestamp(o)
	bound := make([]batchItem, len(items))
	statements := make([]*plan.Modification, len(items))
	for i, item := range items {
		m, err := e.batchStatement(q, item)
		if err != nil {
			return nil, q.fail(err)
		}
		if n := len(m.BindVariables()); n != len(item.Values) {
			return nil, cqlerr.Invalid("There were %d markers(?) in CQL but %d bound variables", n, len(item.Values))
		}
		eval := q.eval
		eval.Values = item.Values
		bound[i], statements[i] = batchItem{m, &eval}, m
	}
	b, err := plan.NewBatch(astBatchKind(kind), statements)
	if err != nil {
		return nil, q.fail(err)
	}
	if err := e.authorize(ctx, q, b); err != nil {
		return nil, q.fail(err)
	}
	result, err := e.runItems(ctx, q, b, bound)
	if err != nil {
		return nil, q.fail(err)
	}
	result.Warnings = append(q.warnings, result.Warnings...)
	return result, nil
}

func astBatchKind(kind BatchType) ast.BatchKind {
	switch kind {
	case Unlogged:
		return ast.UnloggedBatch
	case CounterBatch:
		return ast.CounterBatch
	}
	return ast.LoggedBatch
}

// batchStatement finds or binds one statement of a BATCH message.
func (e *Executor) batchStatement(q *request, item BatchItem) (*plan.Modification, error) {
	var st plan.Statement
	if item.ID != nil {
		p, err := e.lookUp(item.ID)
		if err != nil {
			return nil, err
		}
		if !p.qualified && p.keyspace != q.keyspace {
			e.warnUse(q.session, q.warn, p.keyspace, item.ID)
		}
		st = p.statement
	} else {
		parsed, err := parse.Statement(item.Query)
		if err != nil {
			return nil, err
		}
		if st, err = plan.Prepare(parsed.Statement, e.env(q)); err != nil {
			return nil, err
		}
	}
	m, ok := st.(*plan.Modification)
	if !ok {
		return nil, cqlerr.Invalid("Invalid statement in batch: only UPDATE, INSERT and DELETE statements are allowed.")
	}
	return m, nil
}

func (e *Executor) runItems(ctx context.Context, q *request, b *plan.Batch, items []batchItem) (*Result, error) {
	for _, item := range items {
		if err := item.statement.Check(); err != nil {
			return nil, err
		}
		if err := e.guardModification(ctx, q, item.statement); err != nil {
			return nil, err
		}
	}
	if len(items) == 0 {
		return &Result{}, nil
	}
	ts, err := b.Timestamp(&q.eval)
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i].eval.Timestamp = ts
	}
	if b.IsConditional() {
		return e.runConditionalBatch(ctx, q, items)
	}
	w := newWrites()
	for _, item := range items {
		if err := e.collect(ctx, q, item.eval, item.statement, w); err != nil {
			return nil, err
		}
	}
	ms := w.mutations()
	if items[0].statement.Table.Virtual {
		return &Result{}, e.writeVirtual(ctx, ms)
	}
	if err := e.checkBatch(q, b, ms); err != nil {
		return nil, err
	}
	kind := row.LoggedBatch
	switch {
	case items[0].statement.Table.Counter:
		kind = row.CounterWrite
	case b.Kind != ast.LoggedBatch || countPartitions(ms) < 2:
		kind = row.UnloggedBatch
	}
	if kind == row.LoggedBatch {
		traceActivity(ctx, "Determining replicas for atomic batch")
	} else {
		traceActivity(ctx, "Determining replicas for mutation")
	}
	return &Result{}, e.write(ctx, q, ms, kind)
}

// countPartitions is the number of Cassandra's mutations: partitions of several tables of one keyspace with the same
// key count as one.
func countPartitions(ms []*row.Mutation) int {
	type partition struct{ keyspace, key string }
	seen := map[partition]bool{}
	for _, m := range ms {
		seen[partition{m.Table.Keyspace, string(m.Key)}] = true
	}
	return len(seen)
}

// checkBatch warns of batches that are no good idea and refuses very large ones.
func (e *Executor) checkBatch(q *request, b *plan.Batch, ms []*row.Mutation) error {
	if countPartitions(ms) < 2 {
		return nil
	}
	tables := tableNames(ms, func(*row.Mutation) bool { return true })
	size := int64(0)
	for _, m := range ms {
		size += dataSize(&m.Partition)
	}
	warn, fail := e.Settings.BatchSizeWarnThreshold, e.Settings.BatchSizeFailThreshold
	if warn >= 0 && size > warn {
		if fail >= 0 && size > fail {
			return cqlerr.Invalid("Batch too large")
		}
		q.warn(fmt.Sprintf("Batch for [%s] is of size %d, exceeding specified threshold of %d by %d.", strings.Join(tables, ", "), size, warn, size-warn))
	}
	if b.Kind == ast.LoggedBatch {
		warnGraceless(q, ms)
		return nil
	}
	keys := map[string]bool{}
	for _, m := range ms {
		keys[string(m.Key)] = true
	}
	if n := e.Settings.UnloggedBatchAcrossPartitionsWarnThreshold; len(keys) > n {
		q.warn(fmt.Sprintf("Unlogged batch covering %d partition%s detected against table%s [%s]. You should use a logged batch for atomicity, or asynchronous writes for performance.",
			len(keys), plural(len(keys)), plural(len(tables)), strings.Join(tables, ", ")))
	}
	return nil
}

// warnGraceless warns of logged batches on tables that keep tombstones for no time.
func warnGraceless(q *request, ms []*row.Mutation) {
	tables := tableNames(ms, func(m *row.Mutation) bool { return m.Table.Options.GCGraceSeconds == 0 })
	if len(tables) == 0 {
		return
	}
	q.warn(fmt.Sprintf("Executing a LOGGED BATCH on table%s [%s], configured with a gc_grace_seconds of 0. The gc_grace_seconds is used to TTL batchlog entries, "+
		"so setting gc_grace_seconds too low on tables involved in an atomic batch might cause batchlog entries to expire before being replayed.",
		plural(len(tables)), strings.Join(tables, ", ")))
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// tableNames are the qualified names of the tables of some mutations, each once.
func tableNames(ms []*row.Mutation, include func(*row.Mutation) bool) []string {
	var names []string
	for _, m := range ms {
		if name := m.Table.Keyspace + "." + m.Table.Name; include(m) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// runConditionalBatch runs a batch in which at least one statement has conditions: all of it, or nothing.
func (e *Executor) runConditionalBatch(ctx context.Context, q *request, items []batchItem) (*Result, error) {
	r := &casRequest{table: items[0].statement.Table, isBatch: true, columns: []*schema.Column{}}
	for _, item := range items {
		keys, err := item.statement.Keys(item.eval)
		switch {
		case err != nil:
			return nil, err
		case item.statement.KeyIsIn() || len(keys) != 1:
			return nil, cqlerr.Invalid("Batch with conditions cannot span multiple partitions (you cannot use IN on the partition key)")
		case r.key != nil && !bytes.Equal(r.key, keys[0]):
			return nil, cqlerr.Invalid("Batch with conditions cannot span multiple partitions")
		case item.statement.ClusteringIsIn():
			return nil, cqlerr.Invalid("IN on the clustering key columns is not supported with conditional %s", conditionalName(item.statement))
		}
		r.key = keys[0]
		if err := r.add(item.statement, item.eval); err != nil {
			return nil, err
		}
	}
	return e.compareAndSet(ctx, q, r)
}
