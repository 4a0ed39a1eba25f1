package exec

import (
	"context"
	"slices"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func (e *Executor) listRoles(q *request, s *ast.ListRoles) roleStatement {
	return roleStatement{
		check: func(ctx context.Context) error {
			if err := notAnonymous(q); err != nil || s.Of == nil {
				return err
			}
			return e.ensureRole(ctx, *s.Of, "<role %s> doesn't exist")
		},
		run: func(ctx context.Context) (*Result, error) {
			roles, err := e.visibleRoles(ctx, q, s)
			if err != nil || len(roles) == 0 {
				return void(), err
			}
			return e.roleRows(ctx, roles)
		},
	}
}

// visibleRoles are all roles or those granted to one, as far as the user may see them.
func (e *Executor) visibleRoles(ctx context.Context, q *request, s *ast.ListRoles) ([]*auth.Role, error) {
	user := q.session.User()
	all, err := e.Auth.Has(ctx, user, auth.Describe, auth.AllRoles())
	if err != nil {
		return nil, err
	}
	if s.Of == nil {
		if all {
			return e.Auth.AllRoles(ctx)
		}
		return e.grantedRoles(ctx, user.Name, s.NoRecursive)
	}
	if !all {
		own, err := e.Auth.ReadRoles(ctx, user.Name)
		if err != nil {
			return nil, err
		}
		if !own.Has(*s.Of) {
			return nil, cqlerr.Unauthorized("You are not authorized to view roles granted to %s ", *s.Of)
		}
	}
	return e.grantedRoles(ctx, *s.Of, s.NoRecursive)
}

func (e *Executor) grantedRoles(ctx context.Context, name string, direct bool) ([]*auth.Role, error) {
	set, err := e.Auth.ReadRoles(ctx, name)
	if err != nil || !direct || set.Primary == nil {
		return set.Roles(), err
	}
	return slices.DeleteFunc(slices.Clone(set.All), func(r *auth.Role) bool {
		return r != set.Primary && !slices.Contains(set.Primary.MemberOf, r.Name)
	}), nil
}

// roleRows is the answer to LIST ROLES. Options are always an empty map.
func (e *Executor) roleRows(ctx context.Context, roles []*auth.Role) (*Result, error) {
	auth.SortRoles(roles)
	rows := make([][][]byte, 0, len(roles))
	for _, r := range roles {
		dcs, err := e.Auth.Datacenters(ctx, r.Name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, [][]byte{[]byte(r.Name), boolean(r.Super), boolean(r.CanLogin), cqltype.EncodeMap(nil), []byte(dcs.String())})
	}
	cols := textColumns("roles", "role", "super", "login", "options", "datacenters")
	cols[1].Type, cols[2].Type = cqltype.Boolean, cqltype.Boolean
	cols[3].Type = cqltype.NewMap(cqltype.Text, cqltype.Text, true)
	return &Result{Rows: &Rows{Columns: cols, Rows: rows}}, nil
}

func boolean(v bool) []byte {
	if v {
		return []byte{1}
	}
	return []byte{0}
}

// listUsers lists the roles that may log in; super includes what they inherit.
func (e *Executor) listUsers(q *request) roleStatement {
	all := e.listRoles(q, &ast.ListRoles{})
	return roleStatement{
		check: all.check,
		run: func(ctx context.Context) (*Result, error) {
			roles, err := e.visibleRoles(ctx, q, &ast.ListRoles{})
			if err != nil || len(roles) == 0 {
				return void(), err
			}
			auth.SortRoles(roles)
			rows := [][][]byte{}
			for _, r := range roles {
				if !r.CanLogin {
					continue
				}
				set, err := e.Auth.ReadRoles(ctx, r.Name)
				if err != nil {
					return nil, err
				}
				dcs, err := e.Auth.Datacenters(ctx, r.Name)
				if err != nil {
					return nil, err
				}
				rows = append(rows, [][]byte{[]byte(r.Name), boolean(set.Super()), []byte(dcs.String())})
			}
			cols := textColumns("users", "name", "super", "datacenters")
			cols[1].Type = cqltype.Boolean
			return &Result{Rows: &Rows{Columns: cols, Rows: rows}}, nil
		},
	}
}
