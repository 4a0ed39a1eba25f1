package integration

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// The tests of this file are the rows of auth 9.1, "published", that can apply to a node without Java. CVE-2024-27137 and
// CVE-2020-13946 are about JMX, which does not exist here; CVE-2023-30601 about commands that JMX runs.

// TestCVE202524860 : a restricted user changes neither the datacenters nor the addresses of his own role, in whatever
// company the option comes. TestDatacenterAccess/7 has more.
func TestCVE202524860(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 1, "dc2": 1}, testnode.ReplicatedAuth)
	super := root(c, 1)
	exec(t, super,
		"CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc1'}",
		"GRANT ALL ON ALL ROLES TO app", "GRANT ALL ON ROLE app TO app")
	app := c.Client(1, "app", "x")
	for _, option := range []string{
		"ACCESS TO ALL DATACENTERS", "ACCESS TO DATACENTERS {'dc2'}", "ACCESS TO ALL DATACENTERS AND PASSWORD = 'y'", "LOGIN = true AND ACCESS TO ALL DATACENTERS",
	} {
		denied(t, app, unauthorized, "ALTER ROLE app WITH "+option, "Only superusers are allowed to alter access to datacenters.")
		_, err := app.Prepare("ALTER ROLE app WITH " + option)
		refused(t, err, unauthorized, "Only superusers are allowed to alter access to datacenters.")
	}
	require.Equal(t, []string{"dc1"}, textSet(super.MustExec(t, "SELECT dcs FROM system_auth.network_permissions WHERE role = 'roles/app'").Value(0, "dcs")))
	c.Client(1, "app", "x")
}

// authTables are the tables of system_auth with a column of their key.
var authTables = map[string]string{
	"roles": "role", "role_members": "role", "role_permissions": "role", "resource_role_permissons_index": "resource",
	"network_permissions": "role", "cidr_permissions": "role", "cidr_groups": "cidr_group", "identity_to_role": "identity",
}

// TestCVE202523015 : and CVE-2025-26467: rights on all keyspaces do not reach the keyspaces of the system, and rights that
// would are not granted there.
func TestCVE202523015(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	super := root(c, 1)
	exec(t, super, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true", "GRANT ALL ON ALL KEYSPACES TO app")
	app := c.Client(1, "app", "x")
	for table, key := range authTables {
		name := "system_auth." + table
		modify := fmt.Sprintf("User app has no MODIFY permission on <table %s> or any of its parents", name)
		insert := fmt.Sprintf("INSERT INTO %s (%s) VALUES ('app')", name, key)
		switch table {
		case "role_members":
			insert = "INSERT INTO system_auth.role_members (role, member) VALUES ('cassandra', 'app')"
		case "role_permissions":
			insert = "INSERT INTO system_auth.role_permissions (role, resource) VALUES ('app', 'roles')"
		case "resource_role_permissons_index":
			insert = "INSERT INTO system_auth.resource_role_permissons_index (resource, role) VALUES ('roles', 'app')"
		}
		remove := fmt.Sprintf("DELETE FROM %s WHERE %s = 'app'", name, key)
		for _, cql := range []string{insert, remove, "TRUNCATE " + name, "BEGIN BATCH " + insert + "; APPLY BATCH"} {
			denied(t, app, unauthorized, cql, modify)
		}
		refused(t, app.Batch(insert), unauthorized, modify)
		prepared, err := app.Prepare(insert)
		require.NoError(t, err)
		_, err = app.Execute(prepared)
		refused(t, err, unauthorized, modify)
		denied(t, app, unauthorized, "SELECT * FROM "+name, fmt.Sprintf("User app has no SELECT permission on <table %s> or any of its parents", name))
	}
	denied(t, app, unauthorized, "UPDATE system_auth.roles SET is_superuser = true WHERE role = 'app'",
		"User app has no MODIFY permission on <table system_auth.roles> or any of its parents")
	for _, ks := range []string{"system", "system_schema", "system_auth", "system_distributed", "system_traces"} {
		for _, p := range []string{"MODIFY", "ALL", "CREATE", "DROP", "AUTHORIZE"} {
			denied(t, super, unauthorized, "GRANT "+p+" ON KEYSPACE "+ks+" TO app",
				"Granting permissions on system keyspaces is strictly limited, this operation is not permitted")
		}
	}
	exec(t, super, "GRANT SELECT ON system_auth.roles TO app")
	exec(t, app, "SELECT * FROM system_auth.roles")
}

// TestCVE202627314 : nobody but a superuser binds a certificate to a superuser, or unbinds it (DO).
func TestCVE202627314(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	super := root(c, 1)
	exec(t, super,
		"CREATE ROLE boss WITH SUPERUSER = true AND LOGIN = true", "CREATE ROLE heir WITH LOGIN = true", "GRANT boss TO heir", "CREATE ROLE plain WITH LOGIN = true",
		"CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true", "GRANT ALL ON ALL ROLES TO app", "ADD IDENTITY 'spiffe://boss' TO ROLE 'boss'",
		"CREATE ROLE weak WITH PASSWORD = 'x' AND LOGIN = true", "GRANT ALTER ON ROLE plain TO weak")
	app := c.Client(1, "app", "x")
	for _, target := range []string{"cassandra", "boss", "heir"} {
		denied(t, app, unauthorized, "ADD IDENTITY 'spiffe://app' TO ROLE '"+target+"'", "Only superusers can bind identities to a role with superuser status")
		_, err := app.Prepare("ADD IDENTITY IF NOT EXISTS 'spiffe://app' TO ROLE '" + target + "'")
		refused(t, err, unauthorized, "Only superusers can bind identities to a role with superuser status")
	}
	denied(t, app, unauthorized, "DROP IDENTITY 'spiffe://boss'", "Only superusers can drop identities of a role with superuser status")
	exec(t, app, "ADD IDENTITY 'spiffe://app' TO ROLE 'plain'", "DROP IDENTITY 'spiffe://app'")
	weak := c.Client(1, "weak", "x")
	denied(t, weak, unauthorized, "ADD IDENTITY 'spiffe://weak' TO ROLE 'plain'", fmt.Sprintf(noPrivileges, "weak"))
	require.Equal(t, []string{"spiffe://boss"}, super.MustExec(t, "SELECT identity FROM system_auth.identity_to_role").Column("identity"))
}

// TestCVE202632588 : changes of one role's password are limited in number, and hashing leaves others alone.
func TestCVE202632588(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	exec(t, root(c, 1), "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true", "CREATE ROLE other WITH PASSWORD = 'x' AND LOGIN = true")
	app := c.Client(1, "app", "x")
	var err error
	changed := 0
	for err == nil && changed < 50 {
		if _, err = app.Query(fmt.Sprintf("ALTER ROLE app WITH PASSWORD = 'p%d'", changed)); err == nil {
			changed++
		}
	}
	refused(t, err, overloaded, "The password of role app is being changed too often; at most 1 changes a second are made")
	require.GreaterOrEqual(t, changed, 10)
	c.Client(1, "app", fmt.Sprintf("p%d", changed-1))
	exec(t, c.Client(1, "other", "x"), "ALTER ROLE other WITH PASSWORD = 'y'")
	c.SetSkew(1, time.Minute)
	exec(t, app, "ALTER ROLE app WITH PASSWORD = 'later'")
}

// TestCVE202627315 : a password of a statement shows up nowhere: not in the log, not in traces, not among the running or
// prepared statements.
func TestCVE202627315(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	super := root(c, 1)
	const secret = "open-sesame"
	for _, cql := range []string{
		"CREATE ROLE app WITH PASSWORD = '" + secret + "' AND LOGIN = true", "ALTER ROLE app WITH PASSWORD='" + secret + "'",
		"ALTER USER app WITH PASSWORD '" + secret + "'", "CREATE ROLE app WITH password = '" + secret + "'", "CREATE USER app WITH PASSWORD '" + secret + "' NONSENSE",
		"ALTER ROLE app WITH HASHED PASSWORD = '" + secret + "'",
	} {
		_, err := super.Trace(cql)
		require.True(t, err == nil || rawclient.Code(err) >= 0, "%s: %v", cql, err)
	}
	_, err := super.Prepare("ALTER ROLE app WITH PASSWORD = '" + secret + "'")
	require.NoError(t, err)
	loginFails(t, c, 1, "app", secret+secret, "Provided username app and/or password are incorrect")
	c.Client(1, "app", secret)
	testnode.Within(t, 5*time.Second, "traces are written", func() error {
		if n := super.MustExec(t, "SELECT session_id FROM system_traces.sessions").Len(); n < 6 {
			return fmt.Errorf("only %d traces", n)
		}
		return nil
	})
	for _, table := range []string{"system_traces.sessions", "system_traces.events", "system.prepared_statements", "system_views.queries", "system_views.system_logs"} {
		for _, row := range super.MustExec(t, "SELECT * FROM "+table).Values {
			for _, value := range row {
				require.NotContains(t, string(value), secret, table)
			}
		}
	}
	require.NotContains(t, c.Node(1).Log.String(), secret)
}

// TestCVE202144521 : no code of a user runs. Where functions are enabled they are kept, as a part of the schema, but a call
// of one written in Java fails.
func TestCVE202144521(t *testing.T) {
	t.Parallel()
	const java = "CREATE FUNCTION ks.f (a int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return a;'"
	for _, enabled := range []bool{false, true} {
		c := testnode.RunT(t, testnode.Auth, testnode.YAML(fmt.Sprintf("user_defined_functions_enabled: %t", enabled)))
		super := root(c, 1)
		exec(t, super, "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
		_, err := super.Query("CREATE FUNCTION ks.g (a int) CALLED ON NULL INPUT RETURNS int LANGUAGE javascript AS 'a;'")
		require.Equal(t, invalid, rawclient.Code(err), "%v", err)
		_, err = super.Query(java)
		if !enabled {
			require.Equal(t, invalid, rawclient.Code(err), "%v", err)
			continue
		}
		require.NoError(t, err)
		_, err = super.Query("SELECT ks.f(1) FROM system.local")
		refused(t, err, functionFailure, "execution of 'ks.f[int]' failed: this node does not run user-defined functions written in Java")
	}
}
