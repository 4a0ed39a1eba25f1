package auth

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"alexandra/internal/cqlerr"
)

// CIDRAccess is which groups of client addresses a role may come from.
type CIDRAccess struct {
	None bool     // the role cannot log in or does not exist
	Only []string // group names; nil means all addresses, unless None
}

// cidrAuthorizer keeps and, in CassandraCIDRAuthorizer, enforces groups of client addresses.
type cidrAuthorizer struct {
	s *Service
	// active is false for AllowAllCIDRAuthorizer, which stores what it is told and checks nothing.
	active          bool
	enforce         bool // false: MONITOR, which only logs
	checkSuperusers bool
	refreshInterval time.Duration

	mu       sync.RWMutex
	groups   []cidrGroup
	loaded   bool
	loadedAt time.Time
	lastWarn map[string]time.Time
}

type cidrGroup struct {
	name     string
	prefixes []netip.Prefix
}

// set keeps the row of a role up to date, whatever the class, as Cassandra does.
func (c *cidrAuthorizer) set(role string, groups []string) []Statement {
	return []Statement{statement("INSERT INTO system_auth.cidr_permissions (role, cidr_groups) VALUES (?, ?)", text(role), textSet(groups))}
}

func (c *cidrAuthorizer) drop(role string) []Statement {
	return []Statement{statement("DELETE FROM system_auth.cidr_permissions WHERE role = ?", text(role))}
}

// access loads the CIDR permissions cache.
func (c *cidrAuthorizer) access(ctx context.Context, role string) (CIDRAccess, error) {
	set, err := c.s.Roles(ctx, role)
	if err != nil {
		return CIDRAccess{}, err
	}
	if set.Primary == nil || !set.Primary.CanLogin {
		return CIDRAccess{None: true}, nil
	}
	if set.Super() && !c.checkSuperusers {
		return CIDRAccess{}, nil
	}
	rows, err := c.s.store.Select(ctx, c.s.cfg.ReadConsistency, "SELECT cidr_groups FROM system_auth.cidr_permissions WHERE role = ?", text(role))
	if err != nil || len(rows) == 0 {
		return CIDRAccess{}, err
	}
	if groups := rows[0].Set("cidr_groups"); len(groups) > 0 {
		return CIDRAccess{Only: groups}, nil
	}
	return CIDRAccess{}, nil
}

// check refuses a role whose address is in none of its groups.
func (c *cidrAuthorizer) check(ctx context.Context, role string, addr netip.Addr) error {
	if !c.active {
		return nil
	}
	access, err := c.s.cidrs.get(ctx, role)
	if err != nil {
		return unauthorized(err)
	}
	if !access.None && access.Only == nil && c.enforce {
		return nil
	}
	groups, err := c.GroupsOf(ctx, addr)
	if err != nil {
		return unauthorized(err)
	}
	allowed := !access.None && (access.Only == nil ||
		slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(access.Only, g) }))
	if c.enforce && !allowed {
		return cqlerr.Unauthorized("You do not have access from this IP %s", addr)
	}
	if !c.enforce {
		c.monitor(role, addr, groups, allowed)
	}
	return nil
}

// monitor logs where a role comes from, each place once a minute.
func (c *cidrAuthorizer) monitor(role string, addr netip.Addr, groups []string, allowed bool) {
	key := role + "@" + addr.String()
	c.mu.Lock()
	now := c.s.cfg.Clock.Now()
	recent := now.Sub(c.lastWarn[key]) < time.Minute
	if !recent {
		if c.lastWarn == nil || len(c.lastWarn) > maxVerified {
			c.lastWarn = map[string]time.Time{}
		}
		c.lastWarn[key] = now
	}
	c.mu.Unlock()
	switch shown := "[" + strings.Join(groups, ", ") + "]"; {
	case recent:
	case allowed:
		c.s.log.Info(fmt.Sprintf("Role %s accessed from IP %s, CIDR group %s", role, addr, shown))
	default:
		c.s.log.Warn(fmt.Sprintf("Role %s accessed from unauthorized IP %s, CIDR group %s", role, addr, shown))
	}
}

// GroupsOf are the groups that hold the longest prefix that matches an address, sorted.
func (c *cidrAuthorizer) GroupsOf(ctx context.Context, addr netip.Addr) ([]string, error) {
	groups, err := c.current(ctx)
	if err != nil {
		return nil, err
	}
	addr = addr.Unmap()
	best, found := -1, []string(nil)
	for _, g := range groups {
		for _, p := range g.prefixes {
			if !p.Contains(addr) || p.Bits() < best {
				continue
			}
			if p.Bits() > best {
				best, found = p.Bits(), nil
			}
			found = append(found, g.name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// current is the mapping, read again when it is older than the refresh interval.
func (c *cidrAuthorizer) current(ctx context.Context) ([]cidrGroup, error) {
	c.mu.RLock()
	groups, fresh := c.groups, c.loaded && c.s.cfg.Clock.Now().Sub(c.loadedAt) < c.refreshInterval
	c.mu.RUnlock()
	if fresh {
		return groups, nil
	}
	return c.Reload(ctx)
}

// Reload reads the groups from system_auth.cidr_groups.
func (c *cidrAuthorizer) Reload(ctx context.Context) ([]cidrGroup, error) {
	rows, err := c.s.store.Select(ctx, c.s.cfg.ReadConsistency, "SELECT cidr_group, cidrs FROM system_auth.cidr_groups")
	if err != nil {
		return nil, err
	}
	groups := make([]cidrGroup, 0, len(rows))
	for _, r := range rows {
		groups = append(groups, cidrGroup{r.Text("cidr_group"), decodePrefixes(r["cidrs"])})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.groups, c.loaded, c.loadedAt = groups, true, c.s.cfg.Clock.Now()
	return groups, nil
}

func (c *cidrAuthorizer) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loaded = false
}

// decodePrefixes reads a set<tuple<inet, smallint>>; what is no prefix is left out.
func decodePrefixes(b []byte) []netip.Prefix {
	var prefixes []netip.Prefix
	for _, tuple := range decodeSet(b) {
		parts := decodeTuple(tuple)
		if len(parts) != 2 || len(parts[1]) != 2 {
			continue
		}
		addr, ok := netip.AddrFromSlice(parts[0])
		if p := netip.PrefixFrom(addr, int(int16(binary.BigEndian.Uint16(parts[1])))); ok && p.IsValid() {
			prefixes = append(prefixes, p.Masked())
		}
	}
	return prefixes
}

func decodeTuple(b []byte) [][]byte {
	var parts [][]byte
	for len(b) >= 4 {
		n := int(int32(binary.BigEndian.Uint32(b)))
		if n < 0 || n > len(b)-4 {
			return nil
		}
		parts = append(parts, b[4:4+n])
		b = b[4+n:]
	}
	return parts
}

// encodePrefixes is the inverse of decodePrefixes. Elements are sorted by their bytes, the order of the set's type.
func encodePrefixes(prefixes []netip.Prefix) []byte {
	items := make([]string, 0, len(prefixes))
	for _, p := range prefixes {
		addr := p.Addr().AsSlice()
		b := binary.BigEndian.AppendUint32(nil, uint32(len(addr)))
		b = append(b, addr...)
		b = binary.BigEndian.AppendUint32(b, 2)
		b = binary.BigEndian.AppendUint16(b, uint16(p.Bits()))
		items = append(items, string(b))
	}
	return textSet(items)
}

// CIDRGroups reads all groups with their prefixes.
func (s *Service) CIDRGroups(ctx context.Context) (map[string][]netip.Prefix, error) {
	rows, err := s.store.Select(ctx, s.cfg.ReadConsistency, "SELECT cidr_group, cidrs FROM system_auth.cidr_groups")
	if err != nil {
		return nil, err
	}
	groups := map[string][]netip.Prefix{}
	for _, r := range rows {
		groups[r.Text("cidr_group")] = decodePrefixes(r["cidrs"])
	}
	return groups, nil
}

// CheckCIDRGroups refuses names of groups that do not exist.
func (s *Service) CheckCIDRGroups(ctx context.Context, wanted []string) error {
	if len(wanted) == 0 {
		return nil
	}
	groups, err := s.CIDRGroups(ctx)
	if err != nil {
		return err
	}
	var unknown, known []string
	for g := range groups {
		known = append(known, g)
	}
	for _, w := range wanted {
		if _, ok := groups[w]; !ok {
			unknown = append(unknown, w)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return cqlerr.Invalid("Invalid CIDR group(s): [%s]. Available CIDR Groups are: [%s]",
		strings.Join(javaSetOrder(unknown), ", "), strings.Join(javaSetOrder(known), ", "))
}

// SetCIDRGroup makes or replaces a group (nodetool updatecidrgroup).
func (s *Service) SetCIDRGroup(ctx context.Context, name string, prefixes []netip.Prefix) error {
	return s.apply(ctx, s.cfg.WriteConsistency, []Statement{
		statement("INSERT INTO system_auth.cidr_groups (cidr_group, cidrs) VALUES (?, ?)", text(name), encodePrefixes(prefixes)),
	})
}

// DropCIDRGroup removes a group (nodetool dropcidrgroup).
func (s *Service) DropCIDRGroup(ctx context.Context, name string) error {
	return s.apply(ctx, s.cfg.WriteConsistency, []Statement{statement("DELETE FROM system_auth.cidr_groups WHERE cidr_group = ?", text(name))})
}

// CIDRGroupsOfIP are the groups of an address; ok is false under AllowAllCIDRAuthorizer, which knows none.
func (s *Service) CIDRGroupsOfIP(ctx context.Context, addr netip.Addr) (groups []string, ok bool, err error) {
	if !s.cidr.active {
		return nil, false, nil
	}
	groups, err = s.cidr.GroupsOf(ctx, addr)
	return groups, true, err
}

// ReloadCIDRGroups reads the groups anew; false under AllowAllCIDRAuthorizer.
func (s *Service) ReloadCIDRGroups(ctx context.Context) (bool, error) {
	if !s.cidr.active {
		return false, nil
	}
	_, err := s.cidr.Reload(ctx)
	return true, err
}

// CIDRs is where a role may come from, through the cache.
func (s *Service) CIDRs(ctx context.Context, role string) (CIDRAccess, error) {
	return s.cidrs.get(ctx, role)
}
