package integration

import (
	"fmt"
	"testing"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// everyRequest makes every kind of request that is checked after the login, and returns the error of each. The ids are
// those of statements that somebody else has prepared.
func everyRequest(t *testing.T, c *rawclient.Client, prepareElsewhere *rawclient.Client) map[string]error {
	t.Helper()
	prepared, err := prepareElsewhere.Prepare("SELECT key FROM system.local")
	require.NoError(t, err)
	errs := map[string]error{}
	query := func(name, cql string) {
		_, err := c.Query(cql)
		errs[name] = err
	}
	query("QUERY", "SELECT key FROM system.local")
	query("QUERY of nonsense in the system", "SELECT nothing FROM system.local")
	query("USE", "USE system")
	query("DESCRIBE", "DESCRIBE KEYSPACES")
	query("DESCRIBE CLUSTER", "DESCRIBE CLUSTER")
	query("LIST", "LIST ROLES")
	query("CREATE FUNCTION", "CREATE FUNCTION system_auth.f (a int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return a;'")
	query("DROP FUNCTION", "DROP FUNCTION IF EXISTS system_auth.f")
	query("CREATE AGGREGATE", "CREATE AGGREGATE system_auth.a (int) SFUNC f STYPE int")
	_, err = c.Prepare("SELECT key FROM system.local")
	errs["PREPARE of a known statement"] = err
	_, err = c.Prepare("SELECT key, host_id FROM system.local")
	errs["PREPARE"] = err
	_, err = c.Execute(prepared)
	errs["EXECUTE"] = err
	errs["BATCH"] = c.Batch("INSERT INTO system_traces.events (session_id, event_id) VALUES (50554d6e-29bb-11e5-b345-feff819cdc9f, 50554d6e-29bb-11e5-b345-feff819cdc9f)")
	errs["empty BATCH"] = c.Batch()
	errs["REGISTER"] = c.Register(primitive.EventTypeSchemaChange)
	return errs
}

// TestDatacenterAccess is the list "minimal acceptance tests for the DC feature" (auth 9.3), one subtest for each number
// but 12, which is in TestStartRefused, and 13, which is TestAllowAllNetworkAuthorizer.
func TestDatacenterAccess(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 1, "dc2": 1}, testnode.ReplicatedAuth)
	admin := root(c, 1)

	// 9.3-1: a restricted login is AUTH_SUCCESS, and then an error with the exact text.
	t.Run("1 login succeeds, statement is refused", func(t *testing.T) {
		exec(t, admin, "CREATE ROLE one WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
		for version := 3; version <= 5; version++ {
			barred, err := c.TryClient(1, rawclient.Options{User: "one", Password: "x", Version: version})
			require.NoError(t, err)
			denied(t, barred, unauthorized, "SELECT key FROM system.local", barredFromDC1)
		}
		exec(t, c.Client(2, "one", "x"), "SELECT key FROM system.local")
	})

	// 9.3-2 and 9.2-1 (DO): every request after the login is refused, also those that Cassandra lets through.
	t.Run("2 every request is refused", func(t *testing.T) {
		exec(t, admin, "CREATE ROLE two WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
		for what, err := range everyRequest(t, c.Client(1, "two", "x"), admin) {
			require.EqualError(t, err, "0x2100 "+barredFromDC1, what)
		}
	})

	// 9.3-3: superusers pass, by their own flag or an inherited one.
	t.Run("3 superusers pass", func(t *testing.T) {
		exec(t, admin,
			"CREATE ROLE three_super WITH PASSWORD = 'x' AND LOGIN = true AND SUPERUSER = true AND ACCESS TO DATACENTERS {'dc2'}",
			"CREATE ROLE three_heir WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}",
			"CREATE ROLE three_middle", "GRANT three_super TO three_middle")
		exec(t, c.Client(1, "three_super", "x"), "SELECT key FROM system.local")
		heir := c.Client(1, "three_heir", "x")
		denied(t, heir, unauthorized, "SELECT key FROM system.local", barredFromDC1)
		exec(t, admin, "GRANT three_middle TO three_heir")
		exec(t, heir, "SELECT key FROM system.local")
		exec(t, admin, "REVOKE three_middle FROM three_heir")
		denied(t, heir, unauthorized, "SELECT key FROM system.local", barredFromDC1)
	})

	// 9.3-4, 3.1: what LIST ROLES shows.
	t.Run("4 NOLOGIN shows n/a", func(t *testing.T) {
		exec(t, admin,
			"CREATE ROLE four_group WITH ACCESS TO DATACENTERS {'dc2'}", "CREATE ROLE four_all WITH LOGIN = true",
			"CREATE ROLE four_some WITH LOGIN = true AND ACCESS TO DATACENTERS {'dc2', 'dc1'}",
			"CREATE ROLE four_super WITH LOGIN = true AND SUPERUSER = true AND ACCESS TO DATACENTERS {'dc2'}")
		roles := admin.MustExec(t, "LIST ROLES")
		for role, shown := range map[string]string{"four_group": "n/a", "four_all": "ALL", "four_some": "dc1, dc2", "four_super": "ALL", "cassandra": "ALL"} {
			require.Equal(t, shown, roles.Find("role", role)["datacenters"], role)
		}
	})

	// 9.3-5: an empty row, a null and no row are all datacenters.
	t.Run("5 no restriction is ALL", func(t *testing.T) {
		for name, change := range map[string]string{
			"five_empty": "ALTER ROLE five_empty WITH ACCESS TO ALL DATACENTERS",
			"five_null":  "UPDATE system_auth.network_permissions SET dcs = null WHERE role = 'roles/five_null'",
			"five_none":  "DELETE FROM system_auth.network_permissions WHERE role = 'roles/five_none'",
		} {
			exec(t, admin, "CREATE ROLE "+name+" WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}", change)
			exec(t, c.Client(1, name, "x"), "SELECT key FROM system.local")
		}
		rows := admin.MustExec(t, "SELECT dcs FROM system_auth.network_permissions WHERE role = 'roles/five_empty'")
		require.Equal(t, []string{}, append([]string{}, textSet(rows.Value(0, "dcs"))...))
	})

	// 9.3-6: a granted role neither widens nor narrows.
	t.Run("6 restrictions are not inherited", func(t *testing.T) {
		exec(t, admin,
			"CREATE ROLE six_far WITH LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}", "CREATE ROLE six_all WITH LOGIN = true",
			"CREATE ROLE six_free WITH PASSWORD = 'x' AND LOGIN = true", "GRANT six_far TO six_free",
			"CREATE ROLE six_barred WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}", "GRANT six_all TO six_barred")
		exec(t, c.Client(1, "six_free", "x"), "SELECT key FROM system.local")
		denied(t, c.Client(1, "six_barred", "x"), unauthorized, "SELECT key FROM system.local", barredFromDC1)
	})

	// 9.3-7 and CVE-2025-24860: nobody widens his own access, whatever else the statement says and he may do.
	t.Run("7 ALTER of the own access is refused", func(t *testing.T) {
		exec(t, admin, "CREATE ROLE seven WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc1'}", "GRANT ALTER ON ALL ROLES TO seven")
		seven := c.Client(1, "seven", "x")
		for _, cql := range []string{
			"ALTER ROLE seven WITH ACCESS TO ALL DATACENTERS", "ALTER ROLE seven WITH ACCESS TO DATACENTERS {'dc1', 'dc2'}",
			"ALTER ROLE seven WITH PASSWORD = 'y' AND ACCESS TO ALL DATACENTERS", "ALTER ROLE four_all WITH ACCESS TO DATACENTERS {'dc1'}",
		} {
			denied(t, seven, unauthorized, cql, "Only superusers are allowed to alter access to datacenters.")
		}
		denied(t, seven, unauthorized, "ALTER ROLE seven WITH ACCESS FROM ALL CIDRS", "Only superusers are allowed to alter access from CIDR groups.")
		denied(t, c.Client(2, "seven", "x"), unauthorized, "SELECT key FROM system.local", "You do not have access to this datacenter (dc2)")
	})

	// 9.3-8: no space behind the comma, the whole set, one unknown is enough.
	t.Run("8 unknown datacenter", func(t *testing.T) {
		denied(t, admin, invalid, "CREATE ROLE eight WITH ACCESS TO DATACENTERS {'dc1', 'dcX'}",
			"Invalid value(s) for DATACENTERS '[dc1, dcX]',All values must be valid datacenters")
		denied(t, admin, invalid, "ALTER ROLE four_all WITH ACCESS TO DATACENTERS {'DC1'}",
			"Invalid value(s) for DATACENTERS '[DC1]',All values must be valid datacenters")
		denied(t, admin, invalid, "ALTER ROLE eight WITH LOGIN = true", "Role eight doesn't exist")
	})

	// 9.3-9: the key of the row is the name of the resource.
	t.Run("9 row key", func(t *testing.T) {
		exec(t, admin, "CREATE ROLE nine WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
		require.Equal(t, 1, admin.MustExec(t, "SELECT dcs FROM system_auth.network_permissions WHERE role = 'roles/nine'").Len())
		require.Equal(t, 0, admin.MustExec(t, "SELECT dcs FROM system_auth.network_permissions WHERE role = 'nine'").Len())
	})

	// 9.3-10: ALTER without ACCESS keeps the row, DROP removes it.
	t.Run("10 ALTER keeps, DROP removes", func(t *testing.T) {
		const row = "SELECT dcs FROM system_auth.network_permissions WHERE role = 'roles/ten'"
		exec(t, admin, "CREATE ROLE ten WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}", "ALTER ROLE ten WITH PASSWORD = 'y'")
		require.Equal(t, []string{"dc2"}, textSet(admin.MustExec(t, row).Value(0, "dcs")))
		denied(t, c.Client(1, "ten", "y"), unauthorized, "SELECT key FROM system.local", barredFromDC1)
		exec(t, admin, "DROP ROLE ten")
		require.Equal(t, 0, admin.MustExec(t, row).Len())
		require.Equal(t, 0, admin.MustExec(t, "SELECT role FROM system_auth.cidr_permissions WHERE role = 'ten'").Len())
		exec(t, admin, "CREATE ROLE ten WITH PASSWORD = 'x' AND LOGIN = true")
		exec(t, c.Client(1, "ten", "x"), "SELECT key FROM system.local")
	})

	// 9.3-11 (DO): a change shows at this node at once and at the other one within a second; Cassandra needs 2 to 4.
	t.Run("11 changes on live connections", func(t *testing.T) { liveChanges(t, c, admin) })
}

// liveChanges changes a role at one node while it is connected to both.
func liveChanges(t *testing.T, c *testnode.Cluster, admin *rawclient.Client) {
	exec(t, admin, "CREATE ROLE eleven WITH PASSWORD = 'x' AND LOGIN = true", "CREATE ROLE eleven_super WITH SUPERUSER = true")
	here, there := c.Client(1, "eleven", "x"), c.Client(2, "eleven", "x")
	for _, step := range []struct {
		change                 string
		allowedAt1, allowedAt2 bool
	}{
		{"ALTER ROLE eleven WITH ACCESS TO DATACENTERS {'dc2'}", false, true},
		{"ALTER ROLE eleven WITH ACCESS TO DATACENTERS {'dc1'}", true, false},
		{"ALTER ROLE eleven WITH ACCESS TO ALL DATACENTERS", true, true},
		{"ALTER ROLE eleven WITH LOGIN = false", false, false},
		{"ALTER ROLE eleven WITH LOGIN = true", true, true},
		{"ALTER ROLE eleven WITH ACCESS TO DATACENTERS {'dc2'}", false, true},
		{"GRANT eleven_super TO eleven", true, true},
		{"ALTER ROLE eleven_super WITH SUPERUSER = false", false, true},
		{"DROP ROLE eleven", false, false},
		{"CREATE ROLE eleven WITH LOGIN = true", true, true},
	} {
		exec(t, admin, step.change)
		check := func(client *rawclient.Client, allowed bool, dc string) error {
			_, err := client.Query("SELECT key FROM system.local")
			if want := "0x2100 You do not have access to this datacenter (" + dc + ")"; !allowed && err != nil && err.Error() == want || allowed && err == nil {
				return nil
			}
			return fmt.Errorf("after %s: %v", step.change, err)
		}
		require.NoError(t, check(here, step.allowedAt1, "dc1"))
		testnode.Within(t, soon, step.change, func() error { return check(there, step.allowedAt2, "dc2") })
	}
}

// TestAllowAllNetworkAuthorizer is 9.3-13: CREATE ignores the clause; ALTER refuses it, and (DO) does nothing else either.
func TestAllowAllNetworkAuthorizer(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.LoginOnly)
	admin := root(c, 1)
	exec(t, admin, "CREATE ROLE app WITH PASSWORD = 'old' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc1'}", "CREATE ROLE grp")
	require.Equal(t, 0, admin.MustExec(t, "SELECT * FROM system_auth.network_permissions").Len())
	roles := admin.MustExec(t, "LIST ROLES")
	require.Equal(t, "ALL", roles.Find("role", "app")["datacenters"])
	require.Equal(t, "ALL", roles.Find("role", "grp")["datacenters"])
	for _, access := range []string{"ACCESS TO DATACENTERS {'dc1'}", "ACCESS TO ALL DATACENTERS"} {
		denied(t, admin, invalid, "ALTER ROLE app WITH PASSWORD = 'new' AND "+access,
			"ACCESS TO DATACENTERS operations not supported by AllowAllNetworkAuthorizer")
	}
	c.Client(1, "app", "old")
	loginFails(t, c, 1, "app", "new", "Provided username app and/or password are incorrect")
	denied(t, admin, invalid, "CREATE ROLE x WITH ACCESS TO DATACENTERS {'nowhere'}",
		"Invalid value(s) for DATACENTERS '[nowhere]',All values must be valid datacenters")
}
