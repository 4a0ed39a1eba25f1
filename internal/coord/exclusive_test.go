package coord

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
)

// TestExclusively: holders of all nodes follow each other, whichever replica keeps the lock, and each stamp is newer.
func TestExclusively(t *testing.T) {
	c := three(t)
	for _, dead := range []bool{false, true} {
		coordinators := c.nodes
		if dead {
			first := c.firstReplica(1)
			c.down(true, first)
			coordinators = append(append([]*testNode(nil), c.nodes[:first-1]...), c.nodes[first:]...)
		}
		var inside atomic.Int32
		last := int64(0)
		var holders sync.WaitGroup
		for _, n := range coordinators {
			for range 5 {
				holders.Go(func() {
					parts := []row.PartitionKey{{Table: c.table("t"), Key: int4(1)}, {Table: c.table("t"), Key: int4(1)}}
					err := n.Exclusively(context.Background(), parts, row.Quorum, func(_ context.Context, stamps []int64) error {
						if inside.Add(1) != 1 || stamps[0] <= last || stamps[1] != stamps[0] {
							t.Errorf("%d inside, stamps %v after %d", inside.Load(), stamps, last)
						}
						last = stamps[0]
						inside.Add(-1)
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		holders.Wait()
	}
}

// firstReplica is the number of the first replica of a partition.
func (c *testCluster) firstReplica(k int) int {
	p, err := c.nodes[0].place("ks")
	require.NoError(c.t, err)
	for i, n := range c.nodes {
		if p.Replicas(tokenOf(int4(k)))[0].HostID == n.Self {
			return i + 1
		}
	}
	return 0
}

// TestExclusivelyTimesOut: a lock that is not given back is waited for as long as a write may take.
func TestExclusivelyTimesOut(t *testing.T) {
	c := three(t)
	parts := []row.PartitionKey{{Table: c.table("t"), Key: int4(1)}}
	nothing := func(context.Context, []int64) error { return nil }
	holder := uuid.New()
	keeper := c.nodes[c.firstReplica(1)-1]
	require.True(t, keeper.exclusive.take(t.Context(), string(parts[0].Name()), holder, time.Hour))
	for _, n := range c.nodes {
		err := n.Exclusively(t.Context(), parts, row.Quorum, nothing)
		requireCode(t, err, cqlerr.WriteTimeout, "Operation timed out - received only 0 responses.")
		require.Equal(t, typeView, cqlerr.As(err).Detail.(*cqlerr.Timeout).WriteType)
	}
	keeper.exclusive.release(string(parts[0].Name()), holder)
	require.NoError(t, c.nodes[1].Exclusively(t.Context(), parts, row.Quorum, nothing))
}

// TestLeaseOfPartitionLock: who does not give a lock back loses it.
func TestLeaseOfPartitionLock(t *testing.T) {
	l := partitionLocks{held: map[string]*partitionLock{}}
	require.True(t, l.take(t.Context(), "p", uuid.New(), 10*time.Millisecond))
	require.True(t, l.take(t.Context(), "p", uuid.New(), time.Hour))
	l.release("p", uuid.New())
	require.NotNil(t, l.tryTake("p", uuid.New(), time.Hour))
}
