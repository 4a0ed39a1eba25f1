package integration

import (
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
	"alexandra/internal/tlsconf/certgen"
)

const (
	mtlsOnly = `
authenticator:
  class_name: org.apache.cassandra.auth.MutualTlsAuthenticator
  parameters:
    validator_class_name: org.apache.cassandra.auth.SpiffeCertificateValidator
authorizer: CassandraAuthorizer
network_authorizer: CassandraNetworkAuthorizer
`
	mtlsFallback = `
authenticator:
  class_name: MutualTlsWithPasswordFallbackAuthenticator
  parameters:
    validator_class_name: org.apache.cassandra.auth.SpiffeCertificateValidator
authorizer: CassandraAuthorizer
network_authorizer: CassandraNetworkAuthorizer
`
)

// TestMutualTLS is auth 7.7 and tls G: the certificate's identity is the login. The roles are made while passwords are
// still asked for, as an operator would do it.
func TestMutualTLS(t *testing.T) {
	t.Parallel()
	p, files := newPKI(t)
	c := testnode.RunT(t, files, testnode.NotStarted, clientTLS("  enabled: true\n  optional: true\n  require_client_auth: true\n"), testnode.YAML(mtlsFallback))
	c.Start(1)
	super := root(c, 1)
	exec(t, super,
		"CREATE ROLE app WITH LOGIN = true", "CREATE ROLE nologin", "CREATE ROLE far WITH LOGIN = true", "CREATE ROLE boss WITH LOGIN = true AND SUPERUSER = true",
		"ADD IDENTITY 'spiffe://demo/app' TO ROLE 'app'", "ADD IDENTITY 'spiffe://demo/nologin' TO ROLE 'nologin'", "ADD IDENTITY 'spiffe://demo/boss' TO ROLE 'boss'",
		"ADD IDENTITY 'spiffe://demo/far' TO ROLE 'far'", "INSERT INTO system_auth.network_permissions (role, dcs) VALUES ('roles/far', {'dc9'})")
	denied(t, super, invalid, "ADD IDENTITY 'spiffe://demo/app' TO ROLE 'boss'", "spiffe://demo/app already exists")
	denied(t, super, invalid, "ADD IDENTITY 'spiffe://demo/x' TO ROLE 'nobody'", "Can not add identity for non-existent role 'nobody'")
	denied(t, super, invalid, "DROP IDENTITY 'spiffe://demo/x'", "identity 'spiffe://demo/x' doesn't exist")
	c.Stop(1)
	c.Override(testnode.YAML(mtlsOnly), clientTLS("  enabled: true\n  optional: false\n  require_client_auth: true\n"))
	c.Start(1)

	// bare connects with a certificate and sends STARTUP.
	bare := func(r certgen.Request) *rawclient.Client {
		client, err := c.TryClient(1, rawclient.Options{Bare: true, TLS: p.client(p.ca, r)})
		require.NoError(t, err)
		answer, err := client.Startup(nil)
		require.NoError(t, err)
		require.Equal(t, "org.apache.cassandra.auth.MutualTlsAuthenticator", answer.(*message.Authenticate).Authenticator)
		return client
	}
	for _, token := range []string{"", "anything", "\x00cassandra\x00cassandra"} {
		client := bare(certgen.Request{URI: "spiffe://demo/app"})
		require.NoError(t, client.Token([]byte(token)))
		require.Equal(t, []string{"app"}, client.MustExec(t, "LIST ROLES").Column("role"))
	}
	for uri, want := range map[string]string{
		"spiffe://demo/other":   "Certificate identity 'spiffe://demo/other' not authorized",
		"spiffe://demo/nologin": "nologin is not permitted to log in",
		"https://demo/app":      "Unable to extract Spiffe from the certificate",
		"":                      "Unable to extract Spiffe from the certificate",
	} {
		client := bare(certgen.Request{URI: uri})
		refused(t, client.Token([]byte("\x00cassandra\x00cassandra")), badCredentials, want)
		refused(t, client.Token(nil), badCredentials, want)
	}
	_, err := c.TryClient(1, rawclient.Options{TLS: p.client(p.other, certgen.Request{URI: "spiffe://demo/app"}), Timeout: 5 * time.Second})
	require.Error(t, err)
	far := bare(certgen.Request{URI: "spiffe://demo/far"})
	require.NoError(t, far.Token(nil))
	denied(t, far, unauthorized, "SELECT key FROM system.local", barredFromDC1)

	// An identity counts at once, and (DO) is gone at once; a dropped role takes its identities along.
	boss := bare(certgen.Request{URI: "spiffe://demo/boss"})
	require.NoError(t, boss.Token(nil))
	later := bare(certgen.Request{URI: "spiffe://demo/later"})
	refused(t, later.Token(nil), badCredentials, "Certificate identity 'spiffe://demo/later' not authorized")
	exec(t, boss, "ADD IDENTITY 'spiffe://demo/later' TO ROLE 'app'")
	require.NoError(t, later.Token(nil))
	exec(t, boss, "DROP IDENTITY 'spiffe://demo/later'")
	refused(t, bare(certgen.Request{URI: "spiffe://demo/later"}).Token(nil), badCredentials, "Certificate identity 'spiffe://demo/later' not authorized")
	exec(t, boss, "DROP ROLE app")
	refused(t, bare(certgen.Request{URI: "spiffe://demo/app"}).Token(nil), badCredentials, "Certificate identity 'spiffe://demo/app' not authorized")
	denied(t, boss, invalid, "CREATE ROLE x WITH PASSWORD = 'x'", "org.apache.cassandra.auth.CassandraRoleManager doesn't support PASSWORD")
}

// TestFallbackAuthenticator is auth 7.7, tls H and 9.2-12: with a certificate only the certificate counts; a password is
// taken on plain connections alone, and those exist only where the operator said optional.
func TestFallbackAuthenticator(t *testing.T) {
	t.Parallel()
	p, files := newPKI(t)
	c := testnode.RunT(t, files, clientTLS("  enabled: true\n  optional: true\n  require_client_auth: true\n"), testnode.YAML(mtlsFallback))
	super := root(c, 1)
	exec(t, super, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true", "ADD IDENTITY 'spiffe://demo/app' TO ROLE 'app'")
	loginFails(t, c, 1, "app", "wrong", "Provided username app and/or password are incorrect")

	plain, err := c.TryClient(1, rawclient.Options{Bare: true})
	require.NoError(t, err)
	answer, err := plain.Startup(nil)
	require.NoError(t, err)
	require.Equal(t, "org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator", answer.(*message.Authenticate).Authenticator)
	refused(t, plain.Token(nil), badCredentials, "Password must not be null")
	require.NoError(t, plain.Authenticate("app", "x"))

	// A good password does not help a bad certificate.
	_, err = c.TryClient(1, rawclient.Options{User: "cassandra", Password: "cassandra", TLS: p.identity("spiffe://demo/unknown")})
	refused(t, err, badCredentials, "Certificate identity 'spiffe://demo/unknown' not authorized")
	app, err := c.TryClient(1, rawclient.Options{User: "cassandra", Password: "wrong", TLS: p.identity("spiffe://demo/app")})
	require.NoError(t, err)
	require.Equal(t, []string{"app"}, app.MustExec(t, "LIST ROLES").Column("role"))
	_, err = c.TryClient(1, rawclient.Options{User: "cassandra", Password: "cassandra", TLS: p.client(nil, certgen.Request{}), Timeout: 5 * time.Second})
	require.Error(t, err)
	require.Equal(t, -1, rawclient.Code(err))
}
