package gossip

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Self is what this node has announced.
func (g *Gossip) Self() *Node {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.self
}

// ownChanged takes a new snapshot of this node after its state changed. The lock is held.
func (g *Gossip) ownChanged() {
	g.self = g.own.node(g.self)
	g.self.Live = true
}

// Nodes are all nodes that are known, this one and those that have left included, by address.
func (g *Gossip) Nodes() []*Node {
	g.mu.RLock()
	out := append(make([]*Node, 0, len(g.peers)+1), g.self)
	for _, p := range g.peers {
		out = append(out, p.node)
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
		return g.self
	}
	if p := g.peers[host]; p != nil {
		return p.node
	}
	return nil
}

// changed takes a new snapshot of a peer after its state or health changed.
func (p *peer) changed() {
	p.node = p.state.node(p.node)
	p.node.Live, p.node.DownSince = p.live, p.downSince
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
	return p.node.SchemaVersion
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
	live := p.member && p.mayServe()
	was := p.live
	p.live = live
	switch {
	case live:
		p.downSince = time.Time{}
	case was || p.downSince.IsZero():
		p.downSince = g.config.Clock.Now()
	}
	p.changed()
	now := p.node
	g.dirty = g.dirty || worthSaving(before, now)
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

// worthSaving says whether a change is one that a restarted node would miss: the load is not.
func worthSaving(before, now *Node) bool {
	if before == nil || before.Generation != now.Generation {
		return true
	}
	for k, v := range now.Values {
		if Key(k) != Load && before.Values[k] != v {
			return true
		}
	}
	return false
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
		g.miss(s.host, member{p.node.Address, s.generation, s.version()}) // a part of a new life
		return
	}
	before := p.node
	if p.state.merge(s) {
		g.takeAddress(p)
		g.settle(p, before)
	}
}

// takeAddress makes p the owner of its address. Another node that had it and started earlier is gone.
func (g *Gossip) takeAddress(p *peer) {
	a := addrPort(p.state.values[StorageAddress].Text)
	if old := p.node; old != nil && old.Address != a && g.byAddr[old.Address] == p.state.host {
		delete(g.byAddr, old.Address)
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
				n := *other.node
				n.Live = false
				g.events.post(Event{Left, &n})
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
			g.events.post(Event{Removed, g.self})
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
	g.ownChanged()
	copied := *own
	g.soon(func() { g.tell(&copied) })
}

// Forget drops all knowledge of a node that has left.
func (g *Gossip) Forget(host uuid.UUID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.peers[host]; p != nil {
		delete(g.peers, host)
		delete(g.byAddr, p.node.Address)
		g.dirty = true
	}
}
