package coord

import (
	"bytes"
	"context"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/schema"
)

const (
	// paxosLife is the least time that a state is kept, as for rows of Cassandra's system.paxos.
	paxosLife = 3 * time.Hour
	// paxosSweepInterval is how often states that are over are removed.
	paxosSweepInterval = time.Hour
)

// paxosHorizon is the time before which what a table's partitions promised, accepted and committed is forgotten: three
// hours ago, or gc_grace_seconds where that is longer.
func (c *Coordinator) paxosHorizon(t *schema.Table) time.Time {
	return c.Clock.Now().Add(-max(paxosLife, time.Duration(t.Options.GCGraceSeconds)*time.Second))
}

// forget drops the parts of a state that are older than the horizon; true when nothing is left.
func (s *paxosState) forget(horizon time.Time) bool {
	old := func(b ballot) bool { return timeOf(b).Before(horizon) }
	if old(s.Promised) {
		s.Promised = ballot{}
	}
	for _, p := range []*proposal{&s.Accepted, &s.Committed} {
		if old(p.Ballot) {
			*p = proposal{}
		}
	}
	return s.Promised == ballot{} && s.Accepted.Ballot == ballot{} && s.Committed.Ballot == ballot{}
}

func (c *Coordinator) expirePaxosLoop(ctx context.Context) {
	every(ctx, paxosSweepInterval, nil, func() {
		if err := c.expirePaxos(ctx); err != nil {
			c.Log.Warn("paxos states that are over could not be removed", "error", err)
		}
	})
}

// expirePaxos removes states that are over, and those of tables that are no more.
func (c *Coordinator) expirePaxos(ctx context.Context) error {
	var after []byte
	for ctx.Err() == nil {
		keys, last, err := c.expiredPaxos(after)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := c.removePaxos(key); err != nil {
				return err
			}
		}
		if last == nil {
			return nil
		}
		after = last
	}
	return ctx.Err()
}

// expiredPaxos are the keys after one whose states are over, of the next page of states; last is nil after the last page.
func (c *Coordinator) expiredPaxos(after []byte) (keys [][]byte, last []byte, err error) {
	seen := 0
	err = c.Local.ScanAfter(after, []byte(paxosPrefix), func(key, value []byte) bool {
		t, _ := c.paxosTable(key)
		r := reader{b: value}
		if s := r.state(); t == nil || r.finish() == nil && s.forget(c.paxosHorizon(t)) {
			keys = append(keys, bytes.Clone(key))
		}
		if seen++; seen == paxosPage {
			last = bytes.Clone(key)
		}
		return last == nil
	})
	return keys, last, err
}

// paxosTable takes a key of a state apart; the table is nil when there is none any more.
func (c *Coordinator) paxosTable(stored []byte) (t *schema.Table, key []byte) {
	var id uuid.UUID
	rest := stored[len(paxosPrefix):]
	if len(rest) < len(id) {
		return nil, nil
	}
	copy(id[:], rest)
	return c.tableByID(id), rest[len(id):]
}

// removePaxos removes a state unless it has come to life again.
func (c *Coordinator) removePaxos(stored []byte) error {
	t, key := c.paxosTable(stored)
	if t == nil {
		return c.Local.Delete(stored)
	}
	lock := c.paxos.of(key)
	lock.Lock()
	defer lock.Unlock()
	s, err := c.loadPaxos(t, key)
	if err != nil || !s.forget(c.paxosHorizon(t)) {
		return err
	}
	return c.Local.Delete(stored)
}
