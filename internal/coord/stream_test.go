package coord

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
)

// become publishes a ring in which node n has another status; ring.Left takes it out.
func (c *testCluster) become(n int, s ring.Status) {
	var endpoints []ring.Endpoint
	for _, x := range c.nodes {
		e := *x.endpoint
		if e.Address == addr(n) {
			e.Status = s
		}
		endpoints = append(endpoints, e)
	}
	for _, x := range c.nodes {
		x.SetRing(ring.New(endpoints))
	}
}

func TestJoinAndLeave(t *testing.T) {
	for _, rf := range []string{"1", "2"} {
		t.Run("rf "+rf, func(t *testing.T) {
			c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": rf}), "a", "a", "a")
			readable := func(nodes int) {
				t.Helper()
				for k := range 200 {
					for _, n := range c.nodes[:nodes] {
						got, err := c.get(n, k, row.One)
						require.NoError(t, err)
						require.Equal(t, []string{fmt.Sprint(k)}, got, "key %d", k)
					}
				}
			}
			c.become(3, ring.Joining)
			n := c.nodes[0]
			for k := range 100 {
				require.NoError(t, c.write(n, row.All, c.put(n, k, 1, fmt.Sprint(k))))
			}
			require.NoError(t, c.nodes[2].Bootstrap(t.Context(), Strict))
			for k := 100; k < 200; k++ {
				require.NoError(t, c.write(n, row.All, c.put(n, k, 1, fmt.Sprint(k))))
			}
			readable(2)
			c.become(3, ring.Normal)
			readable(3)
			c.become(3, ring.Leaving)
			readable(3)
			require.NoError(t, c.nodes[2].StreamOut(t.Context()))
			c.become(3, ring.Left)
			readable(2)
		})
	}
}

func TestPendingReplicaCounts(t *testing.T) {
	c := newCluster(t, testSchema("SimpleStrategy", map[string]string{"replication_factor": "1"}), "a", "a")
	c.become(2, ring.Joining)
	c.down(true, 2)
	n := c.nodes[0]
	refused := 0
	for k := range 50 {
		_, err := c.get(n, k, row.One)
		require.NoError(t, err, "a joining node is never read")
		if err := c.write(n, row.One, c.put(n, k, 1, "x")); err != nil {
			e := requireCode(t, err, cqlerr.UnavailableCode, "Cannot achieve consistency level ONE")
			require.Equal(t, &cqlerr.Unavailable{Consistency: 1, Required: 2, Alive: 1}, e.Detail)
			refused++
		}
	}
	require.Positive(t, refused)
	require.Less(t, refused, 50)
	require.EqualError(t, noSources(c.ring.Place(mustStrategy(t)).Ranges()[0].Range, "ks", 1),
		"Unable to find sufficient sources for streaming range "+c.ring.Place(mustStrategy(t)).Ranges()[0].Range.String()+
			" in keyspace ks with RF=1. Ensure this keyspace contains replicas in the source datacenter.")
}

func mustStrategy(t *testing.T) ring.Strategy {
	s, err := ring.NewStrategy("SimpleStrategy", map[string]string{"replication_factor": "1"})
	require.NoError(t, err)
	return s
}
