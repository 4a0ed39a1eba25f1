package coord

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/ring"
	"alexandra/internal/rpc"
)

// A change of the ring is safe to act upon once everybody knows of it and no write that was planned without it is still
// under way. Cassandra sleeps for ring_delay to that end; we ask.

// flights counts what is under way, in generations: those that began before a moment can be waited for.
type flights struct {
	mu      sync.RWMutex
	current *sync.WaitGroup
}

// depart counts one more; whoever called it calls Done at the end. The ring that the caller looks at afterwards is at
// least as new as those of others that a later drain does not wait for.
func (f *flights) depart() *sync.WaitGroup {
	f.mu.RLock()
	defer f.mu.RUnlock()
	f.current.Add(1)
	return f.current
}

// drain waits for all that has departed so far.
func (f *flights) drain(ctx context.Context) error {
	f.mu.Lock()
	old := f.current
	f.current = &sync.WaitGroup{}
	f.mu.Unlock()
	done := make(chan struct{})
	go func() {
		old.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gone is the status of a node that is not in the ring.
const gone = byte(ring.Left)

// settleLimit bounds how long a node waits to hear of a change and for its own writes.
const settleLimit = 15 * time.Second

// Settle returns when all live nodes have seen host in this status and have finished what they began before. This node's
// own ring has it already.
func (c *Coordinator) Settle(ctx context.Context, host uuid.UUID, s ring.Status) error {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	body := append(append([]byte(nil), host[:]...), byte(s))
	var peers []*ring.Endpoint
	for _, e := range c.ring.Load().Endpoints() {
		if !c.isSelf(e) && c.live(e) {
			peers = append(peers, e)
		}
	}
	_, err := parallel(len(peers)+1, func(i int) (struct{}, error) {
		if i == 0 {
			return struct{}{}, c.flights.drain(ctx)
		}
		e := peers[i-1]
		_, err := c.callRetrying(ctx, e, rpc.RingSettle, body)
		if err != nil && c.live(e) {
			return struct{}{}, fmt.Errorf("%s has not taken note of the change of the ring: %w", e, err)
		}
		return struct{}{}, nil
	})
	return err
}

func (c *Coordinator) serveSettle(ctx context.Context, body []byte) ([]byte, error) {
	r := reader{b: body}
	host, want := r.uuid(), r.byte()
	if err := r.finish(); err != nil {
		return nil, err
	}
	if !c.awaitRing(ctx, func(now *ring.Ring) bool { return statusIn(now, host) == want }) {
		return nil, rpc.Failed(rpc.ReasonUnknown, "the ring has not changed here")
	}
	return nil, c.flights.drain(ctx)
}

func statusIn(r *ring.Ring, host uuid.UUID) byte {
	if e := r.Host(host); e != nil {
		return byte(e.Status)
	}
	return gone
}

// awaitRing waits until the ring is as wanted; false when ctx ends before.
func (c *Coordinator) awaitRing(ctx context.Context, wanted func(*ring.Ring) bool) bool {
	for {
		changed := c.ringChanged()
		if wanted(c.ring.Load()) {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// ringChanged is closed when the next ring is published.
func (c *Coordinator) ringChanged() <-chan struct{} {
	c.changed.mu.Lock()
	defer c.changed.mu.Unlock()
	if c.changed.next == nil {
		c.changed.next = make(chan struct{})
	}
	return c.changed.next
}

// ringNews wakes those who wait for another ring.
type ringNews struct {
	mu   sync.Mutex
	next chan struct{}
}

func (n *ringNews) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}
