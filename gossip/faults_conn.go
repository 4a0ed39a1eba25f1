package gossip

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

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
	// way holds what was sent but not handed over; nil before the first delay. Once there, everything takes it.
	way    chan chunk
	last   time.Time // when the newest chunk is due
	broken error     // why chunks could not be handed over
	ending bool      // Close was called: way takes no more
}

// chunk is what one Write sent, and when it may leave.
type chunk struct {
	data []byte
	due  time.Time
}

// onTheWay is how many chunks may be under way on a connection; a Write waits for a place.
const onTheWay = 1024

// lastDelivery limits how long a connection that was closed goes on to deliver.
const lastDelivery = time.Minute

func (c *faultyConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil && !c.wait(c.deadline(&c.readDl)) {
		return 0, c.late()
	}
	return n, err
}

// Write implements net.Conn. Bytes that have to wait are copied and leave later, in order.
func (c *faultyConn) Write(b []byte) (int, error) {
	x, _ := c.faults.of(c.peer)
	if x.Cut && !c.wait(c.deadline(&c.writeDl)) {
		return 0, c.late()
	}
	pause := c.faults.pause(x)
	if x.Drop > 0 && c.faults.rand() < x.Drop {
		pause += retransmit
	}
	c.mu.Lock()
	if c.way == nil && pause == 0 {
		c.mu.Unlock()
		return c.Conn.Write(b)
	}
	if c.broken != nil || c.ending {
		defer c.mu.Unlock()
		if c.broken != nil {
			return 0, c.broken
		}
		return 0, net.ErrClosed
	}
	if c.way == nil {
		c.way = make(chan chunk, onTheWay)
		go c.carry(c.way)
	}
	if due := time.Now().Add(pause); due.After(c.last) {
		c.last = due
	}
	// Writers are serialized by their callers, so the lock is held by nobody who could make room.
	k := chunk{append([]byte(nil), b...), c.last}
	select {
	case c.way <- k:
		c.mu.Unlock()
		return len(b), nil
	default:
	}
	way := c.way
	c.mu.Unlock()
	select {
	case way <- k:
		return len(b), nil
	case <-c.closed:
	case <-c.over:
	}
	return 0, c.late()
}

// carry hands over what is under way. After Close it goes on until all is delivered, as TCP does, and closes the
// connection; what waits behind a cut is lost then.
func (c *faultyConn) carry(way <-chan chunk) {
	defer c.Conn.Close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var k chunk
		select {
		case k = <-way:
		case <-c.over:
			return
		case <-c.closed:
			select {
			case k = <-way:
			default:
				return
			}
		}
		timer.Reset(time.Until(k.due))
		select {
		case <-timer.C:
		case <-c.over:
			return
		}
		if !c.faults.pass(c.peer, c.closed, c.over) {
			return
		}
		if _, err := c.Conn.Write(k.data); err != nil {
			c.mu.Lock()
			c.broken = err
			c.mu.Unlock()
			return
		}
	}
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

// Close implements net.Conn. What is under way is still delivered.
func (c *faultyConn) Close() error {
	c.once.Do(func() {
		c.mu.Lock()
		c.ending = true
		close(c.closed)
		c.mu.Unlock()
	})
	c.mu.Lock()
	carried := c.way != nil
	c.mu.Unlock()
	if carried {
		_ = c.Conn.SetWriteDeadline(time.Now().Add(lastDelivery))
		return c.Conn.SetReadDeadline(time.Now())
	}
	return c.Conn.Close()
}
