package auth

import (
	"context"
	"slices"

	"alexandra/internal/cqlerr"
)

// applicable says which permissions each kind of resource knows, in listing order.
func (r Resource) applicable() []Permission {
	switch {
	case r.Kind == Data && r.Name != "":
		return []Permission{Alter, Drop, Select, Modify, Authorize, Unmask, SelectMasked}
	case r.Kind == Data:
		return []Permission{Create, Alter, Drop, Select, Modify, Authorize, Unmask, SelectMasked}
	case r.Kind == Roles && r.Name != "":
		return []Permission{Alter, Drop, Authorize, Describe}
	case r.Kind == Roles:
		return []Permission{Create, Alter, Drop, Authorize, Describe}
	case r.Kind == Functions && r.Name != "":
		return []Permission{Alter, Drop, Authorize, Execute}
	case r.Kind == Functions:
		return []Permission{Create, Alter, Drop, Authorize, Execute}
	}
	return []Permission{Select, Modify, Authorize, Describe, Execute}
}

// Applicable keeps those of the permissions that the resource knows, in listing order.
func (r Resource) Applicable(perms []Permission) []Permission {
	var kept []Permission
	for _, p := range r.applicable() {
		if slices.Contains(perms, p) {
			kept = append(kept, p)
		}
	}
	return kept
}

// AllPermissions are the permissions that the resource knows.
func (r Resource) AllPermissions() []Permission { return r.applicable() }

// ClassName is Java's name for the kind of resource, which one message shows.
func (r Resource) ClassName() string {
	return [...]string{"DataResource", "RoleResource", "FunctionResource", "JMXResource"}[r.Kind]
}

// systemKeyspaces are those of the server; permissions on them are limited.
var systemKeyspaces = map[string]bool{
	"system": true, "system_schema": true, "system_auth": true, "system_distributed": true, "system_traces": true,
	"system_views": true, "system_virtual_schema": true,
}

// IsSystemKeyspace says whether a keyspace is the server's own, virtual ones included.
func IsSystemKeyspace(name string) bool { return systemKeyspaces[name] }

// alwaysReadable are tables that every logged-in user may read, by keyspace and table.
var alwaysReadable = map[string]bool{
	"system.local": true, "system.peers": true, "system.peers_v2": true, "system.size_estimates": true, "system.table_estimates": true,
	"system_schema.keyspaces": true, "system_schema.tables": true, "system_schema.columns": true, "system_schema.column_masks": true,
	"system_schema.dropped_columns": true, "system_schema.triggers": true, "system_schema.views": true, "system_schema.types": true,
	"system_schema.functions": true, "system_schema.aggregates": true, "system_schema.indexes": true,
	"system_traces.sessions": true, "system_traces.events": true,
	"system_virtual_schema.keyspaces": true, "system_virtual_schema.tables": true, "system_virtual_schema.columns": true,
}

// userKey is the key of the permissions cache.
type userKey struct {
	role     string
	resource Resource
}

// RequireAuthorization says whether permissions are checked at all.
func (s *Service) RequireAuthorization() bool { return s.cassandraAuthorizer }

// Permissions are a user's permissions on exactly this resource, of its own and of all roles granted to it.
func (s *Service) Permissions(ctx context.Context, u User, r Resource) ([]Permission, error) {
	if u.System || !s.cassandraAuthorizer {
		return r.AllPermissions(), nil
	}
	return s.permissions.get(ctx, userKey{u.Name, r})
}

// loadPermissions fills the permissions cache.
func (s *Service) loadPermissions(ctx context.Context, k userKey) ([]Permission, error) {
	set, err := s.Roles(ctx, k.role)
	if err != nil {
		return nil, err
	}
	if set.Super() {
		return k.resource.AllPermissions(), nil
	}
	var held []Permission
	for _, role := range set.Names() {
		stored, err := s.storedPermissions(ctx, role, k.resource)
		if err != nil {
			return nil, err
		}
		held = append(held, stored...)
	}
	return k.resource.Applicable(held), nil
}

// Has says whether a user holds a permission on a resource or any of its parents. What an ordinary user was granted on
// ALL KEYSPACES does not reach the server's own keyspaces.
func (s *Service) Has(ctx context.Context, u User, p Permission, r Resource) (bool, error) {
	if u.System || !s.cassandraAuthorizer {
		return true, nil
	}
	if p == Select && r.Kind == Data && alwaysReadable[r.Keyspace+"."+r.Name] {
		return true, nil
	}
	super, err := s.IsSuperuser(ctx, u)
	if err != nil {
		return false, unauthorized(err)
	}
	chain := chainOf(r, !super)
	if s.cfg.TraverseFromRoot {
		slices.Reverse(chain)
	}
	for _, step := range chain {
		held, err := s.Permissions(ctx, u, step)
		if err != nil {
			return false, unauthorized(err)
		}
		if slices.Contains(held, p) {
			return true, nil
		}
	}
	return false, nil
}

func unauthorized(err error) error {
	return cqlerr.Unauthorized("Unable to perform authorization of permissions: %v", err)
}

// chainOf is the resource and its parents.
func chainOf(r Resource, ordinary bool) []Resource {
	chain := []Resource{r}
	for {
		parent, ok := r.Parent()
		if !ok || ordinary && parent == DataRoot() && systemKeyspaces[r.Keyspace] {
			return chain
		}
		chain = append(chain, parent)
		r = parent
	}
}

// Authorize is Has, with the error that a client gets when it does not.
func (s *Service) Authorize(ctx context.Context, u User, p Permission, r Resource) error {
	ok, err := s.Has(ctx, u, p, r)
	if err == nil && !ok {
		err = cqlerr.Unauthorized("User %s has no %s permission on %s or any of its parents", u.Name, p, r)
	}
	return err
}

// LimitedKeyspace says whether GRANT on a keyspace is limited: the server's own, except the virtual ones.
func LimitedKeyspace(name string) bool {
	return systemKeyspaces[name] && name != "system_views" && name != "system_virtual_schema"
}
