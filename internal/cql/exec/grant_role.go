package exec

import (
	"context"
	"slices"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// checkMembership is what GRANT and REVOKE of a role check alike. That nobody but a superuser hands out a superuser role
// is ours: else AUTHORIZE on it would be enough to take it.
func (e *Executor) checkMembership(ctx context.Context, q *request, role, grantee string) error {
	if err := e.ensureOnRole(ctx, q, auth.Authorize, auth.RoleResource(role)); err != nil {
		return err
	}
	if err := notAnonymous(q); err != nil {
		return err
	}
	if err := e.ensureRole(ctx, role, "%s doesn't exist"); err != nil {
		return err
	}
	return e.ensureRole(ctx, grantee, "%s doesn't exist")
}

func (e *Executor) grantRole(q *request, s *ast.GrantRole) roleStatement {
	return roleStatement{
		check: func(ctx context.Context) error {
			if err := e.checkMembership(ctx, q, s.Role, s.Grantee); err != nil {
				return err
			}
			return e.refuseStronger(ctx, q, s.Role, "Only superusers are allowed to grant a role with superuser status")
		},
		run: func(ctx context.Context) (*Result, error) {
			held, err := e.Auth.ReadRoles(ctx, s.Grantee)
			if err != nil {
				return nil, err
			}
			if held.Has(s.Role) {
				return nil, cqlerr.Invalid("%s is a member of %s", s.Grantee, s.Role)
			}
			inverse, err := e.Auth.ReadRoles(ctx, s.Role)
			if err != nil {
				return nil, err
			}
			if inverse.Has(s.Grantee) {
				return nil, cqlerr.Invalid("%s is a member of %s", s.Role, s.Grantee)
			}
			return void(), e.Auth.GrantRole(ctx, s.Role, s.Grantee)
		},
	}
}

func (e *Executor) revokeRole(q *request, s *ast.RevokeRole) roleStatement {
	return roleStatement{
		check: func(ctx context.Context) error { return e.checkMembership(ctx, q, s.Role, s.Revokee) },
		run: func(ctx context.Context) (*Result, error) {
			if s.Role == s.Revokee {
				return void(), nil
			}
			r, err := e.Auth.ReadRole(ctx, s.Revokee)
			if err != nil {
				return nil, err
			}
			if r == nil || !slices.Contains(r.MemberOf, s.Role) {
				return nil, cqlerr.Invalid("%s is not a member of %s", s.Revokee, s.Role)
			}
			return void(), e.Auth.RevokeRole(ctx, s.Role, s.Revokee)
		},
	}
}
