package integration

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// The tests of this file are the rows of auth 9.2, "unpublished weaknesses seen in 5.0.5 and what to do": each is closed
// here, so each is a difference from 5.0.5 on purpose. Row 1 for datacenters is TestDatacenterAccess/2; row 12 is
// TestFallbackAuthenticator.

const enforceCIDR = testnode.YAML("cidr_authorizer:\n  class_name: CassandraCIDRAuthorizer\n  parameters:\n    cidr_authorizer_mode: ENFORCE\n")

// TestEveryRequestChecksTheAddress is 9.2-1 for client addresses: DESCRIBE, PREPARE, REGISTER and functions are refused
// like everything else.
func TestEveryRequestChecksTheAddress(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth, enforceCIDR)
	for _, group := range []admin.CIDRGroup{
		{Name: "office", CIDRs: []string{"127.0.77.0/24"}}, {Name: "everywhere", CIDRs: []string{"127.0.0.0/8"}},
	} {
		_, err := c.Node(1).SetCIDRGroup(context.Background(), group)
		require.NoError(t, err)
	}
	super := root(c, 1)
	exec(t, super,
		"CREATE ROLE guest WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS FROM CIDRS {'office'}",
		"CREATE ROLE far WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS FROM CIDRS {'everywhere'}")
	from := func(user, ip string) *rawclient.Client {
		client, err := c.TryClient(1, rawclient.Options{User: user, Password: "x", Local: ip})
		require.NoError(t, err)
		return client
	}
	for what, err := range everyRequest(t, from("guest", "127.0.0.1"), super) {
		require.EqualError(t, err, "0x2100 You do not have access from this IP 127.0.0.1", what)
	}
	exec(t, from("guest", "127.0.77.5"), "SELECT key FROM system.local")
	exec(t, from("far", "127.0.0.1"), "SELECT key FROM system.local")
	// Only the groups of the longest matching prefix count.
	denied(t, from("far", "127.0.77.5"), unauthorized, "SELECT key FROM system.local", "You do not have access from this IP 127.0.77.5")
	guest := from("guest", "127.0.0.1")
	denied(t, from("guest", "127.0.77.5"), unauthorized, "ALTER ROLE guest WITH ACCESS FROM ALL CIDRS", "Only superusers are allowed to alter access from CIDR groups.")
	exec(t, super, "ALTER ROLE guest WITH ACCESS FROM ALL CIDRS")
	exec(t, guest, "SELECT key FROM system.local")
	denied(t, super, invalid, "CREATE ROLE x WITH ACCESS FROM CIDRS {'nowhere'}",
		"Invalid CIDR group(s): [nowhere]. Available CIDR Groups are: [everywhere, office]")
}

// TestHashedPassword is 9.2-2: a hash is judged by its form, never by computing with it; its cost is capped; and a user
// without the right learns nothing from PREPARE and costs nothing.
func TestHashedPassword(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	super := root(c, 1)
	exec(t, super, "CREATE ROLE nobody WITH PASSWORD = 'x' AND LOGIN = true")
	hash := func(cost string) string {
		return "CREATE ROLE evil WITH LOGIN = true AND HASHED PASSWORD = '$2a$" + cost + "$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'"
	}
	_, err := c.Client(1, "nobody", "x").Prepare(hash("30")) // to compute that takes a day
	refused(t, err, unauthorized, fmt.Sprintf(noPrivileges, "nobody"))
	_, err = super.Prepare(hash("30"))
	refused(t, err, invalid, "The cost of the hashed password is 30; at most 15 is allowed")
	denied(t, super, invalid, hash("16"), "The cost of the hashed password is 16; at most 15 is allowed")
	denied(t, super, invalid, hash("03"), "Invalid hashed password value. Please use jBcrypt.")
	denied(t, super, invalid, "CREATE ROLE evil WITH HASHED PASSWORD = 'plain'", "Invalid hashed password value. Please use jBcrypt.")
	exec(t, super, hash("15"))
	// The hash of 'Right', made by jBCrypt's algorithm at cost 4.
	exec(t, super, "CREATE ROLE hashed WITH LOGIN = true AND HASHED PASSWORD = '"+bcryptOf(t, "Right")+"'")
	c.Client(1, "hashed", "Right")
	loginFails(t, c, 1, "hashed", "Wrong", "Provided username hashed and/or password are incorrect")
}

// TestCreatorCannotExceedItself is 9.2-3: who may use some datacenters and addresses creates no login that may use more.
func TestCreatorCannotExceedItself(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 1, "dc2": 1}, testnode.ReplicatedAuth)
	super := root(c, 1)
	exec(t, super, "CREATE ROLE manager WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc1'}", "GRANT CREATE ON ALL ROLES TO manager")
	manager := c.Client(1, "manager", "x")
	const more = "Only superusers are allowed to create a role with access to more datacenters than their own."
	denied(t, manager, unauthorized, "CREATE ROLE a WITH LOGIN = true", more)
	denied(t, manager, unauthorized, "CREATE USER a", more)
	denied(t, manager, unauthorized, "CREATE ROLE a WITH LOGIN = true AND ACCESS TO ALL DATACENTERS", more)
	denied(t, manager, unauthorized, "CREATE ROLE a WITH ACCESS TO DATACENTERS {'dc1', 'dc2'}", more)
	exec(t, manager, "CREATE ROLE a WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc1'}")
	exec(t, c.Client(1, "a", "x"), "SELECT key FROM system.local")
	denied(t, manager, unauthorized, "CREATE ROLE b WITH SUPERUSER = true", "Only superusers can create a role with superuser status")
}

// TestSuperusersAreOutOfReach is 9.2-4: rights on all roles are not enough to take over a superuser.
func TestSuperusersAreOutOfReach(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	super := root(c, 1)
	exec(t, super,
		"CREATE ROLE boss WITH SUPERUSER = true AND LOGIN = false", "CREATE ROLE heir", "GRANT boss TO heir", "CREATE ROLE plain",
		"CREATE ROLE climber WITH PASSWORD = 'x' AND LOGIN = true", "GRANT ALL ON ALL ROLES TO climber", "GRANT ALL ON ROLE boss TO climber")
	climber := c.Client(1, "climber", "x")
	const alter = "Only superusers are allowed to alter a role with superuser status"
	for _, target := range []string{"boss", "heir", "cassandra"} {
		denied(t, climber, unauthorized, "ALTER ROLE "+target+" WITH PASSWORD = 'mine'", alter)
		denied(t, climber, unauthorized, "ALTER ROLE "+target+" WITH LOGIN = true", alter)
		denied(t, climber, unauthorized, "DROP ROLE "+target, "Only superusers can drop a role with superuser status")
		denied(t, climber, unauthorized, "GRANT "+target+" TO climber", "Only superusers are allowed to grant a role with superuser status")
	}
	exec(t, climber, "ALTER ROLE plain WITH PASSWORD = 'new' AND LOGIN = true", "GRANT plain TO climber", "REVOKE plain FROM climber", "DROP ROLE plain")
	denied(t, climber, unauthorized, "ALTER ROLE climber WITH SUPERUSER = true",
		"You aren't allowed to alter your own superuser status or that of a role granted to you")
	exec(t, climber, "CREATE ROLE fresh")
	denied(t, climber, unauthorized, "ALTER ROLE fresh WITH SUPERUSER = true", "Only superusers are allowed to alter superuser status")
	require.Empty(t, super.MustExec(t, "LIST ROLES OF climber").Find("role", "boss"))
}

// TestNamesWithQuotes is 9.2-5: any role name works in every statement, and leaves nothing half done.
func TestNamesWithQuotes(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 1, "dc2": 1}, testnode.ReplicatedAuth)
	super := root(c, 1)
	for _, name := range []string{`o'brien`, `a"b`, `x', dcs = {'dc1`, `50% \ {?} 'é'`, "tab\tline\nend", "SELECT", " "} {
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		literal := `'` + strings.ReplaceAll(name, `'`, `''`) + `'`
		exec(t, super, "CREATE ROLE "+quoted+" WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
		denied(t, c.Client(1, name, "x"), unauthorized, "SELECT key FROM system.local", barredFromDC1)
		exec(t, super, "ALTER ROLE "+literal+" WITH ACCESS TO DATACENTERS {'dc1'}", "GRANT SELECT ON KEYSPACE system_traces TO "+quoted)
		exec(t, c.Client(1, name, "x"), "SELECT key FROM system.local")
		require.NotNil(t, super.MustExec(t, "LIST ALL OF "+literal).Find("role", name))
		exec(t, super, "DROP ROLE "+quoted)
		for _, table := range []string{"roles", "network_permissions", "cidr_permissions", "role_permissions", "resource_role_permissons_index"} {
			rows := super.MustExec(t, "SELECT * FROM system_auth."+table)
			for _, column := range []string{"role", "resource"} {
				for _, value := range rows.Column(column) {
					require.NotEqual(t, name, strings.TrimPrefix(value, "roles/"), table)
				}
			}
		}
	}
}

// TestPartialRevoke is 9.2-6: what is left of a grant is still known to be on its resource, so that it goes with it.
func TestPartialRevoke(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	super := root(c, 1)
	const index = "SELECT role FROM system_auth.resource_role_permissons_index WHERE resource = 'data/ks/t'"
	exec(t, super,
		"CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}", "CREATE TABLE ks.t (k int PRIMARY KEY)",
		"CREATE ROLE reader WITH PASSWORD = 'x' AND LOGIN = true", "GRANT SELECT ON ks.t TO reader", "GRANT MODIFY ON ks.t TO reader",
		"REVOKE MODIFY ON ks.t FROM reader")
	require.Contains(t, super.MustExec(t, index).Column("role"), "reader")
	reader := c.Client(1, "reader", "x")
	exec(t, reader, "SELECT * FROM ks.t")
	denied(t, reader, unauthorized, "INSERT INTO ks.t (k) VALUES (1)", "User reader has no MODIFY permission on <table ks.t> or any of its parents")
	exec(t, super, "DROP TABLE ks.t", "CREATE TABLE ks.t (k int PRIMARY KEY)")
	denied(t, reader, unauthorized, "SELECT * FROM ks.t", "User reader has no SELECT permission on <table ks.t> or any of its parents")
	exec(t, super, "GRANT SELECT ON ks.t TO reader", "REVOKE SELECT ON ks.t FROM reader")
	require.NotContains(t, super.MustExec(t, index).Column("role"), "reader")
}

// TestOpenSessionsEndWithTheirRole is 9.2-7: also without CassandraNetworkAuthorizer, and without permissions at all, a
// role that is dropped or may not log in any more is refused at once.
func TestOpenSessionsEndWithTheirRole(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]testnode.Option{
		"permissions": testnode.LoginOnly, "logins only": testnode.YAML("authenticator: PasswordAuthenticator"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := testnode.RunT(t, option)
			super := root(c, 1)
			exec(t, super, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true")
			app := c.Client(1, "app", "x")
			prepared, err := app.Prepare("SELECT key FROM system.local")
			require.NoError(t, err)
			for _, change := range []string{"ALTER ROLE app WITH LOGIN = false", "DROP ROLE app"} {
				exec(t, super, change)
				for what, err := range everyRequest(t, app, super) {
					refusedAfter(t, err, change, what)
				}
				_, err = app.Execute(prepared)
				refusedAfter(t, err, change, "EXECUTE")
				if strings.HasPrefix(change, "ALTER") {
					exec(t, super, "ALTER ROLE app WITH LOGIN = true")
					exec(t, app, "SELECT key FROM system.local")
				}
			}
		})
	}
}

func refusedAfter(t *testing.T, err error, change, what string) {
	t.Helper()
	require.EqualError(t, err, "0x2100 app is not permitted to log in", change+": "+what)
}

// TestGuessing is 9.2-8: an unknown name is refused in the words, and after the work, of a wrong password; package auth counts the work.
func TestGuessing(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	client, err := c.TryClient(1, rawclient.Options{Bare: true})
	require.NoError(t, err)
	_, err = client.Startup(nil)
	require.NoError(t, err)
	for _, user := range []string{"nobody", "cassandra"} {
		refused(t, client.Authenticate(user, "guess"), badCredentials, "Provided username "+user+" and/or password are incorrect")
	}
}

// TestPrepareTellsNothing is 9.2-9: who may not create or drop a role does not learn from PREPARE whether it exists.
func TestPrepareTellsNothing(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	super := root(c, 1)
	exec(t, super, "CREATE ROLE there", "CREATE ROLE curious WITH PASSWORD = 'x' AND LOGIN = true")
	curious := c.Client(1, "curious", "x")
	for _, cql := range []string{
		"CREATE ROLE %s", "DROP ROLE %s", "ALTER ROLE %s WITH LOGIN = true", "GRANT %s TO curious", "REVOKE %s FROM curious", "CREATE USER %s",
		"ADD IDENTITY 'spiffe://x' TO ROLE '%s'", "DROP IDENTITY '%s'",
	} {
		for _, name := range []string{"there", "missing"} {
			_, err := curious.Prepare(fmt.Sprintf(cql, name))
			refused(t, err, unauthorized, fmt.Sprintf(noPrivileges, "curious"))
		}
	}
}

// TestSettingsHideSecrets is 9.2-10: neither system_views.settings nor the log shows a password of a store, and the log
// warns while the default superuser has its well-known password.
func TestSettingsHideSecrets(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth, testnode.YAML(`
client_encryption_options:
  enabled: false
  optional: false
  keystore: /nowhere/keystore
  keystore_password: hushhush
  truststore_password: hushhush
server_encryption_options:
  internode_encryption: none
  keystore: /nowhere/keystore
  keystore_password: hushhush
  truststore_password: hushhush
`))
	super := root(c, 1)
	rows := super.MustExec(t, "SELECT name, value FROM system_views.settings")
	require.Greater(t, rows.Len(), 300)
	for i, value := range rows.Column("value") {
		require.NotContains(t, value, "hushhush", rows.Column("name")[i])
	}
	require.NotContains(t, c.Node(1).Log.String(), "hushhush")
	require.Contains(t, c.Node(1).Log.String(), "level=WARN msg=\"The role cassandra still has its well-known password; change it, or drop the role")
}

// TestNullFlags is 9.2-11: a row whose flags are null is a role that may nothing, and hurts nobody else.
func TestNullFlags(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth, testnode.YAML("auth_cache_warming_enabled: true"))
	super := root(c, 1)
	exec(t, super,
		"CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true",
		"INSERT INTO system_auth.roles (role, salted_hash) VALUES ('broken', '"+bcryptOf(t, "x")+"')",
		"INSERT INTO system_auth.roles (role) VALUES ('empty')",
		"INSERT INTO system_auth.network_permissions (role) VALUES ('roles/broken')",
		"INSERT INTO system_auth.role_permissions (role, resource, permissions) VALUES ('app', 'data/system_traces', {'NONSENSE', 'SELECT'})",
		"INSERT INTO system_auth.role_permissions (role, resource) VALUES ('app', 'no/such/resource')")
	loginFails(t, c, 1, "broken", "x", "broken is not permitted to log in")
	loginFails(t, c, 1, "empty", "x", "Provided username empty and/or password are incorrect")
	roles := super.MustExec(t, "LIST ROLES")
	require.Equal(t, "\x00", roles.Find("role", "broken")["login"])
	require.Equal(t, "n/a", roles.Find("role", "empty")["datacenters"])
	exec(t, super, "LIST USERS", "LIST ALL", "LIST ALL OF app")
	app := c.Client(1, "app", "x")
	exec(t, app, "SELECT * FROM system_traces.sessions")
	c.Restart(1)
	exec(t, c.Client(1, "app", "x"), "SELECT key FROM system.local")
}
