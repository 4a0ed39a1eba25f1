package exec

import (
	"context"
	"slices"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

func (e *Executor) createRole(q *request, s *ast.CreateRole) roleStatement {
	var exists bool
	return roleStatement{
		check: func(ctx context.Context) (err error) {
			if err = e.mayCreateRole(ctx, q, s); err != nil {
				return err
			}
			if err = e.validateRoleOptions(ctx, s.Name, s.Options); err != nil {
				return err
			}
			if err = notAnonymous(q); err != nil {
				return err
			}
			r, err := e.Auth.ReadRole(ctx, s.Name)
			if exists = r != nil; err == nil && exists && !s.IfNotExists {
				err = cqlerr.Invalid("%s already exists", s.Name)
			}
			if err != nil || exists {
				return err
			}
			return e.withinCreator(ctx, q, s.Options)
		},
		run: func(ctx context.Context) (*Result, error) {
			if exists {
				return void(), nil
			}
			identities, err := e.Auth.IdentitiesOf(ctx, s.Name)
			if err != nil {
				return nil, err
			}
			if len(identities) > 0 {
				return nil, cqlerr.Server("java.lang.IllegalStateException: Cannot create a role '%s' when identities already exists for it", s.Name)
			}
			return void(), e.Auth.CreateRole(ctx, q.session.User(), s.Name, roleChange(s.Options))
		},
	}
}

func (e *Executor) mayCreateRole(ctx context.Context, q *request, s *ast.CreateRole) error {
	if err := e.ensureOnRole(ctx, q, auth.Create, auth.AllRoles()); err != nil {
		return err
	}
	if s.Options.Superuser == nil || !*s.Options.Superuser {
		return nil
	}
	super, err := e.isSuper(ctx, q)
	if err == nil && !super {
		err = cqlerr.Unauthorized("Only superusers can create a role with superuser status")
	}
	return err
}

// withinCreator keeps users from making a login that may do more than they: datacenters and addresses of the new role
// must be among those of its creator.
func (e *Executor) withinCreator(ctx context.Context, q *request, o ast.RoleOptions) error {
	super, err := e.isSuper(ctx, q)
	if err != nil || super {
		return err
	}
	dcs, err := e.Auth.Datacenters(ctx, q.session.User().Name)
	if err != nil {
		return err
	}
	if dcs.Only != nil && !subset(o.Datacenters, dcs.Only) {
		return cqlerr.Unauthorized("Only superusers are allowed to create a role with access to more datacenters than their own.")
	}
	groups, err := e.Auth.CIDRs(ctx, q.session.User().Name)
	if err == nil && groups.Only != nil && !subset(o.CIDRs, groups.Only) {
		err = cqlerr.Unauthorized("Only superusers are allowed to create a role with access from more CIDR groups than their own.")
	}
	return err
}

func subset(a *ast.Access, of []string) bool {
	return a != nil && !a.All && !slices.ContainsFunc(a.Names, func(n string) bool { return !slices.Contains(of, n) })
}

// validateRoleOptions refuses options that this node cannot keep.
func (e *Executor) validateRoleOptions(ctx context.Context, name string, o ast.RoleOptions) error {
	const manager = "org.apache.cassandra.auth.CassandraRoleManager doesn't support "
	switch {
	case o.HasOptions:
		return cqlerr.Invalid("%sOPTIONS", manager)
	case o.Password != nil && !e.Auth.SupportsPasswords():
		return cqlerr.Invalid("%sPASSWORD", manager)
	case o.HashedPassword != nil && !e.Auth.SupportsPasswords():
		return cqlerr.Invalid("%sHASHED_PASSWORD", manager)
	case o.Password != nil && o.HashedPassword != nil:
		return cqlerr.Syntax("Options 'password' and 'hashed password' are mutually exclusive")
	case o.HashedPassword != nil:
		if err := auth.CheckHash(string(*o.HashedPassword)); err != nil {
			return err
		}
	}
	if name == "" {
		return cqlerr.Invalid("Role name can't be an empty string")
	}
	if o.Datacenters != nil && !o.Datacenters.All {
		if err := auth.CheckDatacenters(o.Datacenters.Names, e.Coordinator.Datacenters()); err != nil {
			return err
		}
	}
	if o.CIDRs != nil && !o.CIDRs.All {
		return e.Auth.CheckCIDRGroups(ctx, o.CIDRs.Names)
	}
	return nil
}

// roleChange is what the options of a statement set.
func roleChange(o ast.RoleOptions) auth.RoleChange {
	ch := auth.RoleChange{Login: o.Login, Super: o.Superuser, Datacenters: accessNames(o.Datacenters), CIDRGroups: accessNames(o.CIDRs)}
	if o.Password != nil {
		p := auth.NewPassword(string(*o.Password))
		ch.Password = &p
	}
	if o.HashedPassword != nil {
		p := auth.NewPassword(string(*o.HashedPassword))
		ch.Hash = &p
	}
	return ch
}

func accessNames(a *ast.Access) *[]string {
	switch {
	case a == nil:
		return nil
	case a.All:
		return &[]string{}
	}
	return &a.Names
}
