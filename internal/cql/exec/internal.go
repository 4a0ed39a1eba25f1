package exec

import (
	"context"
	"sync"

	"alexandra/auth"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// internalStatements are the bound statements that the node runs itself. Their texts are constants of the program, so
// that the map does not grow.
type internalStatements struct {
	mu    sync.Mutex
	plans map[string]internalPlan
}

type internalPlan struct {
	schema    *schema.Schema
	statement plan.Statement
}

func newInternalStatements() *internalStatements {
	return &internalStatements{plans: map[string]internalPlan{}}
}

func (e *Executor) internalPlan(cql string) (internalPlan, error) {
	current := e.Coordinator.Schema()
	e.internal.mu.Lock()
	p, ok := e.internal.plans[cql]
	e.internal.mu.Unlock()
	if ok && p.schema == current {
		return p, nil
	}
	parsed, err := parse.Statement(cql)
	if err != nil {
		return p, err
	}
	st, err := plan.Prepare(parsed.Statement, &plan.Env{Schema: current, Settings: e.Settings})
	if err != nil {
		return p, err
	}
	p = internalPlan{current, st}
	e.internal.mu.Lock()
	e.internal.plans[cql] = p
	e.internal.mu.Unlock()
	return p, nil
}

// Internal runs a statement as the node itself: no login, no permissions, no paging. cql must be a constant; it is
// parsed once. The result is nil for statements that return no rows.
func (e *Executor) Internal(ctx context.Context, cql string, cl Consistency, values ...[]byte) (*Rows, error) {
	p, err := e.internalPlan(cql)
	if err != nil {
		return nil, err
	}
	o := &Options{Consistency: cl, Values: bound(values)}
	q, err := e.newRequest(newInternalSession(), cql, o)
	if err != nil {
		return nil, err
	}
	if len(values) != len(p.statement.BindVariables()) {
		return nil, cqlerr.Server("%d values for %q", len(values), cql)
	}
	q.schema = p.schema
	result, err := e.run(ctx, q, p.statement)
	if err != nil {
		return nil, err
	}
	return result.Rows, nil
}

// InternalBatch runs modifications as the node itself, as one logged batch.
func (e *Executor) InternalBatch(ctx context.Context, cl Consistency, statements ...auth.Statement) error {
	items := make([]BatchItem, len(statements))
	for i, s := range statements {
		items[i] = BatchItem{Query: s.CQL, Values: bound(s.Values)}
	}
	_, err := e.Batch(ctx, newInternalSession(), Logged, items, &Options{Consistency: cl})
	return err
}

func bound(values [][]byte) []BoundValue {
	out := make([]BoundValue, len(values))
	for i, v := range values {
		out[i].Bytes = v
	}
	return out
}

// AuthStore lets package auth reach its tables.
func (e *Executor) AuthStore() auth.Store { return authStore{e} }

type authStore struct{ e *Executor }

var _ auth.Store = authStore{}

// Select implements auth.Store.
func (s authStore) Select(ctx context.Context, consistency, cql string, values ...[]byte) ([]auth.Row, error) {
	cl, ok := row.ParseConsistency(consistency)
	if !ok {
		return nil, cqlerr.Server("unknown consistency level %s", consistency)
	}
	rows, err := s.e.Internal(ctx, cql, cl, values...)
	if err != nil || rows == nil {
		return nil, err
	}
	out := make([]auth.Row, len(rows.Rows))
	for i, r := range rows.Rows {
		out[i] = make(auth.Row, len(rows.Columns))
		for j, c := range rows.Columns {
			out[i][c.Name] = r[j]
		}
	}
	return out, nil
}

// Apply implements auth.Store.
func (s authStore) Apply(ctx context.Context, consistency string, statements ...auth.Statement) error {
	cl, ok := row.ParseConsistency(consistency)
	if !ok {
		return cqlerr.Server("unknown consistency level %s", consistency)
	}
	if len(statements) == 1 {
		_, err := s.e.Internal(ctx, statements[0].CQL, cl, statements[0].Values...)
		return err
	}
	return s.e.InternalBatch(ctx, cl, statements...)
}
