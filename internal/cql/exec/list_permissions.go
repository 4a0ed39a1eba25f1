package exec

import (
	"context"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func textColumns(table string, names ...string) []ColumnSpec {
	cols := make([]ColumnSpec, 0, len(names))
	for _, n := range names {
		cols = append(cols, ColumnSpec{Keyspace: "system_auth", Table: table, Name: n, Type: cqltype.Text})
	}
	return cols
}

func (e *Executor) listPermissions(q *request, st *plan.Roles, s *ast.ListPermissions) roleStatement {
	var of *auth.RoleSet
	return roleStatement{
		check: func(ctx context.Context) (err error) {
			if err = notAnonymous(q); err != nil {
				return err
			}
			if s.Of != nil {
				if of, err = e.Auth.ReadRoles(ctx, *s.Of); err != nil {
					return err
				}
				if of.Primary == nil {
					return cqlerr.Invalid("%s doesn't exist", auth.RoleResource(*s.Of))
				}
			}
			if st.Resource != nil {
				ok, err := e.resourceExists(ctx, q, *st.Resource)
				if err != nil {
					return err
				}
				if !ok {
					return cqlerr.Invalid("%s doesn't exist", *st.Resource)
				}
			}
			return e.mayListPermissions(ctx, q, s.Of)
		},
		run: func(ctx context.Context) (*Result, error) {
			var roles []string
			if of != nil {
				roles = of.Names()
			}
			grants, err := e.Auth.ListGrants(ctx, st.Permissions, listed(st.Resource, s.NoRecursive), roles)
			if err != nil || len(grants) == 0 {
				return void(), err
			}
			rows := make([][][]byte, 0, len(grants))
			for _, g := range grants {
				role := []byte(g.Role)
				rows = append(rows, [][]byte{role, role, []byte(auth.ResourceOf(g.Path).String()), []byte(g.Permission.String())})
			}
			return &Result{Rows: &Rows{Columns: textColumns("permissions", "role", "username", "resource", "permission"), Rows: rows}}, nil
		},
	}
}

// listed are the resources to look at: that one and, unless told not to, its parents; nil for all there are.
func listed(r *auth.Resource, alone bool) []auth.Resource {
	if r == nil {
		return nil
	}
	chain := []auth.Resource{*r}
	for step, ok := r.Parent(); ok && !alone; step, ok = step.Parent() {
		chain = append(chain, step)
	}
	return chain
}

// mayListPermissions: superusers, those who may DESCRIBE the role or all roles, and everybody his own.
func (e *Executor) mayListPermissions(ctx context.Context, q *request, of *string) error {
	super, err := e.isSuper(ctx, q)
	if err != nil || super {
		return err
	}
	resource, who := auth.AllRoles(), "everyone"
	if of != nil {
		resource, who = auth.RoleResource(*of), *of
		own, err := e.Auth.ReadRoles(ctx, q.session.User().Name)
		if err != nil || own.Has(*of) {
			return err
		}
	}
	ok, err := e.Auth.Has(ctx, q.session.User(), auth.Describe, resource)
	if err == nil && !ok {
		err = cqlerr.Unauthorized("You are not authorized to view %s's permissions", who)
	}
	return err
}
