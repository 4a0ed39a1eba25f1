package coord

import (
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/token"
)

// cas sets row (k, 1) to what next makes of its value; next says false when the condition does not hold.
func (c *testCluster) cas(n *testNode, k int, serial, commit row.Consistency, next func(string) (string, bool)) (bool, error) {
	applied := false
	err := n.CompareAndSet(c.t.Context(), c.readOf(k), serial, commit, func(p *row.Partition) (*row.Mutation, error) {
		old := ""
		if p != nil {
			old = string(p.Rows[0].Cells[0].Value)
		}
		v, ok := next(old)
		applied = ok
		if !ok {
			return nil, nil
		}
		return c.put(n, k, 1, v), nil
	})
	return applied, err
}

func ifAbsent(v string) func(string) (string, bool) {
	return func(old string) (string, bool) { return v, old == "" }
}

func TestCompareAndSet(t *testing.T) {
	for _, dcs := range [][]string{{"a"}, {"a", "a", "a"}} {
		c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": strconv.Itoa(len(dcs))}), dcs...)
		n := c.nodes[0]
		ok, err := c.cas(n, 1, row.Serial, row.Quorum, ifAbsent("x"))
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = c.cas(c.nodes[len(dcs)-1], 1, row.Serial, row.Quorum, ifAbsent("y"))
		require.NoError(t, err)
		require.False(t, ok)
		got, err := c.get(n, 1, row.Serial)
		require.NoError(t, err)
		require.Equal(t, []string{"x"}, got)
		_, err = c.cas(n, 1, row.Quorum, row.Quorum, ifAbsent("y"))
		requireCode(t, err, cqlerr.InvalidRequest, "Invalid consistency for conditional update. Must be one of SERIAL or LOCAL_SERIAL")
	}
}

func TestCASIncrementsAreNotLost(t *testing.T) {
	c := three(t)
	var applied, uncertain atomic.Int64
	var wg sync.WaitGroup
	for _, n := range c.nodes {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 20 {
				ok, err := c.cas(n, 1, row.Serial, row.Quorum, func(old string) (string, bool) {
					i, _ := strconv.Atoi(old)
					return strconv.Itoa(i + 1), true
				})
				switch {
				case err != nil:
					uncertain.Add(1)
				case ok:
					applied.Add(1)
				}
			}
		}()
	}
	wg.Wait()
	got, err := c.get(c.nodes[0], 1, row.Serial)
	require.NoError(t, err)
	total, err := strconv.Atoi(got[0])
	require.NoError(t, err)
	require.GreaterOrEqual(t, total, int(applied.Load()))
	require.LessOrEqual(t, total, int(applied.Load()+uncertain.Load()))
	require.Positive(t, applied.Load())
	t.Logf("%d applied, %d uncertain", applied.Load(), uncertain.Load())
}

// Row 19 and 20 of cluster.md 10.
func TestCASAvailability(t *testing.T) {
	c := newCluster(t, testSchema("NetworkTopologyStrategy", nts), "a", "a", "b")
	c.down(true, 2)
	_, err := c.cas(c.nodes[0], 1, row.LocalSerial, row.LocalQuorum, ifAbsent("x"))
	e := requireCode(t, err, cqlerr.UnavailableCode, "Cannot achieve consistency level LOCAL_SERIAL")
	require.Equal(t, &cqlerr.Unavailable{Consistency: 9, Required: 2, Alive: 1}, e.Detail)
	ok, err := c.cas(c.nodes[0], 1, row.Serial, row.Quorum, ifAbsent("x"))
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = c.cas(c.nodes[2], 2, row.LocalSerial, row.LocalQuorum, ifAbsent("x"))
	require.NoError(t, err)
	require.True(t, ok)
	c.up(2)

	c = newCluster(t, testSchema("NetworkTopologyStrategy", nts), "a", "a", "b")
	c.down(true, 3)
	n := c.nodes[0]
	_, err = c.cas(n, 1, row.Serial, row.All, ifAbsent("x"))
	requireCode(t, err, cqlerr.UnavailableCode, "Cannot achieve consistency level ALL")
	got, err := c.get(n, 1, row.One)
	require.NoError(t, err)
	require.Empty(t, got, "decided, but not applied")
	got, err = c.get(n, 1, row.Serial)
	require.NoError(t, err)
	require.Equal(t, []string{"x"}, got, "a serial read finishes it")
	got, err = c.get(n, 1, row.One)
	require.NoError(t, err)
	require.Equal(t, []string{"x"}, got)
}

func TestPartlyAcceptedProposal(t *testing.T) {
	c := three(t)
	c.refused.Lock()
	c.refuse = func(_ netip.AddrPort, v rpc.Verb) error {
		if v == rpc.PaxosPropose {
			return errSilent
		}
		return nil
	}
	c.refused.Unlock()
	_, err := c.cas(c.nodes[0], 1, row.Serial, row.Quorum, ifAbsent("x"))
	requireCode(t, err, cqlerr.CASWriteUnknown, "CAS operation result is unknown - proposal accepted by 1 but not a quorum.")
	c.refused.Lock()
	c.refuse = nil
	c.refused.Unlock()
	// Whoever comes next finishes it, and nobody's value is overwritten.
	first, err := c.get(c.nodes[0], 1, row.Serial)
	require.NoError(t, err)
	ok, err := c.cas(c.nodes[1], 1, row.Serial, row.Quorum, ifAbsent("y"))
	require.NoError(t, err)
	require.Equal(t, len(first) == 0, ok)
}

func TestCounters(t *testing.T) {
	c := three(t)
	add := func(n *testNode, delta int64, cl row.Consistency) error {
		c.clock.Advance(1000)
		key := int4(1)
		r := row.NewRow(nil)
		r.Cells = []row.Cell{{Column: "n", Kind: row.Counter, Timestamp: n.Stamps.Next(), Value: row.CounterDelta(delta)}}
		m := &row.Mutation{Table: c.table("n"), Partition: row.Partition{Key: key, Token: token.Of(key), Deletion: row.Live, Rows: []*row.Row{r}}}
		return n.Write(t.Context(), []*row.Mutation{m}, row.WriteOptions{Consistency: cl, Kind: row.CounterWrite})
	}
	total := func(n *testNode, cl row.Consistency) int64 {
		res, err := n.Read(t.Context(), &row.Read{Table: c.table("n"), Keys: [][]byte{int4(1)}, Now: c.clock.Now().Unix()}, cl)
		require.NoError(t, err)
		return row.CounterTotal(res.Partitions[0].Rows[0].Cells[0].Value)
	}
	requireCode(t, add(c.nodes[0], 1, row.Any), cqlerr.InvalidRequest, "Consistency level ANY is not yet supported for counter table n")
	for i := range 30 {
		if i == 10 {
			c.down(true, 3)
		}
		if i == 20 {
			c.up(3)
		}
		n := c.nodes[i%3]
		if i >= 10 && i < 20 {
			n = c.nodes[i%2]
		}
		require.NoError(t, add(n, 2, row.Quorum))
	}
	require.Equal(t, int64(60), total(c.nodes[0], row.Quorum))
	require.Eventually(t, func() bool { return total(c.nodes[2], row.One) == 60 }, c.nodes[0].Timeouts().Request*2, 1000000)
	require.Equal(t, int64(60), total(c.nodes[1], row.All))
}

// TestBallotsOfOneMicrosecond: the second ballot of a microsecond gets no promise, whoever's it is.
func TestBallotsOfOneMicrosecond(t *testing.T) {
	c := three(t)
	n, table := c.nodes[0], c.table("t")
	micros := c.clock.Now().UnixMicro()
	promised := func(b ballot) bool {
		ok, _, err := n.prepareHere(table, int4(1), b)
		require.NoError(t, err)
		return ok
	}
	require.True(t, promised(newBallot(micros, c.nodes[0].Self)))
	require.False(t, promised(newBallot(micros, c.nodes[2].Self)))
	require.True(t, promised(newBallot(micros+1, c.nodes[0].Self)))
}

// TestPaxosStateIsForgotten: parts of a state go one by one, three hours or gc_grace_seconds after their ballot; the
// sweep leaves no key behind.
func TestPaxosStateIsForgotten(t *testing.T) {
	c := three(t)
	n := c.nodes[0]
	stored := func() (keys int) {
		require.NoError(t, n.Local.Scan([]byte(paxosPrefix), func(_, _ []byte) bool {
			keys++
			return true
		}))
		return keys
	}
	for k := range 3 {
		_, err := c.cas(n, k, row.Serial, row.Quorum, ifAbsent("x"))
		require.NoError(t, err)
	}
	require.Equal(t, 3, stored())
	grace := time.Duration(c.table("t").Options.GCGraceSeconds) * time.Second
	c.clock.Advance(grace - time.Minute)
	require.NoError(t, n.expirePaxos(t.Context()))
	require.Equal(t, 3, stored())
	ok, err := c.cas(n, 0, row.Serial, row.Quorum, ifAbsent("y"))
	require.NoError(t, err)
	require.False(t, ok)
	c.clock.Advance(2 * time.Minute)
	s, err := n.loadPaxos(c.table("t"), int4(0))
	require.NoError(t, err)
	require.Zero(t, s.Committed)
	require.NotZero(t, s.Promised)
	s, err = n.loadPaxos(c.table("t"), int4(1))
	require.NoError(t, err)
	require.Zero(t, *s)
	require.NoError(t, n.expirePaxos(t.Context()))
	require.Equal(t, 1, stored())
}
