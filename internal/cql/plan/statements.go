package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// Prepare binds a statement. Errors are *cqlerr.Error.
func Prepare(stmt ast.Statement, env *Env) (Statement, error) {
	if roles, ok, err := prepareRoles(stmt, env); ok {
		return roles, err
	}
	b := &Binder{Env: env}
	switch s := stmt.(type) {
	case *ast.Select:
		return prepareSelect(s, env, b)
	case *ast.Insert, *ast.Update, *ast.Delete:
		return prepareModification(stmt, env, b)
	case *ast.Batch:
		return prepareBatch(s, env, b)
	}
	return nil, cqlerr.Server("statement %T cannot be planned", stmt)
}
