package auth

import (
	"context"
	"slices"
)

// Role is a row of system_auth.roles. Null flags count as false.
type Role struct {
	Name            string
	CanLogin, Super bool
	MemberOf        []string // granted directly, sorted
}

// RoleSet is a role with everything granted to it, directly or not.
type RoleSet struct {
	Primary *Role // nil when the role does not exist
	// All holds Primary and the inherited roles; those that do not exist (any more) are left out.
	All []*Role
}

// Super says whether the role or one granted to it is a superuser.
func (s *RoleSet) Super() bool {
	return slices.ContainsFunc(s.All, func(r *Role) bool { return r.Super })
}

// Has says whether name is the role itself or one granted to it.
func (s *RoleSet) Has(name string) bool {
	return slices.ContainsFunc(s.All, func(r *Role) bool { return r.Name == name })
}

// Names lists all roles of the set, sorted.
func (s *RoleSet) Names() []string {
	names := make([]string, 0, len(s.All))
	for _, r := range s.All {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return names
}

// DefaultSuperuser is the role that exists on every new cluster, and its first password.
const DefaultSuperuser = "cassandra"

const selectRole = "SELECT role, is_superuser, can_login, member_of FROM system_auth.roles"

func roleOf(row Row) *Role {
	return &Role{
		Name: row.Text("role"), CanLogin: row.Bool("can_login"), Super: row.Bool("is_superuser"), MemberOf: row.Set("member_of"),
	}
}

// readConsistency is the level for reading about one role: the default superuser's own is safer by a fixed QUORUM.
func (s *Service) readConsistency(role string) string {
	if role == DefaultSuperuser {
		return "QUORUM"
	}
	return s.cfg.ReadConsistency
}

func (s *Service) writeConsistency(role string) string {
	if role == DefaultSuperuser {
		return "QUORUM"
	}
	return s.cfg.WriteConsistency
}

// ReadRole reads a role past the cache; nil when it does not exist.
func (s *Service) ReadRole(ctx context.Context, name string) (*Role, error) {
	rows, err := s.store.Select(ctx, s.readConsistency(name), selectRole+" WHERE role = ?", text(name))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return roleOf(rows[0]), nil
}

// ReadRoles reads a role and all that is granted to it past the cache.
func (s *Service) ReadRoles(ctx context.Context, name string) (*RoleSet, error) {
	set := &RoleSet{}
	seen := map[string]bool{name: true}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		r, err := s.ReadRole(ctx, queue[0])
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue
		}
		if queue[0] == name {
			set.Primary = r
		}
		set.All = append(set.All, r)
		for _, m := range r.MemberOf {
			if !seen[m] {
				seen[m] = true
				queue = append(queue, m)
			}
		}
	}
	return set, nil
}

// Roles is a role and all that is granted to it, through the roles cache.
func (s *Service) Roles(ctx context.Context, name string) (*RoleSet, error) {
	return s.roles.get(ctx, name)
}

// AllRoles reads every role, in no order.
func (s *Service) AllRoles(ctx context.Context) ([]*Role, error) {
	rows, err := s.store.Select(ctx, "QUORUM", selectRole)
	if err != nil {
		return nil, err
	}
	roles := make([]*Role, 0, len(rows))
	for _, row := range rows {
		roles = append(roles, roleOf(row))
	}
	return roles, nil
}

// IsSuperuser says whether a user has superuser status, own or inherited. Where nobody logs in, everybody has.
func (s *Service) IsSuperuser(ctx context.Context, u User) (bool, error) {
	if u.System || !s.RequiresLogin() {
		return true, nil
	}
	set, err := s.Roles(ctx, u.Name)
	if err != nil {
		return false, err
	}
	return set.Super(), nil
}

// Roles lists the set; nil for a nil set.
func (s *RoleSet) Roles() []*Role {
	if s == nil {
		return nil
	}
	return s.All
}

// SortRoles sorts by name in the order of Java's strings: by UTF-16 code units.
func SortRoles(roles []*Role) {
	slices.SortFunc(roles, func(a, b *Role) int { return slices.Compare(utf16Of(a.Name), utf16Of(b.Name)) })
}
