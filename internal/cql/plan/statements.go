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
	if change, ok, err := prepareSchemaChange(stmt, env); ok {
		return change, err
	}
	b := &Binder{Env: env}
	switch s := stmt.(type) {
	case *ast.Select:
		return prepareSelect(s, env, b)
	case *ast.Insert, *ast.Update, *ast.Delete:
		return prepareModification(stmt, env, b)
	case *ast.Batch:
		return prepareBatch(s, env, b)
	case *ast.Use:
		return prepareUse(s), nil
	case *ast.Truncate:
		return prepareTruncate(s, env)
	case *ast.Describe:
		return prepareDescribe(s, env), nil
	}
	return nil, cqlerr.Server("statement %T cannot be planned", stmt)
}
