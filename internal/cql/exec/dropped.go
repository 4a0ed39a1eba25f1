package exec

import (
	"context"

	"alexandra/auth"
	"alexandra/internal/cql/plan"
	"alexandra/internal/schema"
)

// forgetGrants revokes what was granted on things that a statement dropped, so that a new thing of the same name does not
// inherit it. Only the node that ran the statement does it, before the answer.
func (e *Executor) forgetGrants(ctx context.Context, old *schema.Schema, changes []schema.Change) {
	if e.Auth == nil {
		return
	}
	var gone []auth.Resource
	for _, c := range changes {
		ks := old.Keyspace(c.Keyspace)
		if c.Kind != schema.Dropped || ks == nil {
			continue
		}
		switch c.Target {
		case "KEYSPACE":
			gone = append(gone, auth.Keyspace(c.Keyspace), auth.AllTables(c.Keyspace), auth.Resource{Kind: auth.Functions, Keyspace: c.Keyspace})
		case "TABLE":
			gone = append(gone, auth.Table(c.Keyspace, c.Name))
		case "FUNCTION":
			for _, f := range ks.Functions[c.Name] {
				gone = append(gone, plan.FunctionResource(f.Keyspace, f.Name, f.ArgTypes))
			}
		case "AGGREGATE":
			for _, a := range ks.Aggregates[c.Name] {
				gone = append(gone, plan.FunctionResource(a.Keyspace, a.Name, a.ArgTypes))
			}
		}
	}
	if len(gone) > 0 {
		e.Auth.RevokeAllOn(ctx, gone...)
	}
}
