package gossip

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/memberlist"
)

// Self is what this node has announced.
func (g *Gossip) Self() *Node {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.selfLocked()
}

func (g *Gossip) selfLocked() *Node {
	n := g.own.node()
	n.Live = true
	return n
}

// Nodes are all nodes that are known, this one and those that have left included, by address.
func (g *Gossip) Nodes() []*Node {
	g.mu.RLock()
	out := []*Node{g.selfLocked()}
	for _, p := range g.peers {
		out = append(out, p.node())
	}
	g.mu.RUnlock()
	slices.SortFunc(out, func(a, b *Node) int { return a.Address.Compare(b.Address) })
	return out
}

// Node finds a node by host id; nil when it is unknown.
func (g *Gossip) Node(host uuid.UUID) *Node {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if host == g.config.HostID {
		return g.selfLocked()
	}
	if p := g.peers[host]; p != nil {
		return p.node()
	}
	return nil
}

func (p *peer) node() *Node {
	n := p.state.node()
	n.Live, n.DownSince = p.live, p.downSince
	return n
}

// Live says whether a peer answers.
func (g *Gossip) Live(host uuid.UUID) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	p := g.peers[host]
	return p != nil && p.live || host == g.config.HostID
}

// DownSince is when a peer was found dead; zero while it is live or unknown.
func (g *Gossip) DownSince(host uuid.UUID) time.Time {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if p := g.peers[host]; p != nil && !p.live {
		return p.downSince
	}
	return time.Time{}
}

// SchemaVersion is what a peer last announced; zero when nothing.
func (g *Gossip) SchemaVersion(host uuid.UUID) uuid.UUID {
	g.mu.RLock()
	defer g.mu.RUnlock()
	p := g.peers[host]
	if p == nil {
		return uuid.Nil
	}
	id, err := uuid.Parse(p.state.values[Schema].Text)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// placeOf is where a node is, for the rules of encryption.
func (g *Gossip) placeOf(a netip.AddrPort) place {
	g.mu.RLock()
	defer g.mu.RUnlock()
	s := g.own
	if a != g.transport.Address() {
		p := g.peers[g.byAddr[a]]
		if p == nil {
			return place{}
		}
		s = p.state
	}
	return place{s.values[Datacenter].Text, s.values[Rack].Text}
}

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
	before := p.node()
	p.state.merge(s)
	g.settle(p, before)
	copied := *p.state
	g.mu.Unlock()
	g.tell([]*state{&copied})
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
	copied := *g.own
	g.mu.Unlock()
	if version > before {
		g.tell([]*state{&copied})
	}
}

// tell sends states to all members over connections; a member that misses it learns by push/pull.
func (g *Gossip) tell(states []*state) {
	if g.list == nil || g.ctx.Err() != nil {
		return
	}
	g.soon(g.updateMeta)
	msg := encodeStates(states)
	done := make(chan struct{}, 64)
	sent := 0
	for _, m := range g.audience() {
		sent++
		go func() {
			if err := g.list.SendReliable(m, msg); err != nil {
				g.config.Log.Debug("announcement not sent", "node", m.Address(), "error", err)
			}
			select {
			case done <- struct{}{}:
			default:
			}
		}()
	}
	// Wait for most of them, so that a status announced before the end is really out.
	limit := time.After(g.config.Detect / 4)
	for range min(sent, cap(done)) {
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
// that stops would.
func (g *Gossip) updateMeta() {
	if err := g.list.UpdateNode(time.Millisecond); err != nil && g.ctx.Err() == nil {
		g.config.Log.Debug("own version not spread yet", "error", err)
	}
}

// mayServe says whether a node's status lets it answer, as long as memberlist reaches it. One that says that it has left
// goes on to answer those who have not heard of it yet: they must not believe that a replica is down.
func (p *peer) mayServe() bool {
	word, _, _ := strings.Cut(p.state.values[Status].Text, ",")
	switch word {
	case StatusShutdown, StatusRemoved, StatusReplaced, StatusHibernate:
		return false
	}
	return true
}

// settle brings a peer's liveness up to date after its state or membership changed, and posts what follows from it.
// The lock is held; before is the peer as it was, nil when it is new.
func (g *Gossip) settle(p *peer, before *Node) {
	g.dirty = true
	live := p.member && p.mayServe()
	was := p.live
	p.live = live
	switch {
	case live:
		p.downSince = time.Time{}
	case was || p.downSince.IsZero():
		p.downSince = g.config.Clock.Now()
	}
	now := p.node()
	if now.IsGone() {
		if p.announced {
			p.announced = false
			g.events.post(Event{Left, now})
		}
		return
	}
	if !p.announced {
		p.announced = true
		g.config.Log.Info("Node /" + now.Address.String() + " is now part of the cluster")
		g.events.post(Event{Joined, now})
	} else if before == nil || before.Heartbeat != now.Heartbeat || before.Generation != now.Generation {
		g.events.post(Event{Changed, now})
	}
	if live != was {
		g.postLiveness(now)
	}
}

func (g *Gossip) postLiveness(n *Node) {
	if n.Live {
		g.events.post(Event{Up, n})
		return
	}
	g.events.post(Event{Down, n})
}

// learn merges states that came from elsewhere.
func (g *Gossip) learn(states []*state) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range states {
		if s.host == g.config.HostID {
			g.hearOfSelf(s)
			continue
		}
		g.learnPeer(s)
	}
}

func (g *Gossip) learnPeer(s *state) {
	p := g.peers[s.host]
	if p == nil {
		if len(g.peers) >= maxNodes || !addrPort(s.values[StorageAddress].Text).IsValid() {
			return // a delta of a node that push/pull has not brought yet, or nonsense
		}
		_, alive := g.members[s.host]
		p = &peer{state: s, member: alive}
		g.peers[s.host] = p
		g.takeAddress(p)
		g.settle(p, nil)
		return
	}
	if s.generation > p.state.generation && !addrPort(s.values[StorageAddress].Text).IsValid() {
		addr := addrPort(p.state.values[StorageAddress].Text) // a part of a new life: ask for all of it
		g.soon(func() { g.contact([]netip.AddrPort{addr}) })
		return
	}
	before := p.node()
	if p.state.merge(s) {
		g.takeAddress(p)
		g.settle(p, before)
	}
}

// takeAddress makes p the owner of its address. Another node that had it and started earlier is gone.
func (g *Gossip) takeAddress(p *peer) {
	a := addrPort(p.state.values[StorageAddress].Text)
	for old, host := range g.byAddr {
		if host == p.state.host && old != a {
			delete(g.byAddr, old)
		}
	}
	if host, ok := g.byAddr[a]; ok && host != p.state.host {
		other := g.peers[host]
		if word, _, _ := strings.Cut(p.state.values[Status].Text, ","); word == StatusBootReplace || word == "" {
			return // until the new node has taken the dead one's place, its ranges are still the dead one's
		}
		if other != nil && other.state.generation > p.state.generation {
			return
		}
		if other != nil {
			delete(g.peers, host)
			g.config.Log.Warn("address has a new owner", "node", a.String(), "host_id", p.state.host.String(), "old_host_id", host.String())
			if other.announced {
				n := other.node()
				n.Live = false
				g.events.post(Event{Left, n})
			}
		}
	}
	g.byAddr[a] = p.state.host
}

// hearOfSelf defends this node's states against what others remember of an earlier life, or believe now.
func (g *Gossip) hearOfSelf(s *state) {
	own := g.own
	switch {
	case s.generation > own.generation:
		own.generation = s.generation + 1
	case s.generation == own.generation && s.version() > own.version():
		word, _, _ := strings.Cut(s.values[Status].Text, ",")
		ownWord, _, _ := strings.Cut(own.values[Status].Text, ",")
		if (word == StatusRemoved || word == StatusLeft || word == StatusReplaced) && ownWord != StatusLeft {
			g.config.Log.Warn("Received removenode gossip about myself. Is this node rejoining after an explicit removenode?")
			g.events.post(Event{Removed, g.selfLocked()})
			return
		}
		base := s.version()
		for k := range own.values {
			if own.values[k].Version > 0 {
				base++
				own.values[k].Version = base
			}
		}
	default:
		return
	}
	copied := *own
	g.soon(func() { g.tell([]*state{&copied}) })
}

// Forget drops all knowledge of a node that has left.
func (g *Gossip) Forget(host uuid.UUID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.peers[host]; p != nil {
		delete(g.peers, host)
		delete(g.byAddr, addrPort(p.state.values[StorageAddress].Text))
		g.dirty = true
	}
}
