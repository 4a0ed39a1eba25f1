package exec

import (
	"context"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// addIdentity lets a certificate log in as a role. That only superusers bind identities to superusers is what Cassandra
// 5.0.7 added (CVE-2026-27314).
func (e *Executor) addIdentity(q *request, s *ast.AddIdentity) roleStatement {
	exists := false
	return roleStatement{
		check: func(ctx context.Context) error {
			if err := e.ensureOnRole(ctx, q, auth.Create, auth.AllRoles()); err != nil {
				return err
			}
			if err := e.refuseStronger(ctx, q, s.Role, "Only superusers can bind identities to a role with superuser status"); err != nil {
				return err
			}
			if err := notAnonymous(q); err != nil {
				return err
			}
			if err := e.ensureRole(ctx, s.Role, "Can not add identity for non-existent role '%s'"); err != nil {
				return err
			}
			role, err := e.Auth.IdentityRole(ctx, s.Identity)
			if exists = role != ""; err == nil && exists && !s.IfNotExists {
				err = cqlerr.Invalid("%s already exists", s.Identity)
			}
			return err
		},
		run: func(ctx context.Context) (*Result, error) {
			if exists {
				return void(), nil
			}
			return void(), e.Auth.AddIdentity(ctx, s.Identity, s.Role)
		},
	}
}

func (e *Executor) dropIdentity(q *request, s *ast.DropIdentity) roleStatement {
	missing := false
	return roleStatement{
		check: func(ctx context.Context) error {
			// Cassandra looks at the user's own role here, not at the identity's.
			if err := e.ensureOnRole(ctx, q, auth.Drop, auth.RoleResource(q.session.User().Name)); err != nil {
				return err
			}
			if err := notAnonymous(q); err != nil {
				return err
			}
			role, err := e.Auth.IdentityRole(ctx, s.Identity)
			if missing = role == ""; err != nil {
				return err
			}
			if missing && !s.IfExists {
				return cqlerr.Invalid("identity '%s' doesn't exist", s.Identity)
			}
			return e.refuseStronger(ctx, q, role, "Only superusers can drop identities of a role with superuser status")
		},
		run: func(ctx context.Context) (*Result, error) {
			if missing {
				return void(), nil
			}
			return void(), e.Auth.DropIdentity(ctx, s.Identity)
		},
	}
}
