package exec

import (
	"context"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
)

// runTruncate empties a table on every node.
func (e *Executor) runTruncate(ctx context.Context, q *request, st *plan.Truncate) (*Result, error) {
	q.schema = e.Coordinator.Schema()
	t, err := e.env(q).Table(st.Name)
	switch {
	case err != nil:
		return nil, err
	case t.IsView():
		return nil, cqlerr.Invalid("Cannot TRUNCATE materialized view directly; must truncate base table instead")
	}
	err = e.guardFlag(ctx, q, e.Settings.DropTruncateTableEnabled, "drop_truncate_table_enabled", "DROP and TRUNCATE TABLE functionality", "")
	if err != nil {
		return nil, err
	}
	if t.Virtual {
		return void(), e.Virtual.Write(ctx, t, nil)
	}
	if err := e.Coordinator.Truncate(ctx, t); err != nil {
		return nil, err
	}
	// Views hold nothing that their base table has not.
	for _, view := range q.schema.Keyspace(t.Keyspace).ViewsOf(t.Name) {
		if err := e.Coordinator.Truncate(ctx, view); err != nil {
			return nil, err
		}
	}
	return void(), nil
}
