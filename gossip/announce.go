package gossip

import (
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/memberlist"
)

// closeCircle is how many other nodes a node talks to one by one, over connections, where that makes sure that all of them
// know at once. In larger clusters that would be the work of everybody with everybody.
const closeCircle = 16

// maxDatagram is the largest announcement that goes out as a packet.
const maxDatagram = 8 << 10

// Set announces application states of this node: all live nodes hear of it at once.
func (g *Gossip) Set(values map[Key]string) { g.announce(values) }

// SetStatus announces a status word and its arguments.
func (g *Gossip) SetStatus(word string, args ...any) {
	g.announce(map[Key]string{Status: statusText(word, args...)})
}

// SetPeerStatus speaks for a dead node that is being removed (removing, removed, LEFT): the word of the remover counts
// until the node itself starts again. False when the node is unknown.
func (g *Gossip) SetPeerStatus(host uuid.UUID, word string, args ...any) bool {
	g.mu.Lock()
	p := g.peers[host]
	if p == nil {
		g.mu.Unlock()
		return false
	}
	s := &state{host: host, generation: p.state.generation}
	s.values[Status] = Value{p.state.version() + 100, statusText(word, args...)}
	before := p.node
	p.state.merge(s)
	g.settle(p, before)
	copied := *p.state
	g.mu.Unlock()
	g.tell(&copied)
	return true
}

// announce gives values new versions and tells everybody. It sends all states, not only the changed ones: messages may
// overtake each other, and the newest version says nothing of what was lost before it.
func (g *Gossip) announce(values map[Key]string) {
	g.mu.Lock()
	before := g.own.version()
	version := before
	for k, text := range values {
		if k >= keyCount || g.own.values[k].Text == text && g.own.values[k].Version > 0 {
			continue
		}
		version++
		g.own.values[k] = Value{version, text}
	}
	if version == before {
		g.mu.Unlock()
		return
	}
	g.ownChanged()
	copied := *g.own
	g.mu.Unlock()
	g.tell(&copied)
}

// tell sends a state to all members. Who misses it sees that in the metadata of the node and asks; or, when the state is of a
// node that is gone, hears of it with the next push/pull.
func (g *Gossip) tell(s *state) {
	if g.list == nil || g.ctx.Err() != nil {
		return
	}
	g.soon(g.updateMeta)
	msg := encodeStates([]*state{s})
	to := g.audience()
	if len(to) > closeCircle && len(msg) <= maxDatagram && g.canBeAsked(s) {
		g.tellByPackets(to, msg)
		return
	}
	g.tellByConnections(to, msg)
}

// canBeAsked says whether those who miss the state can ask its node for it later.
func (g *Gossip) canBeAsked(s *state) bool {
	word, _, _ := strings.Cut(s.values[Status].Text, ",")
	return s.host == g.config.HostID && word != StatusLeft
}

func (g *Gossip) tellByPackets(to []*memberlist.Node, msg []byte) {
	for _, m := range to {
		if err := g.list.SendBestEffort(m, msg); err != nil {
			g.config.Log.Debug("announcement not sent", "node", m.Address(), "error", err)
		}
	}
}

func (g *Gossip) tellByConnections(to []*memberlist.Node, msg []byte) {
	done := make(chan struct{}, len(to))
	for _, m := range to {
		go func() {
			if err := g.list.SendReliable(m, msg); err != nil {
				g.config.Log.Debug("announcement not sent", "node", m.Address(), "error", err)
			}
			done <- struct{}{}
		}()
	}
	// Wait, so that a status announced before the end is really out.
	limit := time.After(g.config.Detect / 4)
	for range to {
		select {
		case <-done:
		case <-limit:
			return
		}
	}
}

// audience are the other nodes that memberlist holds for alive. They are copies: memberlist changes the nodes that it
// hands out while they are in use.
func (g *Gossip) audience() []*memberlist.Node {
	g.mu.RLock()
	defer g.mu.RUnlock()
	out := make([]*memberlist.Node, 0, len(g.members))
	for host, m := range g.members {
		out = append(out, &memberlist.Node{Name: host.String(), Addr: m.addr.Addr().AsSlice(), Port: m.addr.Port()})
	}
	return out
}

// updateMeta makes memberlist spread the version of this node's state. It does not wait until that has happened: a node
// that stops would. One at a time: memberlist reads its own entry without a lock, and a later call has to carry later
// metadata.
func (g *Gossip) updateMeta() {
	g.spreading.Lock()
	defer g.spreading.Unlock()
	if err := g.list.UpdateNode(time.Millisecond); err != nil && g.ctx.Err() == nil {
		g.config.Log.Debug("own version not spread yet", "error", err)
	}
}

// miss notes that a node has announced more than is known of it. An announcement and its version come different ways, so
// it is asked only if the announcement does not follow. The lock is held.
func (g *Gossip) miss(host uuid.UUID, m member) {
	g.missed[host] = m
	select {
	case g.ask <- struct{}{}:
	default:
	}
}

// askLoop asks nodes for what was missed.
func (g *Gossip) askLoop() {
	defer g.running.Done()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-g.ask:
		}
		select {
		case <-g.ctx.Done():
			return
		case <-time.After(g.config.Detect / 40):
		}
		g.mu.Lock()
		missed := g.behind(g.missed)
		clear(g.missed)
		g.mu.Unlock()
		g.fetch(missed)
	}
}

// behind are those nodes that have announced more than is known of them. The lock is held.
func (g *Gossip) behind(announced map[uuid.UUID]member) []netip.AddrPort {
	var out []netip.AddrPort
	for host, m := range announced {
		if g.peers[host].behind(m) {
			out = append(out, m.addr)
		}
	}
	return out
}

// behind says whether a member has announced more than is known of it.
func (p *peer) behind(m member) bool {
	if p == nil {
		return true
	}
	s := p.state
	return s.generation < m.generation || s.generation == m.generation && p.node.Heartbeat < m.version
}

// fetch asks nodes for their own states, several at once.
func (g *Gossip) fetch(addrs []netip.AddrPort) {
	each(addrs, func(a netip.AddrPort) {
		states, err := g.transport.statesOf(g.ctx, a, kindOwn)
		if err != nil {
			g.config.Log.Debug("node not asked", "node", a.String(), "error", err)
			return
		}
		g.learn(states)
	})
}
