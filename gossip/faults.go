package gossip

import (
	"context"
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
	// Delay and up to Jitter more is added to everything that is sent.
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
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make(map[netip.AddrPort]Fault, len(f.peers))
	for k, v := range f.peers {
		out[k] = v
	}
	return out
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

// faultyConn delays and blocks what a connection carries.
type faultyConn struct {
	net.Conn
	faults *Faults
	peer   netip.AddrPort

	once   sync.Once
	closed chan struct{}
	over   <-chan struct{}

	mu              sync.Mutex
	readDl, writeDl time.Time
}

func (c *faultyConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil && !c.wait(c.deadline(&c.readDl)) {
		return 0, c.late()
	}
	return n, err
}

func (c *faultyConn) Write(b []byte) (int, error) {
	x, _ := c.faults.of(c.peer)
	if x == (Fault{}) {
		return c.Conn.Write(b)
	}
	if x.Cut && !c.wait(c.deadline(&c.writeDl)) {
		return 0, c.late()
	}
	pause := c.faults.pause(x)
	if x.Drop > 0 && c.faults.rand() < x.Drop {
		pause += retransmit
	}
	select {
	case <-time.After(pause):
	case <-c.closed:
		return 0, net.ErrClosed
	case <-c.over:
		return 0, net.ErrClosed
	}
	return c.Conn.Write(b)
}

// wait blocks while the peer is cut off, until the deadline or Close.
func (c *faultyConn) wait(deadline time.Time) bool {
	x, _ := c.faults.of(c.peer)
	if !x.Cut {
		return true
	}
	if deadline.IsZero() {
		return c.faults.pass(c.peer, c.closed, c.over)
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	go func() {
		select {
		case <-c.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return c.faults.pass(c.peer, ctx.Done(), c.over)
}

func (c *faultyConn) late() error {
	select {
	case <-c.closed:
		return net.ErrClosed
	case <-c.over:
		return net.ErrClosed
	default:
		return context.DeadlineExceeded
	}
}

func (c *faultyConn) deadline(d *time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *d
}

func (c *faultyConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	c.readDl, c.writeDl = t, t
	c.mu.Unlock()
	return c.Conn.SetDeadline(t)
}

func (c *faultyConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	c.readDl = t
	c.mu.Unlock()
	return c.Conn.SetReadDeadline(t)
}

func (c *faultyConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	c.writeDl = t
	c.mu.Unlock()
	return c.Conn.SetWriteDeadline(t)
}

func (c *faultyConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
