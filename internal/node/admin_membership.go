package node

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/coord"
	"alexandra/internal/ring"
	"alexandra/internal/schema"
)

// goneFor is how long the others remember that a node has left: Cassandra's three days.
const goneFor = 72 * time.Hour

// Membership implements admin.Operations.
func (n *Node) Membership(ctx context.Context, r admin.Membership, tell admin.Progress) (admin.None, error) {
	do, ok := map[string]func(context.Context, admin.Membership, admin.Progress) error{
		"decommission": n.decommission, "removenode": n.removeNode, "assassinate": n.assassinate, "rebuild": n.rebuild, "move": n.move, "join": n.joinRing,
	}[r.Action]
	if !ok {
		return admin.None{}, admin.Usage("nothing is known about %q of a node", r.Action)
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
	n.publishRing()
	if err := n.giveAway(ctx); err != nil {
		n.log.Error("Error while decommissioning node", "error", err)
		n.gossip.SetStatus(gossip.StatusNormal, first)
		n.publishRing()
		n.setMode("DECOMMISSION_FAILED")
		return err
	}
	if err := n.remember(func(id *identity) { id.Bootstrapped, id.Decommissioned = false, true }); err != nil {
		return err
	}
	n.mu.Lock()
	n.leaving, n.mode = true, "DECOMMISSIONED"
	n.mu.Unlock()
	n.publishRing() // from here on nobody reads from this node: the others may write without it
	n.gossip.SetStatus(gossip.StatusLeft, first, n.clock.Now().Add(goneFor).UnixMilli())
	if err := n.coord.Settle(ctx, n.identity.HostID, ring.Left); err != nil {
		n.log.Warn("not everybody knows yet that this node has left", "error", err)
	}
	n.stopServing(ctx)
	n.writeLocal()
	n.gossip.Leave()
	n.log.Info("DECOMMISSIONED")
	return nil
}

// giveAway hands over all that only this node may have: data, batches and hints.
func (n *Node) giveAway(ctx context.Context) error {
	if err := n.coord.Settle(ctx, n.identity.HostID, ring.Leaving); err != nil {
		return err
	}
	n.coord.ReplayBatchlog(ctx, coord.AllBatches)
	if err := n.coord.StreamOut(ctx); err != nil {
		return err
	}
	if !n.cfg.TransferHintsOnDecommission {
		return n.coord.DropHints(uuid.Nil)
	}
	return n.coord.HandOverHints(ctx)
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
		return admin.Usage("Node was already decommissioned.")
	case mode == "LEAVING":
		return admin.Usage("This node is still decommissioning.")
	case mode != "NORMAL" && mode != "DECOMMISSION_FAILED" || drained:
		return admin.Usage("Node in %s state; wait for status to become normal or restart", mode)
	case !n.gossip.Self().IsMember():
		return admin.Usage("Unsupported operation: local node is not a member of the token ring yet")
	case len(now.Owners()) < 2:
		return admin.Usage("Unsupported operation: no other normal nodes in the ring; decommission would be pointless")
	case n.gaining():
		return admin.Usage("Unsupported operation: data is currently moving to this node; unable to leave the ring")
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
