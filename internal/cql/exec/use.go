package exec

import (
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
)

// runUse changes the current keyspace of the connection.
func (e *Executor) runUse(q *request, st *plan.Use) (*Result, error) {
	if !e.Settings.UseStatementsEnabled {
		return nil, cqlerr.Invalid("USE statements prohibited. (see use_statements_enabled in cassandra.yaml)")
	}
	if e.Coordinator.Schema().Keyspace(st.Keyspace) == nil {
		return nil, cqlerr.Invalid("Keyspace '%s' does not exist", st.Keyspace)
	}
	q.session.SetKeyspace(st.Keyspace)
	return &Result{SetKeyspace: st.Keyspace}, nil
}
