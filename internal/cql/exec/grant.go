package exec

import (
	"context"
	"fmt"
	"strings"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
)

// checkPermissions is what GRANT and REVOKE of permissions check alike; it returns the permissions that apply.
func (e *Executor) checkPermissions(ctx context.Context, q *request, st *plan.Roles, role string) ([]auth.Permission, error) {
	user, r := q.session.User(), *st.Resource
	perms := r.Applicable(st.Permissions)
	if len(perms) == 0 {
		return nil, cqlerr.Syntax("Resource type %s does not support any of the requested permissions", r.ClassName())
	}
	if err := e.Auth.Authorize(ctx, user, auth.Authorize, r); err != nil {
		return nil, err
	}
	for _, p := range perms {
		if err := e.Auth.Authorize(ctx, user, p, r); err != nil {
			return nil, err
		}
	}
	if err := notAnonymous(q); err != nil {
		return nil, err
	}
	if err := e.ensureRole(ctx, role, "Role %s doesn't exist"); err != nil {
		return nil, err
	}
	ok, err := e.resourceExists(ctx, q, r)
	if err == nil && !ok {
		err = cqlerr.Invalid("Resource %s doesn't exist", r)
	}
	return perms, err
}

// resourceExists looks a resource up in the schema or among the roles.
func (e *Executor) resourceExists(ctx context.Context, q *request, r auth.Resource) (bool, error) {
	ks := q.schema.Keyspace(r.Keyspace)
	switch {
	case r.Kind == auth.Roles:
		if r.Name == "" {
			return true, nil
		}
		role, err := e.Auth.ReadRole(ctx, r.Name)
		return role != nil, err
	case r.Kind == auth.MBeans:
		return knownMBean(r.Name), nil
	case r.Keyspace == "":
		return true, nil
	case r.Kind == auth.Functions && r.Name != "":
		return ks != nil && functionExists(ks, r), nil
	case r.Name != "":
		return ks != nil && ks.Tables[r.Name] != nil, nil
	}
	return ks != nil, nil
}

// knownMBean says whether Cassandra would find a bean of that name. There are none here: grants on the server's own domains
// are kept for a cluster that has them, other names do not exist.
func knownMBean(name string) bool {
	domain, _, _ := strings.Cut(name, ":")
	return name == "" || strings.ContainsAny(domain, "*?") || domain == "java.lang" || strings.HasPrefix(domain, "org.apache.cassandra.")
}

// limitedOnSystem are what may be granted on the server's own replicated and local keyspaces.
var limitedOnSystem = map[auth.Permission]bool{auth.Select: true, auth.Describe: true, auth.Alter: true}

func (e *Executor) grant(q *request, st *plan.Roles, s *ast.Grant) roleStatement {
	var perms []auth.Permission
	return roleStatement{
		check: func(ctx context.Context) (err error) {
			if perms, err = e.checkPermissions(ctx, q, st, s.Grantee); err != nil {
				return err
			}
			if r := *st.Resource; r.Kind == auth.Data && auth.LimitedKeyspace(r.Keyspace) {
				for _, p := range perms {
					if !limitedOnSystem[p] {
						return cqlerr.Unauthorized("Granting permissions on system keyspaces is strictly limited, this operation is not permitted")
					}
				}
			}
			return nil
		},
		run: func(ctx context.Context) (*Result, error) {
			added, err := e.Auth.Grant(ctx, perms, *st.Resource, s.Grantee)
			return permissionResult(perms, added, "Role '%s' was already granted %s on %s", s.Grantee, *st.Resource), err
		},
	}
}

func (e *Executor) revoke(q *request, st *plan.Roles, s *ast.Revoke) roleStatement {
	var perms []auth.Permission
	return roleStatement{
		check: func(ctx context.Context) (err error) {
			perms, err = e.checkPermissions(ctx, q, st, s.Revokee)
			return err
		},
		run: func(ctx context.Context) (*Result, error) {
			removed, err := e.Auth.Revoke(ctx, perms, *st.Resource, s.Revokee)
			return permissionResult(perms, removed, "Role '%s' was not granted %s on %s", s.Revokee, *st.Resource), err
		},
	}
}

// permissionResult is void, with a warning about the permissions that changed nothing.
func permissionResult(asked, changed []auth.Permission, format, role string, r auth.Resource) *Result {
	did := map[auth.Permission]bool{}
	for _, p := range changed {
		did[p] = true
	}
	var idle []string
	for _, p := range asked {
		if !did[p] {
			idle = append(idle, p.String())
		}
	}
	res := void()
	if len(idle) > 0 {
		res.Warnings = []string{fmt.Sprintf(format, role, strings.Join(idle, ", "), r)}
	}
	return res
}
