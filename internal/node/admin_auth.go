package node

import (
	"context"
	"maps"
	"net/netip"
	"slices"

	"alexandra/auth"
	"alexandra/internal/admin"
)

// AuthCache implements admin.Operations.
func (n *Node) AuthCache(_ context.Context, r admin.AuthCache) (*admin.AuthCache, error) {
	c := n.auth.Cache(r.Name)
	if c == nil {
		return nil, admin.Usage("Unknown cache name: %s", r.Name)
	}
	s := c.Settings()
	if r.SetValidity || r.SetUpdateInterval || r.SetMaxEntries || r.SetActiveUpdate {
		if r.SetValidity {
			s.Validity = r.Validity
		}
		if r.SetUpdateInterval {
			s.UpdateInterval = r.UpdateInterval
		}
		if r.SetMaxEntries {
			s.MaxEntries = r.MaxEntries
		}
		if r.SetActiveUpdate {
			s.ActiveUpdate = r.ActiveUpdate
		}
		c.Configure(s)
	}
	return describeCache(r.Name, s), nil
}

func describeCache(name string, s auth.CacheSettings) *admin.AuthCache {
	out := &admin.AuthCache{Name: name, Validity: s.Validity, UpdateInterval: s.UpdateInterval, MaxEntries: s.MaxEntries, ActiveUpdate: s.ActiveUpdate}
	if out.UpdateInterval == 0 {
		out.UpdateInterval = s.Validity
	}
	return out
}

// InvalidateAuthCache implements admin.Operations. A cache that this node does not use is empty anyway.
func (n *Node) InvalidateAuthCache(_ context.Context, r admin.Invalidate) (admin.None, error) {
	c := n.auth.Cache(r.Cache)
	if c == nil {
		return admin.None{}, nil
	}
	if len(r.Keys) == 0 {
		c.Invalidate()
	}
	for _, key := range r.Keys {
		if len(key) > 0 {
			c.Invalidate(key...)
		}
	}
	return admin.None{}, nil
}

// Explain implements admin.Operations.
func (n *Node) Explain(ctx context.Context, r admin.Name) (string, error) {
	return n.auth.Explain(ctx, r.Name)
}

// CIDRGroups implements admin.Operations.
func (n *Node) CIDRGroups(ctx context.Context, _ admin.None) ([]admin.CIDRGroup, error) {
	groups, err := n.auth.CIDRGroups(ctx)
	if err != nil {
		return nil, err
	}
	var out []admin.CIDRGroup
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		one := admin.CIDRGroup{Name: name}
		for _, p := range groups[name] {
			one.CIDRs = append(one.CIDRs, p.String())
		}
		out = append(out, one)
	}
	return out, nil
}

// SetCIDRGroup implements admin.Operations.
func (n *Node) SetCIDRGroup(ctx context.Context, r admin.CIDRGroup) (admin.None, error) {
	var prefixes []netip.Prefix
	for _, text := range r.CIDRs {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return admin.None{}, admin.Failed("%s is not a valid CIDR String", text)
		}
		prefixes = append(prefixes, p.Masked())
	}
	if len(prefixes) == 0 {
		return admin.None{}, admin.Usage("CIDRs cannot be empty")
	}
	return admin.None{}, n.auth.SetCIDRGroup(ctx, r.Name, prefixes)
}

// DropCIDRGroup implements admin.Operations.
func (n *Node) DropCIDRGroup(ctx context.Context, r admin.Name) (admin.None, error) {
	groups, err := n.auth.CIDRGroups(ctx)
	if err != nil {
		return admin.None{}, err
	}
	if _, ok := groups[r.Name]; !ok {
		return admin.None{}, admin.Failed("CIDR group '%s' doesn't exists", r.Name)
	}
	return admin.None{}, n.auth.DropCIDRGroup(ctx, r.Name)
}

// CIDRGroupsOfIP implements admin.Operations.
func (n *Node) CIDRGroupsOfIP(ctx context.Context, r admin.Name) (*admin.CIDRGroupsOf, error) {
	addr, err := netip.ParseAddr(r.Name)
	if err != nil {
		return nil, admin.Usage("Invalid IP %s", r.Name)
	}
	groups, ok, err := n.auth.CIDRGroupsOfIP(ctx, addr)
	if err != nil {
		return nil, err
	}
	return &admin.CIDRGroupsOf{Active: ok, Groups: groups}, nil
}

// ReloadCIDRGroups implements admin.Operations.
func (n *Node) ReloadCIDRGroups(ctx context.Context, _ admin.None) (bool, error) {
	return n.auth.ReloadCIDRGroups(ctx)
}

// CIDRStats implements admin.Operations.
func (n *Node) CIDRStats(context.Context, admin.None) (*admin.CIDRStats, error) {
	c := &n.metrics.CIDR
	return &admin.CIDRStats{
		Accepted: c.Accepted(), Rejected: c.Rejected(), Checks: distribution(c.Checks), Lookups: distribution(c.Lookups), Reloads: distribution(c.Reloads),
	}, nil
}
