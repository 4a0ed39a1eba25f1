package auth

import (
	"context"
	"slices"
	"sort"
	"strings"

	"alexandra/internal/cqlerr"
)

// storedPermissions reads the grants of one role on one resource. Unknown names are left out.
func (s *Service) storedPermissions(ctx context.Context, role string, r Resource) ([]Permission, error) {
	rows, err := s.store.Select(ctx, s.cfg.ReadConsistency,
		"SELECT permissions FROM system_auth.role_permissions WHERE role = ? AND resource = ?", text(role), text(r.Path()))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return parsePermissions(rows[0].Set("permissions")), nil
}

func parsePermissions(names []string) []Permission {
	var perms []Permission
	for _, n := range names {
		if p, ok := ParsePermission(n); ok {
			perms = append(perms, p)
		}
	}
	slices.Sort(perms)
	return perms
}

func permissionSet(perms []Permission) []byte {
	names := make([]string, 0, len(perms))
	for _, p := range perms {
		names = append(names, p.String())
	}
	return textSet(names)
}

// Grant adds permissions on a resource to a role and returns those that it did not have. The error of an authorizer
// that keeps none is Cassandra's.
func (s *Service) Grant(ctx context.Context, perms []Permission, r Resource, role string) ([]Permission, error) {
	if !s.cassandraAuthorizer {
		return nil, unsupported("GRANT")
	}
	held, err := s.storedPermissions(ctx, role, r)
	if err != nil {
		return nil, err
	}
	added := without(perms, held)
	if len(added) == 0 {
		return nil, nil
	}
	return added, s.apply(ctx, s.cfg.WriteConsistency, grantStatements(added, r, role))
}

func grantStatements(perms []Permission, r Resource, role string) []Statement {
	return []Statement{
		statement("UPDATE system_auth.role_permissions SET permissions = permissions + ? WHERE role = ? AND resource = ?",
			permissionSet(perms), text(role), text(r.Path())),
		statement("INSERT INTO system_auth.resource_role_permissons_index (resource, role) VALUES (?, ?)", text(r.Path()), text(role)),
	}
}

// Revoke takes permissions on a resource from a role and returns those that it had. The index row goes with the last.
func (s *Service) Revoke(ctx context.Context, perms []Permission, r Resource, role string) ([]Permission, error) {
	if !s.cassandraAuthorizer {
		return nil, unsupported("REVOKE")
	}
	held, err := s.storedPermissions(ctx, role, r)
	if err != nil {
		return nil, err
	}
	kept := without(held, perms)
	removed := without(held, kept)
	if len(removed) == 0 {
		return nil, nil
	}
	st := []Statement{statement("UPDATE system_auth.role_permissions SET permissions = permissions - ? WHERE role = ? AND resource = ?",
		permissionSet(removed), text(role), text(r.Path()))}
	if len(kept) == 0 {
		st = append(st, statement("DELETE FROM system_auth.resource_role_permissons_index WHERE resource = ? AND role = ?", text(r.Path()), text(role)))
	}
	return removed, s.apply(ctx, s.cfg.WriteConsistency, st)
}

func without(perms, taken []Permission) []Permission {
	var rest []Permission
	for _, p := range perms {
		if !slices.Contains(taken, p) {
			rest = append(rest, p)
		}
	}
	return rest
}

func unsupported(operation string) error {
	return cqlerr.Server("java.lang.UnsupportedOperationException: %s operation is not supported by AllowAllAuthorizer", operation)
}

// dropPermissions removes what a role was granted and what was granted on it.
func (s *Service) dropPermissions(ctx context.Context, role string) ([]Statement, error) {
	if !s.cassandraAuthorizer {
		return nil, nil
	}
	rows, err := s.store.Select(ctx, s.cfg.ReadConsistency, "SELECT resource FROM system_auth.role_permissions WHERE role = ?", text(role))
	if err != nil {
		return nil, err
	}
	st := []Statement{statement("DELETE FROM system_auth.role_permissions WHERE role = ?", text(role))}
	for _, r := range rows {
		st = append(st, statement("DELETE FROM system_auth.resource_role_permissons_index WHERE resource = ? AND role = ?", r["resource"], text(role)))
	}
	on, err := s.revokeAllStatements(ctx, RoleResource(role))
	return append(st, on...), err
}

func (s *Service) revokeAllStatements(ctx context.Context, r Resource) ([]Statement, error) {
	rows, err := s.store.Select(ctx, s.cfg.ReadConsistency, "SELECT role FROM system_auth.resource_role_permissons_index WHERE resource = ?", text(r.Path()))
	if err != nil {
		return nil, err
	}
	var st []Statement
	for _, row := range rows {
		st = append(st, statement("DELETE FROM system_auth.role_permissions WHERE role = ? AND resource = ?", row["role"], text(r.Path())))
	}
	return append(st, statement("DELETE FROM system_auth.resource_role_permissons_index WHERE resource = ?", text(r.Path()))), nil
}

// RevokeAllOn forgets every grant on resources that are gone. Errors are logged: the drop has happened already.
func (s *Service) RevokeAllOn(ctx context.Context, resources ...Resource) {
	if !s.cassandraAuthorizer {
		return
	}
	for _, r := range resources {
		st, err := s.revokeAllStatements(ctx, r)
		if err == nil {
			err = s.apply(ctx, s.cfg.WriteConsistency, st)
		}
		if err != nil {
			s.log.Warn("CassandraAuthorizer failed to revoke all permissions on "+r.String(), "error", err)
		}
	}
}

// GrantCreator gives whoever made a thing all permissions on it.
func (s *Service) GrantCreator(ctx context.Context, u User, resources ...Resource) error {
	var st []Statement
	for _, r := range resources {
		st = append(st, s.creatorStatements(u, r)...)
	}
	return s.apply(ctx, s.cfg.WriteConsistency, st)
}

func (s *Service) creatorStatements(u User, r Resource) []Statement {
	if u.System || u.IsAnonymous() || !s.cassandraAuthorizer {
		return nil
	}
	return grantStatements(r.AllPermissions(), r, u.Name)
}

// GrantRow is one row of LIST PERMISSIONS.
type GrantRow struct {
	Role, Path string // Path is the resource's internal name
	Permission Permission
}

// ListGrants returns the stored grants of the roles (all when nil) on the resources (all when nil) of the permissions,
// sorted by role, resource and permission.
func (s *Service) ListGrants(ctx context.Context, perms []Permission, resources []Resource, roles []string) ([]GrantRow, error) {
	if !s.cassandraAuthorizer {
		return nil, cqlerr.Invalid("LIST PERMISSIONS operation is not supported by AllowAllAuthorizer")
	}
	rows, err := s.store.Select(ctx, s.cfg.ReadConsistency, "SELECT role, resource, permissions FROM system_auth.role_permissions")
	if err != nil {
		return nil, err
	}
	paths := make([]string, 0, len(resources))
	for _, r := range resources {
		paths = append(paths, r.Path())
	}
	var found []GrantRow
	for _, row := range rows {
		role, path := row.Text("role"), row.Text("resource")
		if roles != nil && !slices.Contains(roles, role) || resources != nil && !slices.Contains(paths, path) {
			continue
		}
		for _, p := range parsePermissions(row.Set("permissions")) {
			if slices.Contains(perms, p) {
				found = append(found, GrantRow{role, path, p})
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		if c := strings.Compare(found[i].Role, found[j].Role); c != 0 {
			return c < 0
		}
		if c := strings.Compare(found[i].Path, found[j].Path); c != 0 {
			return c < 0
		}
		return found[i].Permission < found[j].Permission
	})
	return found, nil
}

// ResourceOf reads a resource's internal name back.
func ResourceOf(path string) Resource {
	parts := strings.SplitN(path, "/", 3)
	switch parts[0] {
	case "data":
		r := DataRoot()
		if len(parts) > 1 {
			r.Keyspace = parts[1]
		}
		if len(parts) > 2 {
			if parts[2] == "*" {
				r.AllTables = true
			} else {
				r.Name = parts[2]
			}
		}
		return r
	case "roles":
		return RoleResource(strings.TrimPrefix(strings.TrimPrefix(path, "roles"), "/"))
	case "functions":
		r := Resource{Kind: Functions}
		if len(parts) > 1 {
			r.Keyspace = parts[1]
		}
		if len(parts) > 2 {
			r.Name = parts[2]
		}
		return r
	}
	return Resource{Kind: MBeans, Name: strings.TrimPrefix(strings.TrimPrefix(path, "mbean"), "/")}
}
