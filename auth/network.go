package auth

import (
	"context"
	"slices"
	"strings"

	"alexandra/internal/cqlerr"
)

// DatacenterAccess is which datacenters a role may use.
type DatacenterAccess struct {
	// None: the role cannot log in or does not exist.
	None bool
	// Only lists the datacenters, sorted; nil means all of them, unless None.
	Only []string
}

// Allows says whether a datacenter is among them; names are compared exactly.
func (a DatacenterAccess) Allows(dc string) bool {
	return !a.None && (a.Only == nil || slices.Contains(a.Only, dc))
}

// String is how LIST ROLES shows it: "ALL", "n/a", or the names.
func (a DatacenterAccess) String() string {
	switch {
	case a.None:
		return "n/a"
	case a.Only == nil:
		return "ALL"
	}
	return strings.Join(a.Only, ", ")
}

// networkAuthorizer is the part of network_authorizer that differs between its classes.
type networkAuthorizer interface {
	requireAuthorization() bool
	// access decides for a role; it is cached.
	access(ctx context.Context, role string) (DatacenterAccess, error)
	// set and drop are what role statements write.
	set(role string, datacenters []string) []Statement
	drop(role string) []Statement
}

type allowAllNetwork struct{}

func (allowAllNetwork) requireAuthorization() bool { return false }
func (allowAllNetwork) access(context.Context, string) (DatacenterAccess, error) {
	return DatacenterAccess{}, nil
}
func (allowAllNetwork) set(string, []string) []Statement { return nil }
func (allowAllNetwork) drop(string) []Statement          { return nil }

// cassandraNetwork keeps datacenters in system_auth.network_permissions. Its key is the resource's name "roles/<role>",
// as Cassandra writes it, so that dumps stay interchangeable.
type cassandraNetwork struct{ s *Service }

func (cassandraNetwork) requireAuthorization() bool { return true }

func (n cassandraNetwork) access(ctx context.Context, role string) (DatacenterAccess, error) {
	set, err := n.s.Roles(ctx, role)
	if err != nil {
		return DatacenterAccess{}, err
	}
	if set.Primary == nil || !set.Primary.CanLogin {
		return DatacenterAccess{None: true}, nil
	}
	if set.Super() {
		return DatacenterAccess{}, nil
	}
	rows, err := n.s.store.Select(ctx, n.s.cfg.ReadConsistency,
		"SELECT dcs FROM system_auth.network_permissions WHERE role = ?", text(RoleResource(role).Path()))
	if err != nil || len(rows) == 0 {
		return DatacenterAccess{}, err
	}
	if dcs := rows[0].Set("dcs"); len(dcs) > 0 {
		return DatacenterAccess{Only: dcs}, nil
	}
	return DatacenterAccess{}, nil
}

func (cassandraNetwork) set(role string, dcs []string) []Statement {
	return []Statement{statement("INSERT INTO system_auth.network_permissions (role, dcs) VALUES (?, ?)",
		text(RoleResource(role).Path()), textSet(dcs))}
}

func (cassandraNetwork) drop(role string) []Statement {
	return []Statement{statement("DELETE FROM system_auth.network_permissions WHERE role = ?", text(RoleResource(role).Path()))}
}

// Datacenters is where a role may use the cluster, through the cache.
func (s *Service) Datacenters(ctx context.Context, role string) (DatacenterAccess, error) {
	return s.datacenters.get(ctx, role)
}

// SupportsDatacenters says whether ALTER ROLE ... ACCESS TO DATACENTERS can be kept.
func (s *Service) SupportsDatacenters() bool { return s.network.requireAuthorization() }

// CheckDatacenters refuses names that are no datacenter of the cluster; shown is the set in the order Java prints it.
func CheckDatacenters(wanted, known []string) error {
	for _, dc := range wanted {
		if !slices.Contains(known, dc) {
			return cqlerr.Invalid("Invalid value(s) for DATACENTERS '[%s]',All values must be valid datacenters",
				strings.Join(javaSetOrder(wanted), ", "))
		}
	}
	return nil
}

// javaSetOrder puts strings in the order of a small java.util.HashSet, which some messages show.
func javaSetOrder(items []string) []string {
	unique := slices.Compact(slices.Sorted(slices.Values(items)))
	size := 16
	for size*3/4 < len(unique) {
		size *= 2
	}
	bucket := func(s string) int {
		var h int32
		for _, r := range utf16Of(s) {
			h = 31*h + int32(r)
		}
		return int((uint32(h) ^ uint32(h)>>16) & uint32(size-1))
	}
	slices.SortStableFunc(unique, func(a, b string) int { return bucket(a) - bucket(b) })
	return unique
}
