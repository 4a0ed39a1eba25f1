package node

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"

	"alexandra/gossip"
	"alexandra/internal/ring"
	"alexandra/internal/rpc"
	"alexandra/internal/token"
	"alexandra/server"
)

// initialStates is what gossip says of this node from the start. It owns nothing yet.
func (n *Node) initialStates() map[gossip.Key]string {
	here := n.snitch.Local()
	out := map[gossip.Key]string{
		gossip.Datacenter: here.Datacenter, gossip.Rack: here.Rack, gossip.ReleaseVersion: ReleaseVersion,
		gossip.ListenAddress: n.listen.String(), gossip.NativeAddress: n.native.String(), gossip.RPCReady: "false",
		gossip.Tokens: gossip.FormatTokens(n.identity.Tokens),
	}
	if n.identity.Bootstrapped {
		// A member that starts is a member all the time; it says NORMAL when it is ready.
		out[gossip.Status] = gossip.StatusShutdown + ",true"
	}
	return out
}

// endpointOf is a node as placement sees it.
func (n *Node) endpointOf(g *gossip.Node) ring.Endpoint {
	where := n.snitch.Of(g.Address, ring.Location{Datacenter: g.Datacenter, Rack: g.Rack})
	if g.HostID == n.identity.HostID {
		where = n.snitch.Local()
	}
	e := ring.Endpoint{
		HostID: g.HostID, Address: g.Address, Datacenter: where.Datacenter, Rack: where.Rack, Tokens: tokensOf(g.Tokens), Generation: g.Generation,
	}
	switch g.Status {
	case gossip.StatusBoot, gossip.StatusBootReplace:
		e.Status = ring.Joining
	case gossip.StatusLeaving, gossip.StatusRemoving:
		e.Status = ring.Leaving
	case gossip.StatusMoving:
		e.Status, e.Target = ring.Moving, token.Token(g.Target)
	case gossip.StatusLeft, gossip.StatusRemoved, gossip.StatusReplaced:
		e.Status = ring.Left
	}
	return e
}

// ringOf is the ring of those nodes that own tokens or are about to, and some more.
func (n *Node) ringOf(nodes []*gossip.Node, more ...ring.Endpoint) *ring.Ring {
	endpoints := more
	for _, g := range nodes {
		if inRing(g) {
			e := n.endpointOf(g)
			e.Replaces = replacedBy(nodes, g)
			endpoints = append(endpoints, e)
		}
	}
	return ring.New(endpoints)
}

// currentRing is the ring that gossip knows. This node is in it before it joins, too, until it has left: its own tables
// need a place.
func (n *Node) currentRing() *ring.Ring {
	nodes := n.gossip.Nodes()
	n.mu.Lock()
	leaving, apart, id := n.leaving, n.apart, n.identity
	n.mu.Unlock()
	if leaving {
		return n.ringOf(slices.DeleteFunc(nodes, func(g *gossip.Node) bool { return g.HostID == id.HostID }))
	}
	for i, g := range nodes {
		if g.HostID != id.HostID || inRing(g) {
			continue
		}
		if apart {
			self := n.endpointOf(g)
			self.Tokens = nil
			return n.ringOf(nodes, self)
		}
		self := *g
		self.Status, self.Tokens = gossip.StatusNormal, id.Tokens
		if len(self.Tokens) == 0 {
			self.Tokens = []int64{int64(token.Minimum) + 1}
		}
		nodes[i] = &self
	}
	return n.ringOf(nodes)
}

// publishRing makes the current ring the one that requests see. Several changes may come at once: the ring of the older one
// must not replace that of the newer one.
func (n *Node) publishRing() {
	n.publishing.Lock()
	defer n.publishing.Unlock()
	n.coord.SetRing(n.currentRing())
}

// inRing says whether a node owns tokens or is about to.
func inRing(g *gossip.Node) bool {
	joining := g.Status == gossip.StatusBoot || g.Status == gossip.StatusBootReplace
	return g.IsMember() || joining && len(g.Tokens) > 0
}

// otherRing says whether a change makes another ring: most of what nodes announce has nothing to do with it, and a new ring
// of a hundred nodes is work.
func (c change) otherRing() bool {
	was, is := c.before != nil && inRing(c.before), c.Kind != gossip.Left && inRing(c.Node)
	if was != is || !was {
		return was || is || c.Kind == gossip.Removed
	}
	if c.before.Generation != c.Node.Generation || c.Kind == gossip.Removed {
		return true
	}
	for _, k := range []gossip.Key{gossip.Status, gossip.Tokens, gossip.StorageAddress, gossip.Datacenter, gossip.Rack} {
		if c.before.Values[k] != c.Node.Values[k] {
			return true
		}
	}
	return false
}

// change is an event, and the node as it was known before.
type change struct {
	gossip.Event
	before *gossip.Node
}

// onGossip is told of every change of a peer, in order. For all that come together there is one new ring, and the rows of
// a peer are written once; clients hear of each of them.
func (n *Node) onGossip(events []gossip.Event) {
	if n.coord == nil {
		return
	}
	n.following.Lock()
	defer n.following.Unlock()
	changes, otherRing := n.note(events)
	if otherRing {
		n.publishRing()
	}
	n.updatePeers(changes)
	for _, c := range changes {
		if c.Node.HostID == n.identity.HostID {
			n.expelled()
			continue
		}
		n.follow(c.Event, c.before)
	}
}

// note remembers what is known now, and says whether that makes another ring.
func (n *Node) note(events []gossip.Event) (changes []change, otherRing bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range events {
		host := e.Node.HostID
		before := n.known[host]
		c := change{e, before}
		changes, otherRing = append(changes, c), otherRing || c.otherRing()
		switch {
		case host == n.identity.HostID:
		case e.Kind == gossip.Left:
			delete(n.known, host)
		default:
			n.known[host] = e.Node
		}
	}
	return changes, otherRing
}

// follow is what a change of a peer means to the other parts of the node.
func (n *Node) follow(e gossip.Event, before *gossip.Node) {
	switch e.Kind {
	case gossip.Up:
		n.log.Info("InetAddress /" + e.Node.Address.String() + " is now UP")
		n.rpcClient.Up(e.Node.Address)
		n.coord.WakeHints()
	case gossip.Down:
		n.log.Info("InetAddress /" + e.Node.Address.String() + " is now DOWN")
	case gossip.Left:
		if e.Node.Live {
			n.rpcClient.Retire(e.Node.Address)
		} else {
			n.rpcClient.Forget(e.Node.Address)
		}
		n.inheritHints(e.Node.HostID)
	}
	if before == nil || before.SchemaVersion != e.Node.SchemaVersion || e.Kind == gossip.Up {
		n.coord.SchemaSeen()
	}
	n.tellClients(e, before)
}

// serves says whether clients may take a node for up. One that has not joined the ring may answer them, but is no peer.
func serves(g *gossip.Node) bool { return g.Live && g.NativeReady && g.IsMember() }

// tellClients turns gossip's news into events for drivers.
func (n *Node) tellClients(e gossip.Event, before *gossip.Node) {
	node, serving := e.Node.Native, serves(e.Node)
	if !node.IsValid() {
		return
	}
	was := before != nil && serves(before)
	switch e.Kind {
	case gossip.Left:
		n.tellGone(e.Node, was)
		return
	case gossip.Joined:
		if e.Node.IsMember() {
			n.server.NodeEvent(server.NewNode, node, serving)
		}
	case gossip.Changed, gossip.Up:
		switch {
		case !e.Node.IsMember():
		case before == nil || !before.IsMember() || before.Native != node:
			n.server.NodeEvent(server.NewNode, node, serving)
		case !slices.Equal(before.Tokens, e.Node.Tokens):
			n.server.NodeEvent(server.MovedNode, node, serving)
		}
	}
	switch {
	case serving && !was:
		n.server.NodeEvent(server.NodeUp, node, true)
	case !serving && was:
		n.server.NodeEvent(server.NodeDown, node, false)
	}
}

// tellGone is the end of a node: REMOVED_NODE, and DOWN when it was up until now. Of a node that was replaced drivers hear
// of its successor only.
func (n *Node) tellGone(g *gossip.Node, was bool) {
	for _, other := range n.gossip.Nodes() {
		if other.HostID != g.HostID && other.Native == g.Native && other.IsMember() {
			return // its address has a new owner
		}
	}
	if g.IsMember() || g.Status == gossip.StatusLeft || g.Status == gossip.StatusRemoved {
		n.server.NodeEvent(server.RemovedNode, g.Native, false)
	}
	if was {
		n.server.NodeEvent(server.NodeDown, g.Native, false)
	}
}

// inheritHints gives what is kept for a node that is gone to those who own it now.
func (n *Node) inheritHints(host uuid.UUID) {
	n.background(func(ctx context.Context) {
		for ctx.Err() == nil && n.coord.RerouteHints(ctx, host) != nil {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	})
}

// expelled is what a node does that hears of its own removal: it stops serving, since its data is stale from now on.
func (n *Node) expelled() {
	n.log.Warn("this node was removed from the ring by another one and stops serving")
	n.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, n.cfg.NativeTransportTimeout)
		defer cancel()
		if err := n.Drain(ctx); err != nil {
			n.log.Error("drain failed", "error", err)
		}
	})
}

// announceTimeout limits how long another node is tried when roles changed.
const announceTimeout = 2 * time.Second

// announceRoles tells all live nodes to forget what they cached about roles, at once and without waiting for them.
func (n *Node) announceRoles() {
	for _, g := range n.gossip.Nodes() {
		if g.HostID == n.identity.HostID || !g.Live {
			continue
		}
		to := g.Address
		n.background(func(ctx context.Context) { n.announceRolesTo(ctx, to) })
	}
}

func (n *Node) announceRolesTo(ctx context.Context, to netip.AddrPort) {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	if _, err := n.rpcClient.Call(ctx, to, rpc.AuthInvalidate, nil); err != nil {
		n.log.Debug("peer did not hear of changed roles; its caches expire by themselves", "peer", to.String(), "error", err)
	}
}

func (n *Node) serveAuthInvalidate(context.Context, []byte) ([]byte, error) {
	n.auth.InvalidateAll()
	return nil, nil
}

// sawVersion says whether all live peers announce this schema version.
func (n *Node) sawVersion(v uuid.UUID) bool {
	for _, g := range n.gossip.Nodes() {
		if g.Live && g.IsMember() && g.SchemaVersion != v {
			return false
		}
	}
	return true
}
