package gossip

import (
	"context"
	"encoding/binary"
	"fmt"
	"log"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/memberlist"
)

// delegate is what memberlist calls.
type delegate Gossip

var (
	_ memberlist.Delegate         = (*delegate)(nil)
	_ memberlist.EventDelegate    = (*delegate)(nil)
	_ memberlist.ConflictDelegate = (*delegate)(nil)
)

// NodeMeta is the generation and version of the node's state: who missed an announcement sees that, and asks.
func (d *delegate) NodeMeta(int) []byte {
	g := (*Gossip)(d)
	g.mu.RLock()
	defer g.mu.RUnlock()
	out := binary.BigEndian.AppendUint64(nil, uint64(g.own.generation))
	return binary.BigEndian.AppendUint64(out, g.own.version())
}

// NotifyMsg takes an announcement. What is malformed changes nothing.
func (d *delegate) NotifyMsg(b []byte) {
	g := (*Gossip)(d)
	states, err := decodeStates(b)
	if err != nil {
		g.config.Log.Debug("announcement refused", "error", err)
		return
	}
	g.learn(states)
}

// GetBroadcasts sends nothing: announcements are sent at once.
func (d *delegate) GetBroadcasts(int, int) [][]byte { return nil }

// LocalState is all that this node knows.
func (d *delegate) LocalState(bool) []byte { return (*Gossip)(d).encodeAll() }

// MergeRemoteState takes all that another node knows.
func (d *delegate) MergeRemoteState(b []byte, _ bool) { d.NotifyMsg(b) }

// NotifyJoin hears that a node is alive.
func (d *delegate) NotifyJoin(n *memberlist.Node) { (*Gossip)(d).membership(n, true) }

// NotifyLeave hears that a node is dead or has left.
func (d *delegate) NotifyLeave(n *memberlist.Node) { (*Gossip)(d).membership(n, false) }

// NotifyUpdate hears that a node has a new address or generation.
func (d *delegate) NotifyUpdate(n *memberlist.Node) { (*Gossip)(d).membership(n, true) }

// NotifyConflict hears that two nodes claim one host id.
func (d *delegate) NotifyConflict(existing, other *memberlist.Node) {
	d.config.Log.Error(fmt.Sprintf("Host ID collision for %s between /%s and /%s", existing.Name, existing.Address(), other.Address()))
}

// membership notes memberlist's opinion of a node. A node that is alive but has announced more than is known here is
// asked for it.
func (g *Gossip) membership(n *memberlist.Node, alive bool) {
	host, err := uuid.Parse(n.Name)
	if err != nil || host == g.config.HostID {
		return
	}
	m := member{addr: netip.AddrPortFrom(netipAddr(n), n.Port)}
	if len(n.Meta) == 16 {
		m.generation, m.version = int64(binary.BigEndian.Uint64(n.Meta)), binary.BigEndian.Uint64(n.Meta[8:])
	}
	g.mu.Lock()
	if alive {
		g.members[host] = m
	} else {
		delete(g.members, host)
	}
	p := g.peers[host]
	if p != nil {
		p.member = alive
		if !alive || p.state.generation >= m.generation {
			g.settle(p, p.node)
		}
	}
	if alive && p.behind(m) {
		g.miss(host, m)
	}
	g.mu.Unlock()
}

func netipAddr(n *memberlist.Node) netip.Addr {
	a, _ := netip.AddrFromSlice(n.Addr)
	return a.Unmap()
}

func (g *Gossip) encodeAll() []byte {
	g.mu.RLock()
	defer g.mu.RUnlock()
	states := append(make([]*state, 0, len(g.peers)+1), g.own)
	for _, p := range g.peers {
		states = append(states, p.state)
	}
	return encodeStates(states)
}

// answer is what is sent to who connects for states.
func (g *Gossip) answer(k kind) []byte {
	if k == kindShadow {
		return g.encodeAll()
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	return encodeStates([]*state{g.own})
}

// load takes what the store remembers.
func (g *Gossip) load() error {
	if g.config.Store == nil {
		return nil
	}
	b, err := g.config.Store.LoadPeers()
	if err != nil || len(b) == 0 {
		return err
	}
	states, err := decodeStates(b)
	if err != nil {
		return fmt.Errorf("remembered peers: %w", err)
	}
	for _, s := range states {
		if s.host == g.config.HostID {
			g.own.generation = max(g.own.generation, s.generation+1)
			continue
		}
		if addrPort(s.values[StorageAddress].Text).IsValid() {
			p := &peer{state: s, downSince: g.config.Clock.Now()}
			p.changed()
			p.announced = !p.node.IsGone()
			g.peers[s.host] = p
			g.byAddr[p.node.Address] = s.host
		}
	}
	return nil
}

// save gives the store what has changed.
func (g *Gossip) save() {
	if g.config.Store == nil {
		return
	}
	g.mu.Lock()
	dirty := g.dirty
	g.dirty = false
	g.mu.Unlock()
	if !dirty {
		return
	}
	if err := g.config.Store.SavePeers(g.encodeAll()); err != nil {
		g.config.Log.Error("peers not saved", "error", err)
	}
}

// tendLoop saves what has changed, looks for peers that have come back, and forgets those gone long ago.
func (g *Gossip) tendLoop() {
	defer g.running.Done()
	interval := g.config.Detect / 2
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-timer.C:
		}
		g.expire()
		g.save()
		g.contact(g.lost())
		g.mu.RLock()
		missed := g.behind(g.members)
		g.mu.RUnlock()
		g.fetch(missed)
		timer.Reset(interval)
	}
}

// A node that has left is remembered for goneFor, so that nobody who was away brings it back; one that died while it
// joined is forgotten after failedJoin.
const (
	goneFor    = 72 * time.Hour
	failedJoin = 5 * time.Minute
)

func (g *Gossip) expire() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.config.Clock.Now()
	for host, p := range g.peers {
		n := p.node
		if p.live || n.DownSince.IsZero() {
			continue
		}
		age := now.Sub(n.DownSince)
		joining := n.Status == StatusBoot || n.Status == StatusBootReplace || n.Status == ""
		if n.IsGone() && age > goneFor || joining && age > failedJoin {
			delete(g.peers, host)
			delete(g.byAddr, n.Address)
			g.dirty = true
			g.config.Log.Info(fmt.Sprintf("FatClient /%s has been silent for %dms, removing from gossip", n.Address, age.Milliseconds()))
			if p.announced {
				g.events.post(Event{Left, n})
			}
		}
	}
}

// logger gives memberlist's lines to slog: its levels are words at their start.
func logger(to *slog.Logger) *log.Logger { return log.New(logWriter{to}, "", 0) }

type logWriter struct{ to *slog.Logger }

func (w logWriter) Write(b []byte) (int, error) {
	line := strings.TrimSpace(string(b))
	level := slog.LevelDebug
	if strings.HasPrefix(line, "[ERR]") {
		level = slog.LevelInfo
	}
	w.to.Log(context.Background(), level, line)
	return len(b), nil
}
