package node

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/ring"
	"alexandra/internal/schema"
)

// goneFor is how long the others remember that a node has left: Cassandra's three days.
const goneFor = 72 * time.Hour

// Membership implements admin.Operations.
func (n *Node) Membership(ctx context.Context, r admin.Membership, tell admin.Progress) (admin.None, error) {
	do, ok := map[string]func(context.Context, admin.Membership, admin.Progress) error{
		"decommission": n.decommission, "removenode": n.removeNode, "assassinate": n.assassinate, "rebuild": n.rebuild,
	}[r.Action]
	if !ok {
		return admin.None{}, admin.Failed("%s is not supported: a node keeps its tokens for life, and joins when it starts", r.Action)
	}
	return admin.None{}, do(ctx, r, tell)
}

// decommission gives away what this node owns, and leaves.
func (n *Node) decommission(ctx context.Context, r admin.Membership, _ admin.Progress) error {
	if err := n.mayLeave(r.Force); err != nil {
		return err
	}
	n.setMode("LEAVING")
	first := fmt.Sprint(n.identity.Tokens[0])
	n.gossip.SetStatus(gossip.StatusLeaving, first)
	n.coord.SetRing(n.currentRing())
	if err := n.coord.StreamOut(ctx); err != nil {
		n.gossip.SetStatus(gossip.StatusNormal, first)
		n.coord.SetRing(n.currentRing())
		n.setMode("DECOMMISSION_FAILED")
		return err
	}
	n.gossip.Set(map[gossip.Key]string{gossip.RPCReady: "false"})
	n.gossip.SetStatus(gossip.StatusLeft, first, n.clock.Now().Add(goneFor).UnixMilli())
	n.stopServing(ctx)
	n.writeLocal("DECOMMISSIONED")
	n.setMode("DECOMMISSIONED")
	n.log.Info("DECOMMISSIONED")
	return nil
}

func (n *Node) setMode(mode string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mode = mode
}

// mayLeave are the checks of StorageService.decommission.
func (n *Node) mayLeave(force bool) error {
	n.mu.Lock()
	mode, drained := n.mode, n.drained
	n.mu.Unlock()
	now := n.coord.CurrentRing()
	switch {
	case mode == "DECOMMISSIONED":
		return admin.Usage("Node in DECOMMISSIONED state; wait for status to become normal or restart")
	case mode != "NORMAL" && mode != "DECOMMISSION_FAILED" || drained:
		return admin.Usage("Node in %s state; wait for status to become normal or restart", mode)
	case len(now.Owners()) < 2:
		return admin.Usage("Unsupported operation: no other normal nodes in the ring; decommission would be pointless")
	case force:
		return nil
	}
	perDC := now.NodesPerDatacenter()
	return n.eachReplicated(func(ks *schema.Keyspace, s ring.Strategy) error {
		factor, nodes := s.Factor(), len(now.Owners())
		if s.Datacenters() != nil {
			factor, nodes = s.DatacenterFactor(n.identity.Datacenter), perDC[n.identity.Datacenter]
		}
		if nodes <= factor {
			return admin.Usage("Unsupported operation: Not enough live nodes to maintain replication factor in keyspace %s (RF = %d, N = %d). Perform a forceful decommission to ignore.", ks.Name, factor, nodes)
		}
		return nil
	})
}

// eachReplicated visits the keyspaces that lie on the ring.
func (n *Node) eachReplicated(visit func(*schema.Keyspace, ring.Strategy) error) error {
	keyspaces := n.coord.Schema().Keyspaces
	for _, name := range slices.Sorted(maps.Keys(keyspaces)) {
		ks := keyspaces[name]
		s, err := ring.NewStrategy(ks.Replication.Class, ks.Replication.Options)
		if ks.Virtual || err != nil || ring.IsLocal(s) {
			continue
		}
		if err := visit(ks, s); err != nil {
			return err
		}
	}
	return nil
}

// removeNode takes a dead node out of the ring; what it alone held on behalf of this node's new ranges is repaired from the
// replicas that are left.
func (n *Node) removeNode(ctx context.Context, r admin.Membership, tell admin.Progress) error {
	g := n.peerAddress(r.Host)
	switch {
	case r.Host == "status":
		tell("RemovalStatus: No token removals in process.")
		return nil
	case r.Host == "force":
		return admin.Usage("No tokens to force removal on, call 'removenode' first")
	case g == nil || !strings.EqualFold(g.HostID.String(), r.Host):
		return admin.Failed("Host ID not found.")
	case g.HostID == n.identity.HostID:
		return admin.Failed("Cannot remove self")
	case g.Live:
		return admin.Failed("Node /%s is alive and owns this ID. Use decommission command to remove it from the ring", g.Address)
	}
	n.gossip.SetPeerStatus(g.HostID, gossip.StatusRemoved, g.HostID.String(), n.clock.Now().Add(goneFor).UnixMilli())
	n.coord.SetRing(n.currentRing())
	if err := n.coord.DropHints(g.HostID); err != nil {
		return err
	}
	return n.eachReplicated(func(ks *schema.Keyspace, _ ring.Strategy) error {
		_, err := n.Repair(ctx, admin.Repair{Keyspace: ks.Name, Full: true, Force: true}, func(string) {})
		return err
	})
}

// assassinate takes a node out of the ring without a look at its data.
func (n *Node) assassinate(_ context.Context, r admin.Membership, _ admin.Progress) error {
	g := n.peerAddress(r.Host)
	if g == nil || g.HostID == n.identity.HostID {
		return admin.Failed("Cannot assassinate endpoint %s: no such node", r.Host)
	}
	first := ""
	if len(g.Tokens) > 0 {
		first = fmt.Sprint(g.Tokens[0])
	}
	n.log.Warn("Assassinating /" + g.Address.String() + " via gossip")
	n.gossip.SetPeerStatus(g.HostID, gossip.StatusLeft, first, n.clock.Now().Add(goneFor).UnixMilli())
	n.coord.SetRing(n.currentRing())
	return n.coord.DropHints(g.HostID)
}

// rebuild fetches what this node owns from another datacenter.
func (n *Node) rebuild(ctx context.Context, r admin.Membership, _ admin.Progress) error {
	known := n.coord.Datacenters()
	found := r.Source == ""
	for _, dc := range known {
		found = found || dc == r.Source
	}
	if !found {
		return admin.Usage("Provided datacenter '%s' is not a valid datacenter, available datacenters are: %s", r.Source, strings.Join(known, ","))
	}
	return n.coord.Rebuild(ctx, r.Source)
}

// Cleanup implements admin.Operations.
func (n *Node) Cleanup(ctx context.Context, r admin.Tables) (admin.None, error) {
	// What a node does not own is never asked for; only its space is worth something, and that comes back with compaction.
	return n.Compact(ctx, r)
}
