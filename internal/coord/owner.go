package coord

import (
	"context"
	"errors"
	"time"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// A node answers only for what it owns, as Cassandra 5 does (reject_out_of_token_range_requests): a coordinator that has
// not heard of a change of the ring yet must not read from a former replica, nor count its confirmation.

// reasonMoved is the reason of a node that is no replica (any more). It stays between nodes: coordinators look at their
// ring again.
const reasonMoved uint16 = 0xFF01

// moveWait is how long either side waits for news that the other one seems to have.
const moveWait = time.Second

func isMoved(err error) bool {
	var e *rpc.Error
	var m *movedError
	return errors.As(err, &m) || errors.As(err, &e) && e.Reason == reasonMoved
}

// ownedBy says whether this node answers for a token: reads only as a full replica, writes also as a coming one.
func (c *Coordinator) ownedBy(p *ring.Placement, t token.Token, write bool) bool {
	return ring.IsLocal(p.Strategy) || ring.Holds(p.Replicas(t), c.Self) || write && ring.Holds(p.Pending(t), c.Self)
}

// awaitOwned waits for a moment until owned says yes: the caller may know of a change before this node does.
func (c *Coordinator) awaitOwned(ctx context.Context, t *schema.Table, owned func(*ring.Placement) bool) error {
	ctx, cancel := context.WithTimeout(ctx, moveWait/2)
	defer cancel()
	var failed error
	ok := c.awaitRing(ctx, func(*ring.Ring) bool {
		p, err := c.place(t.Keyspace)
		failed = err
		return err != nil || owned(p)
	})
	switch {
	case failed != nil:
		return failed
	case !ok:
		return rpc.Failed(reasonMoved, "%s.%s: this node is not a replica", t.Keyspace, t.Name)
	}
	return nil
}

// checkWrite refuses mutations of partitions that are not this node's.
func (c *Coordinator) checkWrite(ctx context.Context, ms []*row.Mutation) error {
	for _, m := range ms {
		if err := c.awaitOwned(ctx, m.Table, func(p *ring.Placement) bool { return c.ownedBy(p, m.Token, true) }); err != nil {
			return err
		}
	}
	return nil
}

// checkKey refuses a partition that is not this node's.
func (c *Coordinator) checkKey(ctx context.Context, t *schema.Table, key []byte) error {
	return c.awaitOwned(ctx, t, func(p *ring.Placement) bool { return c.ownedBy(p, tokenOf(key), true) })
}

// checkRead refuses reads of what is not this node's.
func (c *Coordinator) checkRead(ctx context.Context, r *row.Read) error {
	return c.awaitOwned(ctx, r.Table, func(p *ring.Placement) bool {
		if ring.IsLocal(p.Strategy) {
			return true
		}
		for _, key := range r.Keys {
			if !c.ownedBy(p, tokenOf(key), false) {
				return false
			}
		}
		return r.Keys != nil || c.ownsRange(p, r.Range)
	})
}

// ownsRange says whether this node is a replica of all of a range.
func (c *Coordinator) ownsRange(p *ring.Placement, r token.Range) bool {
	for _, part := range p.Unwrapped() {
		if !ring.Holds(part.Replicas, c.Self) && part.Intersects(r) {
			return false
		}
	}
	return true
}

// retryMoved runs an operation again when a replica said that it has moved, with the newer ring, but not for ever.
func (c *Coordinator) retryMoved(ctx context.Context, deadline time.Time, run func() error) error {
	for {
		changed := c.ringChanged()
		err := run()
		if !isMoved(err) {
			return err
		}
		var m *movedError
		if errors.As(err, &m) {
			err = m.failed
		}
		select {
		case <-changed:
		case <-time.After(min(moveWait, time.Until(deadline))):
			return err
		case <-ctx.Done():
			return err
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

// movedError is a failure that a newer ring may avoid.
type movedError struct{ failed error }

// Error is the failure's.
func (e *movedError) Error() string { return e.failed.Error() }

// Unwrap is the failure, for when there is no newer ring.
func (e *movedError) Unwrap() error { return e.failed }

// orMoved marks a failure that came of a replica that has moved.
func orMoved(failed error, fs []failure) error {
	for _, f := range fs {
		if f.reason == reasonMoved {
			return &movedError{failed}
		}
	}
	return failed
}
