package integration

import (
	"fmt"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// TestDefaultSuperuser is auth 4.1 (DO: before the port opens, not ten seconds later): the first login ever succeeds, the
// role is written so that any change wins, and it is not made again.
func TestDefaultSuperuser(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2}, testnode.Auth, testnode.NotStarted)
	c.Start(1)
	super := root(c, 1)
	rows := super.MustExec(t, "SELECT writetime(salted_hash), role, can_login, is_superuser FROM system_auth.roles")
	require.Equal(t, 1, rows.Len())
	require.Equal(t, make([]byte, 8), rows.Value(0, "writetime(salted_hash)"))
	require.Equal(t, 0, super.MustExec(t, "SELECT * FROM system_auth.network_permissions").Len())
	exec(t, super, "ALTER ROLE cassandra WITH PASSWORD = 'new'", "CREATE ROLE other WITH PASSWORD = 'x' AND LOGIN = true AND SUPERUSER = true")
	c.Start(2)
	c.Agree()
	for i := 1; i <= 2; i++ {
		c.Client(i, "cassandra", "new")
		loginFails(t, c, i, "cassandra", "cassandra", "Provided username cassandra and/or password are incorrect")
	}
	exec(t, c.Client(1, "other", "x"), "DROP ROLE cassandra")
	c.Restart(1)
	c.Restart(2)
	require.Equal(t, []string{"other"}, c.Client(1, "other", "x").MustExec(t, "SELECT role FROM system_auth.roles").Column("role"))
}

// TestLoginWithoutReplicas is auth 2.2, storage failures, and cluster 9: a login needs LOCAL_QUORUM of the replicas of its
// role, the default superuser a QUORUM; who cannot be checked is not let in, and open sessions go on as long as caches do.
func TestLoginWithoutReplicas(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 3}, testnode.ReplicatedAuth)
	super := root(c, 1)
	exec(t, super, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc1'}")
	app := c.Client(1, "app", "x")
	c.Crash(3)
	c.SeesDown(1, 3)
	exec(t, c.Client(1, "app", "x"), "SELECT key FROM system.local")
	exec(t, super, "ALTER ROLE app WITH PASSWORD = 'y'")
	c.Client(2, "app", "y")
	c.Crash(2)
	c.SeesDown(1, 2)
	_, err := c.Node(1).InvalidateAuthCache(t.Context(), admin.Invalidate{Cache: "CredentialsCache"})
	require.NoError(t, err)
	loginFails(t, c, 1, "app", "y", "Unable to perform authentication: Cannot achieve consistency level LOCAL_QUORUM")
	loginFails(t, c, 1, "cassandra", "cassandra", "Unable to perform authentication: Cannot achieve consistency level QUORUM")
	_, err = super.Query("CREATE ROLE more")
	require.Error(t, err)
	testnode.Within(t, 10*time.Second, "caches expire, and nobody slips through", func() error {
		if _, err := app.Query("SELECT key FROM system.local"); rawclient.Code(err) != unauthorized {
			return fmt.Errorf("not refused yet: %v", err)
		}
		return nil
	})
	c.Start(2)
	c.Agree()
	exec(t, app, "SELECT key FROM system.local")
	c.Client(1, "app", "y")
	c.Start(3)
	c.Agree()
	c.Client(3, "app", "y")
	loginFails(t, c, 3, "app", "x", "Provided username app and/or password are incorrect")
}

// TestRoleChangesTravel : a change of roles, permissions or passwords counts at the node where it was made at once, and at
// the other one within a second (Cassandra: when its caches expire).
func TestRoleChangesTravel(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 1, "dc2": 1}, testnode.ReplicatedAuth)
	super := root(c, 1)
	exec(t, super, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true", "CREATE ROLE readers",
		"CREATE KEYSPACE ks WITH replication = "+c.Replication(), "CREATE TABLE ks.t (k int PRIMARY KEY)")
	here, there := c.Client(1, "app", "x"), c.Client(2, "app", "x")
	const read = "SELECT * FROM ks.t"
	for _, step := range []struct {
		change  string
		allowed bool
	}{
		{"GRANT SELECT ON ks.t TO app", true},
		{"REVOKE SELECT ON ks.t FROM app", false},
		{"GRANT SELECT ON KEYSPACE ks TO readers", false},
		{"GRANT readers TO app", true},
		{"REVOKE readers FROM app", false},
		{"GRANT readers TO app", true},
		{"DROP ROLE readers", false},
	} {
		exec(t, super, step.change)
		_, err := here.Query(read)
		require.Equal(t, step.allowed, err == nil, "here, after %s: %v", step.change, err)
		testnode.Within(t, soon, "there, after "+step.change, func() error {
			if _, err := there.Query(read); (err == nil) != step.allowed {
				return fmt.Errorf("%v", err)
			}
			return nil
		})
	}
	exec(t, super, "ALTER ROLE app WITH PASSWORD = 'y'")
	loginFails(t, c, 1, "app", "x", "Provided username app and/or password are incorrect")
	testnode.Within(t, soon, "the old password is useless there", func() error {
		if _, err := c.TryClient(2, rawclient.Options{User: "app", Password: "x"}); err == nil {
			return fmt.Errorf("still good")
		}
		return nil
	})
	c.Client(2, "app", "y")
	// A node that cannot be told learns by itself when its caches expire.
	c.Partition(1, 2)
	exec(t, here, "SELECT key FROM system.local")
	c.Heal()
	c.Agree()
}

// TestRepairAuth is cluster 9: ALTER KEYSPACE system_auth moves nothing by itself; repair copies the rows, and then every
// node lets everybody in with the others down.
func TestRepairAuth(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 3}, testnode.Auth)
	super := root(c, 1)
	for i := range 20 {
		exec(t, super, fmt.Sprintf("CREATE ROLE role%d WITH PASSWORD = 'x' AND LOGIN = true", i))
	}
	exec(t, super, "ALTER KEYSPACE system_auth WITH replication = "+c.Replication())
	c.Agree()
	c.Repair(2, "system_auth")
	for i := 1; i <= 3; i++ {
		rows, err := c.Client(i, "role7", "x").QueryAt(primitive.ConsistencyLevelLocalOne, "SELECT key FROM system.local")
		require.NoError(t, err)
		require.Equal(t, 1, rows.Len())
		all, err := root(c, i).QueryAt(primitive.ConsistencyLevelAll, "SELECT role FROM system_auth.roles")
		require.NoError(t, err)
		require.Equal(t, 21, all.Len())
	}
	c.Crash(2)
	c.SeesDown(1, 2)
	c.SeesDown(3, 2)
	for i := range 20 {
		c.Client(1+2*(i%2), fmt.Sprintf("role%d", i), "x")
	}
}
