package coord

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/token"
)

// apply writes to some nodes only, as if the others had missed it.
func (c *testCluster) apply(m *row.Mutation, nodes ...int) {
	c.t.Helper()
	for _, n := range nodes {
		require.NoError(c.t, c.nodes[n-1].db.Apply(context.Background(), []*row.Mutation{m}))
	}
}

func three(t *testing.T) *testCluster {
	return newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": "3"}), "a", "a", "a")
}

func TestReadRepair(t *testing.T) {
	for _, policy := range []string{"BLOCKING", "NONE"} {
		t.Run(policy, func(t *testing.T) {
			c := three(t)
			c.table("t").Options.ReadRepair = policy
			n := c.nodes[0]
			for i := range 10 {
				c.apply(c.put(n, 1, i, fmt.Sprint(i)), 2)
			}
			read := c.readOf(1)
			read.Limit = 3
			res, err := n.Read(t.Context(), read, row.All)
			require.NoError(t, err)
			require.Equal(t, []string{"0", "1", "2"}, values(res))
			require.True(t, res.More)
			want := 3
			if policy == "NONE" {
				want = 0
			}
			require.Len(t, c.held(c.nodes[0], 1), want)
			require.Len(t, c.held(c.nodes[2], 1), want)
		})
	}
}

func TestShortReads(t *testing.T) {
	c := three(t)
	n := c.nodes[0]
	// Node 1 has 20 rows; 2 and 3 know that all but the last two are deleted.
	for i := range 20 {
		c.apply(c.put(n, 1, i, fmt.Sprint(i)), 1, 2, 3)
	}
	for i := range 18 {
		c.apply(c.put(n, 1, i, ""), 2)
	}
	for _, reversed := range []bool{false, true} {
		read := c.readOf(1)
		read.Limit, read.Reversed = 2, reversed
		for _, x := range c.nodes {
			res, err := x.Read(t.Context(), read, row.All)
			require.NoError(t, err)
			got := values(res)
			slices.Sort(got)
			require.Equal(t, []string{"18", "19"}, got)
		}
	}
	c = three(t)
	for k := range 5 {
		for i := range 10 {
			c.apply(c.put(n, k, i, fmt.Sprint(i)), 1, 2, 3)
		}
		for i := range 8 {
			c.apply(c.put(n, k, i, ""), 3)
		}
	}
	all := &row.Read{Table: c.table("t"), Range: token.Full, PerPartition: 1, Now: c.clock.Now().Unix()}
	res, err := c.nodes[0].Read(t.Context(), all, row.All)
	require.NoError(t, err)
	require.Equal(t, []string{"8", "8", "8", "8", "8"}, values(res))
}

func TestDeadContactIsReplaced(t *testing.T) {
	c := three(t)
	n := c.nodes[0]
	require.NoError(t, c.write(n, row.All, c.put(n, 1, 1, "x")))
	c.down(false, 2)
	start := time.Now()
	for range 5 {
		got, err := c.get(n, 1, row.Quorum)
		require.NoError(t, err)
		require.Equal(t, []string{"x"}, got)
	}
	require.Less(t, time.Since(start), 1400*time.Millisecond)
}

func TestRangeReadsAndPaging(t *testing.T) {
	for _, rf := range []string{"1", "2", "3"} {
		t.Run("rf "+rf, func(t *testing.T) {
			c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": rf}), "a", "a", "a", "a")
			n := c.nodes[0]
			want := []string{}
			for k := range 100 {
				require.NoError(t, c.write(n, row.All, c.put(n, k, 1, fmt.Sprint("a", k)), c.put(n, k, 2, fmt.Sprint("b", k))))
				want = append(want, fmt.Sprint("a", k), fmt.Sprint("b", k))
			}
			slices.Sort(want)
			for _, cl := range []row.Consistency{row.One, row.All} {
				var got []string
				var after *row.Position
				for page := 0; ; page++ {
					read := &row.Read{Table: c.table("t"), Range: token.Full, Limit: 7, After: after, Now: c.clock.Now().Unix()}
					res, err := c.nodes[page%4].Read(t.Context(), read, cl)
					require.NoError(t, err)
					got = append(got, values(res)...)
					if !res.More {
						break
					}
					last := res.Partitions[len(res.Partitions)-1]
					after = &row.Position{Key: last.Key, Clustering: last.Rows[len(last.Rows)-1].Clustering}
				}
				slices.Sort(got)
				require.Equal(t, want, got)
			}
			all, err := n.Read(t.Context(), &row.Read{Table: c.table("t"), Range: token.Full, Now: c.clock.Now().Unix()}, row.One)
			require.NoError(t, err)
			require.True(t, slices.IsSortedFunc(all.Partitions, comparePartitions))
			in := &row.Read{Table: c.table("t"), Now: c.clock.Now().Unix(), Limit: 5}
			for k := range 20 {
				in.Keys = append(in.Keys, int4(k))
			}
			res, err := n.Read(t.Context(), in, row.One)
			require.NoError(t, err)
			require.Equal(t, []string{"a0", "b0", "a1", "b1", "a2"}, values(res))
			require.True(t, res.More)
			c.down(true, 3)
			if rf == "1" {
				_, err = n.Read(t.Context(), &row.Read{Table: c.table("t"), Range: token.Full, Now: c.clock.Now().Unix()}, row.One)
				requireCode(t, err, cqlerr.UnavailableCode, "Cannot achieve consistency level ONE")
			}
		})
	}
}

func TestRepair(t *testing.T) {
	c := newCluster(t, testSchema("NetworkTopologyStrategy", map[string]string{"a": "2", "b": "1"}), "a", "a", "b")
	n := c.nodes[0]
	for k := range 300 {
		m := c.put(n, k, 1, fmt.Sprint(k))
		switch {
		case k%7 == 0:
			c.apply(m, 1)
		case k%11 == 0:
			c.apply(m, 3)
		default:
			c.apply(m, 1, 2, 3)
		}
		if k%13 == 0 {
			c.apply(c.put(n, k, 1, ""), 2) // a deletion that others missed
		}
	}
	res, err := n.Repair(t.Context(), RepairOptions{Keyspace: "ks"})
	require.NoError(t, err)
	require.Positive(t, res.Partitions)
	for k := range 300 {
		want := c.held(c.nodes[0], k)
		require.Len(t, want, map[bool]int{true: 0, false: 1}[k%13 == 0])
		require.Equal(t, want, c.held(c.nodes[1], k))
		require.Equal(t, want, c.held(c.nodes[2], k))
	}
	again, err := c.nodes[2].Repair(t.Context(), RepairOptions{Keyspace: "ks"})
	require.NoError(t, err)
	require.Zero(t, again.Differences)
	c.down(true, 2)
	_, err = n.Repair(t.Context(), RepairOptions{Keyspace: "ks"})
	require.EqualError(t, err, "Endpoint not alive: /127.0.0.2:7000")
	_, err = n.Repair(t.Context(), RepairOptions{Keyspace: "ks", Force: true})
	require.NoError(t, err)
}
