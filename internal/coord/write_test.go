package coord

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

var nts = map[string]string{"a": "2", "b": "1"}

func TestSingleNodeAsksNobody(t *testing.T) {
	c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": "1"}), "a")
	n := c.nodes[0]
	for _, cl := range []row.Consistency{row.Any, row.One, row.Quorum, row.All, row.LocalQuorum, row.EachQuorum} {
		require.NoError(t, c.write(n, cl, c.put(n, 1, int(cl), fmt.Sprint(cl))))
	}
	got, err := c.get(n, 1, row.Quorum)
	require.NoError(t, err)
	require.Len(t, got, 6)
	requireCode(t, c.write(n, row.Two, c.put(n, 1, 1, "x")), cqlerr.UnavailableCode, "Cannot achieve consistency level TWO")
	require.Zero(t, c.calls.Load())
}

// The matrix of cluster.md 10, rows 5 to 7 and 14.
func TestAvailability(t *testing.T) {
	type outcome struct {
		cl              row.Consistency
		message         string
		required, alive int
	}
	for _, s := range []struct {
		name    string
		options map[string]string
		down    int
		at      int
		fine    []row.Consistency
		refused []outcome
	}{
		{
			"remote node down", nts, 3, 1,
			[]row.Consistency{row.One, row.Two, row.Quorum, row.LocalOne, row.LocalQuorum},
			[]outcome{
				{row.All, "Cannot achieve consistency level ALL", 3, 2},
				{row.Three, "Cannot achieve consistency level THREE", 3, 2},
				{row.EachQuorum, "Cannot achieve consistency level EACH_QUORUM in DC b", 1, 0},
			},
		},
		{
			"local node down", nts, 2, 1,
			[]row.Consistency{row.One, row.Two, row.Quorum, row.LocalOne},
			[]outcome{{row.LocalQuorum, "Cannot achieve consistency level LOCAL_QUORUM", 2, 1}},
		},
		{
			"seen from the other datacenter", nts, 2, 3,
			[]row.Consistency{row.LocalQuorum, row.Quorum},
			[]outcome{{row.EachQuorum, "Cannot achieve consistency level EACH_QUORUM in DC a", 2, 1}},
		},
		{
			"not replicated here",
			map[string]string{"b": "1"},
			2, 1,
			[]row.Consistency{row.One, row.Quorum, row.All, row.EachQuorum},
			[]outcome{
				{row.LocalOne, "Cannot achieve consistency level LOCAL_ONE", 1, 0}, {row.LocalQuorum, "Cannot achieve consistency level LOCAL_QUORUM", 1, 0},
			},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			c := newCluster(t, testSchema("NetworkTopologyStrategy", s.options), "a", "a", "b")
			c.down(true, s.down)
			n := c.nodes[s.at-1]
			for _, cl := range s.fine {
				require.NoError(t, c.write(n, cl, c.put(n, 1, 1, "x")), cl)
				_, err := c.get(n, 1, cl)
				require.NoError(t, err, cl)
			}
			for _, o := range s.refused {
				_, readErr := c.get(n, 1, o.cl)
				for _, err := range []error{c.write(n, o.cl, c.put(n, 2, 1, "x")), readErr} {
					e := requireCode(t, err, cqlerr.UnavailableCode, o.message)
					require.Equal(t, &cqlerr.Unavailable{Consistency: uint16(o.cl), Required: o.required, Alive: o.alive}, e.Detail)
				}
				for _, x := range c.nodes {
					require.Empty(t, c.held(x, 2), "a refused write leaves no trace")
				}
			}
		})
	}
}

func TestTimeoutFailureAndHints(t *testing.T) {
	c := newCluster(t, testSchema("NetworkTopologyStrategy", nts), "a", "a", "b")
	n := c.nodes[0]
	c.down(false, 3) // dead, but nobody knows
	start := time.Now()
	e := requireCode(t, c.write(n, row.All, c.put(n, 1, 1, "late")), cqlerr.WriteTimeout, "Operation timed out - received only 2 responses.")
	require.Equal(t, &cqlerr.Timeout{Consistency: 5, Received: 2, BlockFor: 3, WriteType: "SIMPLE"}, e.Detail)
	require.GreaterOrEqual(t, time.Since(start), 140*time.Millisecond)
	_, err := c.get(n, 1, row.All)
	e = requireCode(t, err, cqlerr.ReadTimeout, "Operation timed out - received only 2 responses.")
	require.True(t, e.Detail.(*cqlerr.Timeout).DataPresent)

	c.known.Store(c.nodes[2].Self, true)
	require.NoError(t, c.write(n, row.Quorum, c.put(n, 1, 2, "missed")))
	require.Eventually(t, func() bool { p, _ := n.PendingHints(); return len(p) == 1 && p[0].Count == 2 }, time.Second, time.Millisecond)
	require.Empty(t, c.held(c.nodes[2], 1))
	c.up(3)
	require.Eventually(t, func() bool { return len(c.held(c.nodes[2], 1)) == 2 }, 2*time.Second, time.Millisecond, "hints are delivered")
	require.Eventually(t, func() bool { p, _ := n.PendingHints(); return len(p) == 0 }, time.Second, time.Millisecond)

	c.refused.Lock()
	c.refuse = func(to netip.AddrPort, v rpc.Verb) error {
		if to == addr(3) && v == rpc.Mutate {
			return rpc.Failed(rpc.ReasonUnknown, "disk full")
		}
		return nil
	}
	c.refused.Unlock()
	e = requireCode(t, c.write(n, row.All, c.put(n, 9, 1, "x")), cqlerr.WriteFailure,
		"Operation failed - received 2 responses and 1 failures: UNKNOWN from /127.0.0.3:7000")
	require.Equal(t, map[string]uint16{"127.0.0.3": 0}, e.Detail.(*cqlerr.Failure).Reasons)
}

func TestAnyIsSatisfiedByAHint(t *testing.T) {
	c := newCluster(t, testSchema("NetworkTopologyStrategy", map[string]string{"b": "1"}), "a", "b")
	c.down(true, 2)
	n := c.nodes[0]
	require.NoError(t, c.write(n, row.Any, c.put(n, 1, 1, "x")))
	_, err := c.get(n, 1, row.One)
	requireCode(t, err, cqlerr.UnavailableCode, "Cannot achieve consistency level ONE")
	c.up(2)
	require.Eventually(t, func() bool { return len(c.held(c.nodes[1], 1)) == 1 }, 2*time.Second, time.Millisecond)
}

func TestLevelsThatMakeNoSense(t *testing.T) {
	c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": "1"}), "a")
	n := c.nodes[0]
	requireCode(t, c.write(n, row.Serial, c.put(n, 1, 1, "x")), cqlerr.InvalidRequest, "You must use conditional updates for serializable writes")
	_, err := c.get(n, 1, row.Any)
	requireCode(t, err, cqlerr.InvalidRequest, "ANY ConsistencyLevel is only supported for writes")
	require.NoError(t, n.Write(t.Context(), []*row.Mutation{c.put(n, 1, 1, "x"), c.put(n, 2, 1, "x")},
		row.WriteOptions{Consistency: row.Serial, Kind: row.LoggedBatch}))
}

func TestLoggedBatch(t *testing.T) {
	c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": "3"}), "a", "a", "a", "b")
	n := c.nodes[0]
	batch := func(v string) error {
		c.clock.Advance(time.Millisecond)
		return n.Write(t.Context(), []*row.Mutation{c.put(n, 1, 1, v), c.put(n, 2, 1, v), c.put(n, 3, 1, v)},
			row.WriteOptions{Consistency: row.Quorum, Kind: row.LoggedBatch})
	}
	pending := func() (all int) {
		for _, x := range c.nodes {
			all += x.PendingBatches()
		}
		return all
	}
	require.NoError(t, batch("one"))
	require.Eventually(t, func() bool { return pending() == 0 }, time.Second, time.Millisecond)

	// Replicas fall silent after the log is written: the client sees BATCH, the log is replayed later.
	c.refused.Lock()
	c.refuse = func(_ netip.AddrPort, v rpc.Verb) error {
		if v == rpc.Mutate {
			return errSilent
		}
		return nil
	}
	c.refused.Unlock()
	e := cqlerr.As(batch("two"))
	require.Equal(t, "BATCH", e.Detail.(*cqlerr.Timeout).WriteType)
	require.Equal(t, 2, pending())
	c.refused.Lock()
	c.refuse = nil
	c.refused.Unlock()
	c.clock.Advance(5 * time.Second)
	for _, x := range c.nodes {
		x.ReplayBatchlog(t.Context(), OldBatches)
	}
	require.Zero(t, pending())
	for k := 1; k <= 3; k++ {
		got, err := c.get(n, k, row.Quorum)
		require.NoError(t, err)
		require.Equal(t, []string{"two"}, got)
	}
}

func TestTruncateNeedsAllNodes(t *testing.T) {
	c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": "1"}), "a", "a")
	n := c.nodes[0]
	for k := range 10 {
		require.NoError(t, c.write(n, row.One, c.put(n, k, 1, "x")))
	}
	c.down(true, 2)
	requireCode(t, n.Truncate(t.Context(), c.table("t")), cqlerr.TruncateFailed, "Error during truncate: Cannot achieve consistency level ALL")
	c.up(2)
	require.NoError(t, n.Truncate(t.Context(), c.table("t")))
	for k := range 10 {
		got, err := c.get(n, k, row.One)
		require.NoError(t, err)
		require.Empty(t, got)
	}
}
