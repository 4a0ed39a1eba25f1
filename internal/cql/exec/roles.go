package exec

import (
	"context"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
)

// Statements about roles, permissions and identities are checked in two steps, as in Cassandra: first whether the user
// may, then whether the statement makes sense. PREPARE does both, so that it tells no more than running would.

// roleStatement is what each of these statements is made of. check is nil-safe to run without run.
type roleStatement struct {
	check func(ctx context.Context) error
	run   func(ctx context.Context) (*Result, error)
}

// roleStatement finds the parts of a statement.
func (e *Executor) roleStatement(q *request, st *plan.Roles) (roleStatement, error) {
	switch s := st.Statement.(type) {
	case *ast.CreateRole:
		return e.createRole(q, s), nil
	case *ast.AlterRole:
		return e.alterRole(q, s), nil
	case *ast.DropRole:
		return e.dropRole(q, s), nil
	case *ast.GrantRole:
		return e.grantRole(q, s), nil
	case *ast.RevokeRole:
		return e.revokeRole(q, s), nil
	case *ast.Grant:
		return e.grant(q, st, s), nil
	case *ast.Revoke:
		return e.revoke(q, st, s), nil
	case *ast.ListRoles:
		return e.listRoles(q, s), nil
	case *ast.ListUsers:
		return e.listUsers(q), nil
	case *ast.ListPermissions:
		return e.listPermissions(q, st, s), nil
	case *ast.AddIdentity:
		return e.addIdentity(q, s), nil
	case *ast.DropIdentity:
		return e.dropIdentity(q, s), nil
	}
	return roleStatement{}, cqlerr.Server("statement %T cannot be run", st.Statement)
}

func (e *Executor) runRoles(ctx context.Context, q *request, st *plan.Roles) (*Result, error) {
	s, err := e.roleStatement(q, st)
	if err != nil {
		return nil, err
	}
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	return s.run(ctx)
}

// checkRoles is what PREPARE does of a statement.
func (e *Executor) checkRoles(ctx context.Context, q *request, st *plan.Roles) error {
	s, err := e.roleStatement(q, st)
	if err != nil {
		return err
	}
	return s.check(ctx)
}

// notAnonymous refuses where nobody logs in.
func notAnonymous(q *request) error {
	if q.session.User().IsAnonymous() {
		return cqlerr.Unauthorized("You have to be logged in and not anonymous to perform this request")
	}
	return nil
}

// ensureOnRole checks a permission on roles; these statements have a message of their own for the refusal.
func (e *Executor) ensureOnRole(ctx context.Context, q *request, p auth.Permission, r auth.Resource) error {
	ok, err := e.Auth.Has(ctx, q.session.User(), p, r)
	if err == nil && !ok {
		err = cqlerr.Unauthorized("User %s does not have sufficient privileges to perform the requested operation", q.session.User().Name)
	}
	return err
}

func (e *Executor) isSuper(ctx context.Context, q *request) (bool, error) {
	return e.Auth.IsSuperuser(ctx, q.session.User())
}

// ensureRole refuses a role that does not exist.
func (e *Executor) ensureRole(ctx context.Context, name, format string) error {
	r, err := e.Auth.ReadRole(ctx, name)
	if err == nil && r == nil {
		err = cqlerr.Invalid(format, name)
	}
	return err
}

// refuseStronger refuses what lets a user who is no superuser act on one who is; message says what.
func (e *Executor) refuseStronger(ctx context.Context, q *request, target, message string) error {
	super, err := e.isSuper(ctx, q)
	if err != nil || super {
		return err
	}
	set, err := e.Auth.ReadRoles(ctx, target)
	if err == nil && set.Super() {
		err = cqlerr.Unauthorized("%s", message)
	}
	return err
}

func void() *Result { return &Result{} }
