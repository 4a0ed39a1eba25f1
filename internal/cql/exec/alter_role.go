package exec

import (
	"context"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

func (e *Executor) alterRole(q *request, s *ast.AlterRole) roleStatement {
	missing := false
	return roleStatement{
		check: func(ctx context.Context) error {
			if err := e.mayAlterRole(ctx, q, s); err != nil {
				return err
			}
			if s.Options.Empty() {
				return cqlerr.Invalid("ALTER [ROLE|USER] can't be empty")
			}
			if err := e.validateRoleOptions(ctx, s.Name, s.Options); err != nil {
				return err
			}
			if err := notAnonymous(q); err != nil {
				return err
			}
			r, err := e.Auth.ReadRole(ctx, s.Name)
			if missing = r == nil; err == nil && missing && !s.IfExists {
				err = cqlerr.Invalid("Role %s doesn't exist", s.Name)
			}
			if err == nil && s.Options.Datacenters != nil && !e.Auth.SupportsDatacenters() {
				err = cqlerr.Invalid("ACCESS TO DATACENTERS operations not supported by AllowAllNetworkAuthorizer")
			}
			return err
		},
		run: func(ctx context.Context) (*Result, error) {
			if missing {
				return void(), nil
			}
			if s.Options.Password != nil || s.Options.HashedPassword != nil {
				if err := e.Auth.AdmitPasswordChange(ctx, s.Name); err != nil {
					return nil, err
				}
			}
			return void(), e.Auth.AlterRole(ctx, s.Name, roleChange(s.Options))
		},
	}
}

// mayAlterRole makes the checks in Cassandra's order. That a superuser can be altered by nobody less is ours: else ALTER
// on all roles would be enough to take a superuser's password.
func (e *Executor) mayAlterRole(ctx context.Context, q *request, s *ast.AlterRole) error {
	user, o := q.session.User(), s.Options
	if o.Superuser != nil {
		own, err := e.Auth.ReadRoles(ctx, user.Name)
		if err != nil {
			return err
		}
		if own.Has(s.Name) {
			return cqlerr.Unauthorized("You aren't allowed to alter your own superuser status or that of a role granted to you")
		}
	}
	super, err := e.isSuper(ctx, q)
	switch {
	case err != nil:
		return err
	case o.Superuser != nil && !super:
		return cqlerr.Unauthorized("Only superusers are allowed to alter superuser status")
	case o.Datacenters != nil && (!super || user.IsAnonymous()):
		return cqlerr.Unauthorized("Only superusers are allowed to alter access to datacenters.")
	case o.CIDRs != nil && (!super || user.IsAnonymous()):
		return cqlerr.Unauthorized("Only superusers are allowed to alter access from CIDR groups.")
	case super:
		return nil
	case user.Name == s.Name:
		switch {
		case o.Login != nil:
			return cqlerr.Unauthorized("You aren't allowed to alter LOGIN")
		case o.HasOptions:
			return cqlerr.Unauthorized("You aren't allowed to alter OPTIONS")
		}
		return nil
	}
	if err := e.ensureOnRole(ctx, q, auth.Alter, auth.RoleResource(s.Name)); err != nil {
		return err
	}
	return e.refuseStronger(ctx, q, s.Name, "Only superusers are allowed to alter a role with superuser status")
}
