package testnode_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"alexandra/internal/testnode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Example is a whole test with two datacenters.
func Example() {
	_ = func(t *testing.T) {
		c := testnode.RunT(t, testnode.Datacenters{"dc1": 1, "dc2": 1}, testnode.ReplicatedAuth)
		admin := c.Client(1, "cassandra", "cassandra")
		admin.MustExec(t, "CREATE ROLE app WITH PASSWORD = 'secret' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
		_, err := c.Client(1, "app", "secret").Query("SELECT * FROM system.local")
		require.EqualError(t, err, "0x2100 You do not have access to this datacenter (dc1)")
		c.Client(2, "app", "secret").MustExec(t, "SELECT * FROM system.local")
	}
}

// TestCluster goes through everything that a cluster of a test can do.
func TestCluster(t *testing.T) {
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2, "dc2": 1}, testnode.ReplicatedAuth)
	require.Equal(t, 3, c.Len())
	admin := c.Client(1, "cassandra", "cassandra")
	admin.MustExec(t, "CREATE ROLE app WITH PASSWORD = 'secret' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
	_, err := c.Client(1, "app", "secret").Query("SELECT * FROM system.local")
	require.EqualError(t, err, "0x2100 You do not have access to this datacenter (dc1)")
	c.Client(3, "app", "secret").MustExec(t, "SELECT * FROM system.local")

	c.Isolate(3)
	c.SeesDown(1, 3)
	c.Heal()
	c.Agree()
	c.Crash(2)
	c.SeesDown(1, 2)
	c.Start(2)
	c.Agree()
	c.Restart(3)
	require.Len(t, c.Addresses(), 3)
	var dc string
	require.NoError(t, c.Session(3, "cassandra", "cassandra", nil).Query("SELECT data_center FROM system.local").Scan(&dc))
	require.Equal(t, "dc2", dc)
}
