package exec

import (
	"context"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

func (e *Executor) dropRole(q *request, s *ast.DropRole) roleStatement {
	missing := false
	return roleStatement{
		check: func(ctx context.Context) error {
			if err := e.ensureOnRole(ctx, q, auth.Drop, auth.RoleResource(s.Name)); err != nil {
				return err
			}
			if err := e.refuseStronger(ctx, q, s.Name, "Only superusers can drop a role with superuser status"); err != nil {
				return err
			}
			if err := notAnonymous(q); err != nil {
				return err
			}
			r, err := e.Auth.ReadRole(ctx, s.Name)
			missing = r == nil
			switch {
			case err != nil:
				return err
			case missing && !s.IfExists:
				return cqlerr.Invalid("%s doesn't exist", s.Name)
			case s.Name == q.session.User().Name:
				return cqlerr.Invalid("Cannot DROP primary role for current login")
			}
			return nil
		},
		run: func(ctx context.Context) (*Result, error) {
			if missing {
				return void(), nil
			}
			return void(), e.Auth.DropRole(ctx, s.Name)
		},
	}
}
