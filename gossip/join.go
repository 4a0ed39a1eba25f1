package gossip

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// enoughContacts is with how many nodes a newcomer exchanges all states, when there are too many to do it with all.
const enoughContacts = 3

// Join contacts seeds and remembered peers, and then those that they know, so that all nodes know of this one when it
// returns: everybody in a small cluster, a few in a larger one, where the others are told of this node alone. It returns the
// number of nodes reached; none is not an error, the caller decides.
func (g *Gossip) Join(ctx context.Context, seeds []netip.AddrPort) int {
	asked := map[netip.AddrPort]bool{g.transport.Address(): true}
	reached := 0
	for ctx.Err() == nil {
		next := unasked(asked, slices.Concat(seeds, g.others()))
		if len(asked)-1+len(next) > closeCircle {
			if reached >= enoughContacts {
				break
			}
			next = next[:min(len(next), enoughContacts)]
		}
		if len(next) == 0 {
			break
		}
		for _, a := range next {
			asked[a] = true
		}
		reached += g.contact(next)
	}
	if len(g.audience()) > reached {
		g.mu.RLock()
		copied := *g.own
		g.mu.RUnlock()
		g.tell(&copied)
	}
	return reached
}

// unasked are the valid addresses among some that were not asked yet, each once.
func unasked(asked map[netip.AddrPort]bool, some []netip.AddrPort) []netip.AddrPort {
	seen := map[netip.AddrPort]bool{}
	var out []netip.AddrPort
	for _, a := range some {
		if a.IsValid() && !asked[a] && !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}

// others are the addresses of all peers that have not left, in random order.
func (g *Gossip) others() []netip.AddrPort {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var out []netip.AddrPort
	for _, p := range g.peers {
		if !p.node.IsGone() {
			out = append(out, p.node.Address)
		}
	}
	shuffle(out)
	return out
}

func shuffle(addrs []netip.AddrPort) {
	rand.Shuffle(len(addrs), func(i, j int) { addrs[i], addrs[j] = addrs[j], addrs[i] })
}

// contact exchanges all states with nodes and returns how many answered.
func (g *Gossip) contact(addrs []netip.AddrPort) int {
	var mu sync.Mutex
	reached := 0
	each(addrs, func(a netip.AddrPort) {
		n, err := g.list.Join([]string{a.String()})
		if err != nil {
			g.config.Log.Debug("node not reached", "node", a.String(), "error", err)
		}
		mu.Lock()
		reached += n
		mu.Unlock()
	})
	return reached
}

// each runs f for addresses, some at the same time, and returns when all is done.
func each(addrs []netip.AddrPort, f func(netip.AddrPort)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, closeCircle)
	for _, a := range addrs {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			f(a)
		})
	}
	wg.Wait()
}

// lost are the addresses of some peers that do not answer and have not left, since after a broken network only asking
// finds them.
func (g *Gossip) lost() []netip.AddrPort {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var out []netip.AddrPort
	for _, p := range g.peers {
		if !p.member && !p.node.IsGone() {
			out = append(out, p.node.Address)
		}
	}
	return fewOf(out, len(g.peers))
}

// fewOf leaves out most of the peers to contact in a large cluster: some are enough, as they know the others, and more would
// be too many: when the machine is overloaded everybody seems lost to everybody.
func fewOf(addrs []netip.AddrPort, peers int) []netip.AddrPort {
	if peers <= closeCircle {
		return addrs
	}
	shuffle(addrs)
	return addrs[:min(len(addrs), enoughContacts)]
}

// mendLoop contacts peers as soon as a fault of the link with them is over: whom the fault made suspect can say that it
// lives before it is held for dead.
func (g *Gossip) mendLoop() {
	defer g.running.Done()
	before, changed := g.transport.Faults().watch()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-changed:
		}
		var mended []netip.AddrPort
		now, next := g.transport.Faults().watch()
		for peer := range before {
			if _, still := now[peer]; !still {
				mended = append(mended, peer)
			}
		}
		before, changed = now, next
		g.mu.RLock()
		peers := len(g.peers)
		g.mu.RUnlock()
		g.contact(fewOf(mended, peers))
	}
}

// ErrUnreachable is what Shadow says when no seed answers.
var ErrUnreachable = errors.New("Unable to gossip with any peers") //nolint:staticcheck // Cassandra's words

// Shadow asks seeds who is in the cluster without becoming a part of it: before a new node chooses its tokens.
func Shadow(ctx context.Context, t *Transport, seeds []netip.AddrPort) ([]*Node, error) {
	for _, a := range seeds {
		if a == t.Address() {
			continue
		}
		states, err := t.statesOf(ctx, a, kindShadow)
		if err != nil {
			t.config.Log.Debug("seed not reached", "node", a.String(), "error", err)
			continue
		}
		var out []*Node
		for _, s := range states {
			out = append(out, s.node(nil))
		}
		return out, nil
	}
	return nil, ErrUnreachable
}

// ShadowAny asks nodes at the same time who is in the cluster and takes the first answer; nil when nobody answers in time.
func ShadowAny(ctx context.Context, t *Transport, nodes []netip.AddrPort) []*Node {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan []*Node, len(nodes))
	for _, a := range nodes {
		go func() {
			out, _ := Shadow(ctx, t, []netip.AddrPort{a})
			answers <- out
		}()
	}
	var first []*Node
	for range nodes {
		if got := <-answers; first == nil && got != nil {
			first = got
			cancel()
		}
	}
	return first
}

// statesOf asks one node for all states that it knows, or for its own.
func (t *Transport) statesOf(ctx context.Context, a netip.AddrPort, k kind) ([]*state, error) {
	conn, err := t.dial(ctx, a, k)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(t.config.ConnectTimeout))
	b, err := io.ReadAll(io.LimitReader(conn, maxStateSize))
	if err != nil {
		return nil, err
	}
	return decodeStates(b)
}
