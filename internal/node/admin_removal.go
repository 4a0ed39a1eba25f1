package node

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/ring"
	"alexandra/internal/schema"
)

// removal is what this node does to take a dead one out of the ring.
type removal struct {
	host    uuid.UUID
	token   int64
	waiting []*ring.Endpoint // who copies yet
	cancel  context.CancelFunc
	forced  bool
}

// removeNode takes a dead node out of the ring once its successors have copied what it held from the replicas that are left.
func (n *Node) removeNode(ctx context.Context, r admin.Membership, tell admin.Progress) error {
	switch r.Host {
	case "status":
		tell(n.removalStatus())
		return nil
	case "force":
		tell(n.removalStatus())
		n.forceRemoval()
		return nil
	}
	if _, err := uuid.Parse(r.Host); err != nil {
		return admin.Usage("Invalid UUID string: %s", r.Host)
	}
	g := n.peerAddress(r.Host)
	switch {
	case g == nil || g.IsGone():
		return admin.Failed("Host ID not found.")
	case g.HostID == n.identity.HostID:
		return admin.Failed("Cannot remove self")
	case g.Live:
		return admin.Failed("Node /%s is alive and owns this ID. Use decommission command to remove it from the ring", g.Address)
	case !g.IsMember():
		return admin.Failed("Node to be removed is not a member of the token ring")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !n.beginRemoval(&removal{host: g.HostID, token: g.Tokens[0], cancel: cancel}) {
		return admin.Failed("This node is already processing a removal. Wait for it to complete, or use 'removenode force' if this has failed.")
	}
	defer n.endRemoval()
	n.gossip.SetPeerStatus(g.HostID, gossip.StatusRemoving, g.HostID)
	n.publishRing()
	err := n.coord.Settle(ctx, g.HostID, ring.Leaving)
	if err == nil {
		err = n.coord.Restore(ctx, n.noteWaiting)
	}
	if n.removalForced() {
		err = nil
	}
	if err != nil {
		return err
	}
	n.expel(context.WithoutCancel(ctx), g, gossip.StatusRemoved, g.HostID)
	return nil
}

// expel announces that a node is gone and waits until the live ones know.
func (n *Node) expel(ctx context.Context, g *gossip.Node, status string, arg any) {
	n.gossip.SetPeerStatus(g.HostID, status, arg, n.clock.Now().Add(goneFor).UnixMilli())
	n.publishRing()
	if err := n.coord.Settle(ctx, g.HostID, ring.Left); err != nil {
		n.log.Warn("not everybody knows yet that a node is gone", "node", g.Address.String(), "error", err)
	}
}

func (n *Node) beginRemoval(r *removal) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.removal != nil {
		return false
	}
	n.removal = r
	return true
}

func (n *Node) endRemoval() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.removal = nil
}

func (n *Node) noteWaiting(left []*ring.Endpoint) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.removal.waiting = left
}

func (n *Node) removalForced() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.removal.forced
}

func (n *Node) removalStatus() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.removal == nil {
		return "RemovalStatus: No token removals in process."
	}
	var names []string
	for _, e := range n.removal.waiting {
		names = append(names, e.Address.String())
	}
	return fmt.Sprintf("RemovalStatus: Removing token (%d). Waiting for replication confirmation from [%s].", n.removal.token, strings.Join(names, ","))
}

// forceRemoval ends the wait of a removal, of this node's or of one that somebody else has begun.
func (n *Node) forceRemoval() {
	n.mu.Lock()
	own := n.removal
	if own != nil {
		own.forced = true
		own.cancel()
	}
	n.mu.Unlock()
	if own != nil {
		return
	}
	found := false
	for _, g := range n.gossip.Nodes() {
		if g.Status == gossip.StatusRemoving && !g.Live {
			found = true
			n.expel(context.Background(), g, gossip.StatusRemoved, g.HostID)
		}
	}
	if !found {
		n.log.Warn("No nodes to force removal on, call 'removenode' first")
	}
}

// assassinate takes a node out of the ring without a look at its data, once it is sure to be dead.
func (n *Node) assassinate(ctx context.Context, r admin.Membership, _ admin.Progress) error {
	g := n.peerAddress(r.Host)
	if g == nil || g.HostID == n.identity.HostID || g.IsGone() {
		return admin.Failed("Cannot assassinate endpoint %s: no such node", r.Host)
	}
	n.log.Warn("Assassinating /" + g.Address.String() + " via gossip")
	if !n.waitFor(ctx, 2*n.cfg.FailureDetectorTimeout, func() bool { return !n.gossip.Live(g.HostID) }) {
		return admin.Failed("Endpoint still alive: /%s heartbeat changed while trying to assassinate it", g.Address)
	}
	first := ""
	if len(g.Tokens) > 0 {
		first = fmt.Sprint(g.Tokens[0])
	}
	n.expel(ctx, g, gossip.StatusLeft, first)
	return nil
}

// gaining says whether this node is about to own more than it does.
func (n *Node) gaining() bool {
	now := n.coord.CurrentRing()
	if !now.Changing() {
		return false
	}
	found := errors.New("found")
	return n.eachReplicated(func(_ *schema.Keyspace, s ring.Strategy) error {
		p := now.Place(s)
		for _, part := range p.Unwrapped() {
			if ring.Holds(p.Pending(part.End), n.identity.HostID) {
				return found
			}
		}
		return nil
	}) != nil
}

// Cleanup implements admin.Operations: what this node does not own any more goes.
func (n *Node) Cleanup(ctx context.Context, r admin.Tables) (admin.None, error) {
	tables, err := n.tables(r)
	if err != nil {
		return admin.None{}, err
	}
	if n.coord.CurrentRing().Changing() {
		return admin.None{}, admin.Failed("Node is involved in cluster membership changes. Not safe to run cleanup.")
	}
	for _, t := range tables {
		if err := n.cleanup(ctx, t); err != nil {
			return admin.None{}, fmt.Errorf("%s.%s: %w", t.Keyspace, t.Name, err)
		}
	}
	return admin.None{}, nil
}

func (n *Node) cleanup(ctx context.Context, t *schema.Table) error {
	p, err := n.placement(t.Keyspace)
	if err != nil {
		return err
	}
	self := p.Ring().Host(n.identity.HostID)
	if ring.IsLocal(p.Strategy) || self == nil {
		return nil
	}
	for _, part := range p.Unwrapped() {
		if !ring.Holds(part.Replicas, self.HostID) {
			if err := n.store.DropRange(ctx, t, part.Range); err != nil {
				return err
			}
		}
	}
	return nil
}

// setGossip is nodetool disablegossip and enablegossip: the others hold this node for down, as after a drain, but it goes on.
func (n *Node) setGossip(on bool) error {
	n.mu.Lock()
	drained, was := n.drained || n.leaving, !n.quiet
	if drained {
		n.mu.Unlock()
		return admin.Failed("gossip was stopped for good when the node was drained: start it again")
	}
	n.quiet = !on
	n.mu.Unlock()
	switch {
	case on == was:
	case on:
		n.log.Warn("Starting gossip by operator request")
		n.gossip.Set(map[gossip.Key]string{gossip.RPCReady: fmt.Sprint(n.server.Running())})
		n.gossip.SetStatus(gossip.StatusNormal, gossip.FormatTokens(n.remembered().Tokens[:1]))
	default:
		n.log.Warn("Stopping gossip by operator request")
		if n.server.Running() {
			n.log.Warn("Disabling gossip while native transport is still active is unsafe")
		}
		n.gossip.SetStatus(gossip.StatusShutdown, true)
	}
	return nil
}
