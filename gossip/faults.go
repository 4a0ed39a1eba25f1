package gossip

import (
	"context"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Fault is what is done to the traffic with one peer, in both directions of this node's ends. The zero Fault does
// nothing. Both gossip and rpc suffer it.
type Fault struct {
	// Cut lets nothing through; connections hang, as with a pulled cable.
	Cut bool
	// Delay and up to Jitter more passes before what is sent leaves this node: one way, so that both ends together make the
	// round trip longer by their sum. What is under way does not hold up what follows.
	Delay, Jitter time.Duration
	// Drop is the share of packets that is lost, 0 to 1. A connection pays for a lost packet with a pause, as TCP does.
	Drop float64
}

// retransmit is what a lost packet costs a connection.
const retransmit = 200 * time.Millisecond

// Faults are injected into a transport; safe for concurrent use. They exist for tests of whole clusters.
type Faults struct {
	mu      sync.Mutex
	peers   map[netip.AddrPort]Fault
	changed chan struct{} // closed at each change
	rand    func() float64
}

// NewFaults makes a set without faults.
func NewFaults() *Faults {
	return &Faults{peers: map[netip.AddrPort]Fault{}, changed: make(chan struct{}), rand: rand.Float64}
}

// Set replaces what is done to the traffic with a peer, by its storage address.
func (f *Faults) Set(peer netip.AddrPort, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault == (Fault{}) {
		delete(f.peers, peer)
	} else {
		f.peers[peer] = fault
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

// Clear takes all faults away.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.peers)
	close(f.changed)
	f.changed = make(chan struct{})
}

// All lists the faults by peer.
func (f *Faults) All() map[netip.AddrPort]Fault {
	all, _ := f.watch()
	return all
}

// watch is All, with a channel that is closed at the next change.
func (f *Faults) watch() (map[netip.AddrPort]Fault, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.peers), f.changed
}

func (f *Faults) of(peer netip.AddrPort) (Fault, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.peers[peer], f.changed
}

// pause is how long something that is sent has to wait.
func (f *Faults) pause(x Fault) time.Duration {
	d := x.Delay
	if x.Jitter > 0 {
		d += time.Duration(f.rand() * float64(x.Jitter))
	}
	return d
}

// packet decides what happens to a packet: it is lost, or sent after a pause.
func (f *Faults) packet(peer netip.AddrPort) (lost bool, pause time.Duration) {
	x, _ := f.of(peer)
	if x == (Fault{}) {
		return false, 0
	}
	if x.Cut || x.Drop > 0 && f.rand() < x.Drop {
		return true, 0
	}
	return false, f.pause(x)
}

// pass blocks while the peer is cut off; it returns false when done or over is closed first.
func (f *Faults) pass(peer netip.AddrPort, done, over <-chan struct{}) bool {
	for {
		x, changed := f.of(peer)
		if !x.Cut {
			return true
		}
		select {
		case <-changed:
		case <-done:
			return false
		case <-over:
			return false
		}
	}
}

// dial waits as long as a connection to a peer that is cut off would, unless over is closed.
func (f *Faults) dial(ctx context.Context, peer netip.AddrPort, over <-chan struct{}) error {
	if f.pass(peer, ctx.Done(), over) {
		return nil
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return net.ErrClosed
}

// wrap puts the faults around a connection with a peer. What waits for the end of a fault is given up when over, the end
// of the transport, is closed.
func (f *Faults) wrap(c net.Conn, peer netip.AddrPort, over <-chan struct{}) net.Conn {
	return &faultyConn{Conn: c, faults: f, peer: peer, closed: make(chan struct{}), over: over}
}
