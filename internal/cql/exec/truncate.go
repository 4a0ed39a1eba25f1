package exec

import (
	"context"

	"alexandra/internal/cql/plan"
)

// runTruncate empties a table on every node.
func (e *Executor) runTruncate(ctx context.Context, q *request, st *plan.Truncate) (*Result, error) {
	err := e.guardFlag(ctx, q, e.Settings.DropTruncateTableEnabled, "drop_truncate_table_enabled", "DROP and TRUNCATE TABLE functionality", "")
	if err != nil {
		return nil, err
	}
	if st.Table.Virtual {
		return void(), e.Virtual.Write(ctx, st.Table, nil)
	}
	if err := e.Coordinator.Truncate(ctx, st.Table); err != nil {
		return nil, err
	}
	// Views hold nothing that their base table has not.
	for _, view := range q.schema.Keyspace(st.Table.Keyspace).ViewsOf(st.Table.Name) {
		if err := e.Coordinator.Truncate(ctx, view); err != nil {
			return nil, err
		}
	}
	return void(), nil
}
