package integration

import (
	"fmt"
	"net"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
)

// cpuTime is what this process has used of the processors.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestThirtyNodes is the scale of clusters, at a size that a test can afford: 30 nodes in 5 datacenters that start at the same
// time. The work of it stays within bounds, and every node tells the truth about every other, with all tokens. What 100
// nodes take is measured by scale.sh.
func TestThirtyNodes(t *testing.T) { // not parallel: it counts the time of the processors
	const perDC, tokens = 6, 16
	c := testnode.RunT(
		t, testnode.Datacenters{"dc1": perDC, "dc2": perDC, "dc3": perDC, "dc4": perDC, "dc5": perDC}, testnode.NotStarted,
		testnode.Property("cassandra.consistent.rangemovement", "false"),
		testnode.YAML(fmt.Sprintf("num_tokens: %d\nauto_bootstrap: false\nalexandra_failure_detector_timeout: 4s", tokens)),
	)
	begun, used := time.Now(), cpuTime(t)
	c.Start(1)
	var starting []<-chan error
	for i := 2; i <= c.Len(); i++ {
		starting = append(starting, c.Begin(i))
	}
	for _, done := range starting {
		require.NoError(t, <-done)
	}
	c.Agree()
	work := cpuTime(t) - used
	t.Logf("%d nodes agree after %s and %s of work", c.Len(), time.Since(begun), work)
	require.Less(t, work, 20*time.Second)

	own := map[string][]string{} // the tokens by address
	for i := 1; i <= c.Len(); i++ {
		local := c.Client(i, "", "").MustExec(t, "SELECT rpc_address, tokens FROM system.local")
		own[net.IP(local.Value(0, "rpc_address")).String()] = textSet(local.Value(0, "tokens"))
	}
	require.Len(t, own, c.Len())
	all := map[string]bool{}
	for _, list := range own {
		for _, token := range list {
			all[token] = true
		}
	}
	require.Len(t, all, c.Len()*tokens)
	for i := 1; i <= c.Len(); i++ {
		client := c.Client(i, "", "")
		c.Eventually("the peers are known", func() error {
			v1, v2 := peersOf(t, client, "peers"), peersOf(t, client, "peers_v2")
			for j := 1; j <= c.Len(); j++ {
				n := c.Node(j)
				host, address := n.HostID(), n.Addr().String()
				for _, row := range []map[string]string{v1[address], v2[address]} {
					if j != i && (row["host_id"] != string(host[:]) || row["data_center"] != fmt.Sprintf("dc%d", 1+(j-1)/perDC) ||
						!slices.Equal(textSet([]byte(row["tokens"])), own[address])) {
						return fmt.Errorf("node %d on node %d: %v", i, j, row)
					}
				}
			}
			if len(v1) != c.Len()-1 || len(v2) != c.Len()-1 {
				return fmt.Errorf("node %d knows %d and %d peers", i, len(v1), len(v2))
			}
			return nil
		})
	}
}
