package coord

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// Changes of a partition that have to be made out of what is there, without Paxos, follow each other under a lock that the
// partition's first live replica keeps: materialized views are kept so. The lock is a lease, since its holder may die.
// While coordinators disagree about who is alive two of them may hold it, at two replicas.

// partitionLocks are the locks that this node keeps.
type partitionLocks struct {
	mu   sync.Mutex
	held map[string]*partitionLock
}

type partitionLock struct {
	holder uuid.UUID
	free   chan struct{} // closed when the holder gives it back or loses it
	lease  *time.Timer
}

// take waits for a lock; false when ctx ends before. The holder has it until release, or for the time of the lease.
func (l *partitionLocks) take(ctx context.Context, name string, holder uuid.UUID, lease time.Duration) bool {
	for {
		free := l.tryTake(name, holder, lease)
		if free == nil {
			return true
		}
		select {
		case <-free:
		case <-ctx.Done():
			return false
		}
	}
}

// tryTake takes a lock, or says what is closed when it is free.
func (l *partitionLocks) tryTake(name string, holder uuid.UUID, lease time.Duration) (free <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.held[name]; x != nil {
		return x.free
	}
	l.held[name] = &partitionLock{
		holder: holder, free: make(chan struct{}), lease: time.AfterFunc(lease, func() { l.release(name, holder) }),
	}
	return nil
}

func (l *partitionLocks) release(name string, holder uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.held[name]; x != nil && x.holder == holder {
		x.lease.Stop()
		close(x.free)
		delete(l.held, name)
	}
}

// lease is longer than a holder's read and write take.
func (c *Coordinator) lease() time.Duration { return c.Timeouts().Read + 2*c.Timeouts().Write }

// Exclusively runs do while no other coordinator runs one for any of these partitions, and until what do writes with its
// context has come to all live replicas, or was hinted. Stamps are timestamps, one for each partition, that are newer than
// those of any do before for it: they come from the clock of who keeps the lock.
func (c *Coordinator) Exclusively(ctx context.Context, parts []row.PartitionKey, cl row.Consistency, do func(ctx context.Context, stamps []int64) error) error {
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(parts[a].Name(), parts[b].Name()) })
	stamps := make([]int64, len(parts))
	var unlock []func()
	var sent sync.WaitGroup
	defer func() {
		free := func(context.Context) {
			sent.Wait() // every send has a deadline
			for _, f := range unlock {
				f()
			}
		}
		if !c.background(free) {
			free(ctx)
		}
	}()
	for n, i := range order {
		if n > 0 && bytes.Equal(parts[i].Name(), parts[order[n-1]].Name()) {
			stamps[i] = stamps[order[n-1]]
			continue
		}
		stamp, free, err := c.lockPartition(ctx, parts[i], cl)
		if err != nil {
			return err
		}
		stamps[i], unlock = stamp, append(unlock, free)
	}
	return do(context.WithValue(ctx, sentKey{}, &sent), stamps)
}

type sentKey struct{}

// tracked counts a send of a write until the answer, for Exclusively.
func tracked(ctx context.Context) (over func()) {
	sent, ok := ctx.Value(sentKey{}).(*sync.WaitGroup)
	if !ok {
		return func() {}
	}
	sent.Add(1)
	return sent.Done
}

// lockPartition takes the lock of a partition at its first replica that answers.
func (c *Coordinator) lockPartition(ctx context.Context, part row.PartitionKey, cl row.Consistency) (stamp int64, unlock func(), err error) {
	p, err := c.place(part.Table.Keyspace)
	if err != nil {
		return 0, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Write)
	defer cancel()
	holder, name := uuid.New(), string(part.Name())
	up, _ := c.split(p.Replicas(tokenOf(part.Key)))
	for _, e := range up {
		if c.isSelf(e) {
			if !c.exclusive.take(ctx, name, holder, c.lease()) {
				return 0, nil, writeTimeout(cl, 0, 1, typeView)
			}
			return c.Stamps.Next(), func() { c.exclusive.release(name, holder) }, nil
		}
		free := func() { c.unlockAt(e, lockBody(holder, name)) }
		out, err := c.Caller.Call(ctx, e.Address, rpc.PartitionLock, lockBody(holder, name))
		r := reader{b: out}
		stamp := r.int64()
		if err == nil && r.finish() == nil {
			return stamp, free, nil
		}
		free() // the answer may have been lost
		if ctx.Err() != nil || !rpc.IsUnreachable(err) {
			return 0, nil, writeTimeout(cl, 0, 1, typeView)
		}
	}
	return c.Stamps.Next(), func() {}, nil // without a live replica the write will be refused, or hinted
}

func lockBody(holder uuid.UUID, name string) []byte { return append(holder[:], name...) }

// unlockAt gives a lock back; when that is lost the lease ends it.
func (c *Coordinator) unlockAt(e *ring.Endpoint, body []byte) {
	c.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Write)
		defer cancel()
		if _, err := c.Caller.Call(ctx, e.Address, rpc.PartitionUnlock, body); err != nil {
			c.Log.Debug("lock not given back", "node", e.String(), "error", err)
		}
	})
}

func (c *Coordinator) servePartitionLock(ctx context.Context, body []byte) ([]byte, error) {
	r := reader{b: body}
	holder := r.uuid()
	if r.err != nil {
		return nil, r.err
	}
	if !c.exclusive.take(ctx, string(r.b), holder, c.lease()) {
		return nil, rpc.Failed(rpc.ReasonTimeout, "the lock of the partition was not free in time")
	}
	return binary.BigEndian.AppendUint64(nil, uint64(c.Stamps.Next())), nil
}

func (c *Coordinator) servePartitionUnlock(_ context.Context, body []byte) ([]byte, error) {
	r := reader{b: body}
	holder := r.uuid()
	if r.err != nil {
		return nil, r.err
	}
	c.exclusive.release(string(r.b), holder)
	return nil, nil
}
