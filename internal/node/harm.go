package node

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/storage"
)

// onlyHere refuses operations that hurt, unless nobody but this machine can ask for them.
func (n *Node) onlyHere() error {
	if a, err := netip.ParseAddr(n.cfg.AdminAddress); err != nil || !a.IsLoopback() {
		return admin.Failed("this works only where alexandra_admin_address is a loopback address")
	}
	return nil
}

// Harm implements admin.Operations. All of a change is checked before any of it is made.
func (n *Node) Harm(_ context.Context, r admin.HarmChange) (*admin.Harm, error) {
	if err := n.onlyHere(); err != nil {
		return nil, err
	}
	links := map[netip.AddrPort]gossip.Fault{}
	for _, f := range r.Links {
		peer, err := n.parsePeer(f.Peer)
		if err != nil {
			return nil, err
		}
		if f.Drop < 0 || f.Drop > 1 || f.Delay < 0 || f.Jitter < 0 {
			return nil, admin.Usage("a share is between 0 and 1, and a delay is not negative")
		}
		links[peer] = gossip.Fault{Cut: f.Cut, Delay: f.Delay, Jitter: f.Jitter, Drop: f.Drop}
	}
	for _, f := range r.Storage {
		if _, ok := storage.ParseFaultKind(f.Kind); !ok || f.OneIn < 0 {
			return nil, admin.Usage("the storage has read, write and disk to fail, one in some, but not %q", f.Kind)
		}
	}
	if r.Heal {
		n.Faults().Clear()
		n.skew.SetSkew(0)
		n.diskFaults.Clear()
	}
	for peer, f := range links {
		n.Faults().Set(peer, f)
	}
	if r.SetSkew {
		n.skew.SetSkew(r.Skew)
	}
	for _, f := range r.Storage {
		kind, _ := storage.ParseFaultKind(f.Kind)
		n.diskFaults.Set(kind, f.OneIn)
	}
	now := n.harm()
	if r.Heal || r.SetSkew || len(r.Links)+len(r.Storage) > 0 {
		n.log.Warn("the operator disturbs this node", "links", len(now.Links), "clock", now.Skew.String(), "storage", len(now.Storage))
	}
	return now, nil
}

// harm is what is done to this node now.
func (n *Node) harm() *admin.Harm {
	out := &admin.Harm{Skew: n.skew.Skew()}
	for peer, f := range n.Faults().All() {
		out.Links = append(out.Links, admin.Fault{Peer: peer.String(), Cut: f.Cut, Delay: f.Delay, Jitter: f.Jitter, Drop: f.Drop})
	}
	slices.SortFunc(out.Links, func(a, b admin.Fault) int { return strings.Compare(a.Peer, b.Peer) })
	for _, k := range []storage.FaultKind{storage.Reads, storage.Writes, storage.Disk} {
		if rate := n.diskFaults.Rate(k); rate > 0 {
			out.Storage = append(out.Storage, admin.StorageFault{Kind: k.String(), OneIn: rate})
		}
	}
	return out
}

// Process implements admin.Operations: this node has its process for itself, see package daemon.
func (n *Node) Process(context.Context, admin.Process) (admin.None, error) {
	return admin.None{}, admin.Failed("this node shares its process with no other: end the process")
}
