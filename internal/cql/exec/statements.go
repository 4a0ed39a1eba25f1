package exec

import (
	"context"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
)

// run runs a statement whose permissions were checked.
func (e *Executor) run(ctx context.Context, q *request, st plan.Statement) (*Result, error) {
	switch st := st.(type) {
	case *plan.SchemaChange:
		return e.runSchemaChange(ctx, q, st)
	case *plan.Use:
		return e.runUse(q, st)
	case *plan.Truncate:
		return e.runTruncate(ctx, q, st)
	case *plan.Describe:
		return e.runDescribe(ctx, q, st)
	case *plan.Roles:
		return e.runRoles(ctx, q, st)
	case *plan.Select:
		return e.runSelect(ctx, q, st)
	case *plan.Modification:
		return e.runModification(ctx, q, st)
	case *plan.Batch:
		return e.runBatch(ctx, q, st)
	}
	return nil, cqlerr.Server("statement %T cannot be run", st)
}
