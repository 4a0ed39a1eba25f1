package node

import (
	"context"
	"net/netip"
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
	return map[gossip.Key]string{
		gossip.Datacenter: here.Datacenter, gossip.Rack: here.Rack, gossip.ReleaseVersion: ReleaseVersion,
		gossip.ListenAddress: n.listen.String(), gossip.NativeAddress: n.native.String(), gossip.RPCReady: "false",
		gossip.Tokens: gossip.FormatTokens(n.identity.Tokens),
	}
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
		e.Status = ring.Moving
	case gossip.StatusLeft, gossip.StatusRemoved:
		e.Status = ring.Left
	}
	return e
}

// ringOf is the ring of those nodes that own tokens or are about to.
func (n *Node) ringOf(nodes []*gossip.Node) *ring.Ring {
	var endpoints []ring.Endpoint
	for _, g := range nodes {
		if joining := g.Status == gossip.StatusBoot || g.Status == gossip.StatusBootReplace; g.IsMember() || joining && len(g.Tokens) > 0 {
			endpoints = append(endpoints, n.endpointOf(g))
		}
	}
	return ring.New(endpoints)
}

// currentRing is the ring that gossip knows. This node is always in it: its own tables need a place.
func (n *Node) currentRing() *ring.Ring {
	nodes := n.gossip.Nodes()
	for i, g := range nodes {
		if g.HostID == n.identity.HostID && !g.IsMember() && g.Status != gossip.StatusBoot {
			self := *g
			self.Status, self.Tokens = gossip.StatusNormal, n.identity.Tokens
			if len(self.Tokens) == 0 {
				self.Tokens = []int64{int64(token.Minimum) + 1}
			}
			nodes[i] = &self
		}
	}
	return n.ringOf(nodes)
}

// onGossip is told of every change of a peer, one at a time and in order.
func (n *Node) onGossip(e gossip.Event) {
	if n.coord == nil {
		return
	}
	n.coord.SetRing(n.currentRing())
	n.mu.Lock()
	before := n.known[e.Node.HostID]
	n.known[e.Node.HostID] = e.Node
	if e.Kind == gossip.Left {
		delete(n.known, e.Node.HostID)
	}
	n.mu.Unlock()
	n.updatePeer(e, before)
	switch e.Kind {
	case gossip.Up:
		n.log.Info("InetAddress /" + e.Node.Address.String() + " is now UP")
		n.rpcClient.Up(e.Node.Address)
		n.coord.WakeHints()
	case gossip.Down:
		n.log.Info("InetAddress /" + e.Node.Address.String() + " is now DOWN")
	case gossip.Left:
		n.rpcClient.Forget(e.Node.Address)
	case gossip.Removed:
		n.log.Warn("this node was removed from the ring by another one")
	}
	if before == nil || before.SchemaVersion != e.Node.SchemaVersion || e.Kind == gossip.Up {
		n.coord.SchemaSeen()
	}
	n.tellClients(e, before)
}

// tellClients turns gossip's news into events for drivers: a node is up when it lives and serves clients.
func (n *Node) tellClients(e gossip.Event, before *gossip.Node) {
	node, serving := e.Node.Native, e.Node.Live && e.Node.NativeReady
	if !node.IsValid() {
		return
	}
	switch e.Kind {
	case gossip.Left:
		n.server.NodeEvent(server.NodeDown, node, false)
		n.server.NodeEvent(server.RemovedNode, node, false)
		return
	case gossip.Joined:
		if e.Node.IsMember() {
			n.server.NodeEvent(server.NewNode, node, serving)
		}
	case gossip.Changed, gossip.Up:
		if e.Node.IsMember() && (before == nil || !before.IsMember()) {
			n.server.NodeEvent(server.NewNode, node, serving)
		} else if before != nil && before.IsMember() && e.Node.IsMember() && gossip.FormatTokens(before.Tokens) != gossip.FormatTokens(e.Node.Tokens) {
			n.server.NodeEvent(server.MovedNode, node, serving)
		}
	}
	was := before != nil && before.Live && before.NativeReady
	switch {
	case serving && !was:
		n.server.NodeEvent(server.NodeUp, node, true)
	case !serving && was:
		n.server.NodeEvent(server.NodeDown, node, false)
	}
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
