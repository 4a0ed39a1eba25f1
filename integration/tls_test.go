package integration

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
	"alexandra/internal/tlsconf/certgen"
)

// tlsClients are the kinds of client of the recorded matrix (tls A to C); nil speaks plain text.
func tlsClients(p *pki) map[string]*tls.Config {
	return map[string]*tls.Config{
		"good 1.3": p.version(tls.VersionTLS13), "good 1.2": p.version(tls.VersionTLS12), "TLS 1.1": p.version(tls.VersionTLS11),
		"none": p.client(nil, certgen.Request{}), "stranger": p.client(p.other, certgen.Request{}), "expired": p.expired(), "wrong usage": p.serverOnly(),
		"plain": nil,
	}
}

// TestClientTLS is auth 7.2 and 7.3 and tls A, B and C: every kind of client against every policy, over the whole way to
// an answered query.
func TestClientTLS(t *testing.T) {
	t.Parallel()
	const all = "good 1.3,good 1.2,none,stranger,expired,wrong usage"
	for name, test := range map[string]struct{ yaml, accepted string }{
		"A required, certificates required":     {"  enabled: true\n  optional: false\n  require_client_auth: true\n", "good 1.3,good 1.2"},
		"B optional, certificates required":     {"  enabled: true\n  optional: true\n  require_client_auth: true\n", "good 1.3,good 1.2,plain"},
		"B optional":                            {"  optional: true\n", all + ",plain"},
		"7.2 only the keystore exists":          {"", all + ",plain"},
		"C required":                            {"  enabled: true\n", all},
		"off":                                   {"  enabled: false\n  optional: false\n", "plain"},
		"D only TLS 1.2, certificates required": {"  enabled: true\n  require_client_auth: true\n  accepted_protocols: [TLSv1.2]\n", "good 1.2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, files := newPKI(t)
			c := testnode.RunT(t, testnode.Auth, files, clientTLS(test.yaml))
			for kind, config := range tlsClients(p) {
				client, err := c.TryClient(1, rawclient.Options{User: "cassandra", Password: "cassandra", TLS: config, Timeout: 5 * time.Second})
				if strings.Contains(","+test.accepted+",", ","+kind+",") {
					require.NoError(t, err, kind)
					exec(t, client, "SELECT key FROM system.local")
					continue
				}
				require.Error(t, err, kind)
				require.Equal(t, -1, rawclient.Code(err), "%s: refused before the protocol begins: %v", kind, err)
				require.NotContains(t, err.Error(), "i/o timeout", kind)
			}
			if name != "D only TLS 1.2, certificates required" {
				showsTLS(t, c, p, strings.Contains(test.accepted, "good 1.3"))
			}
		})
	}
}

// showsTLS checks what system_views.clients says of a connection (tls A).
func showsTLS(t *testing.T, c *testnode.Cluster, p *pki, encrypted bool) {
	t.Helper()
	o := rawclient.Options{User: "cassandra", Password: "cassandra", Startup: map[string]string{"DRIVER_NAME": "me"}}
	if encrypted {
		o.TLS = p.version(tls.VersionTLS13)
	}
	client, err := c.TryClient(1, o)
	require.NoError(t, err)
	row := client.MustExec(t, "SELECT * FROM system_views.clients").Find("driver_name", "me")
	require.NotNil(t, row)
	require.Equal(t, encrypted, row["ssl_enabled"] == "\x01")
	if encrypted {
		require.Equal(t, "TLSv1.3", row["ssl_protocol"])
		require.Contains(t, []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"}, row["ssl_cipher_suite"])
	}
}

// TestMismatchedClients is auth 7.3: what those see who speak the wrong language.
func TestMismatchedClients(t *testing.T) {
	t.Parallel()
	p, files := newPKI(t)
	c := testnode.RunT(t, files, testnode.YAML("native_transport_port_ssl: 9142"), clientTLS("  enabled: true\n  require_client_auth: true\n"))
	plainPort, tlsPort := c.Node(1).CQL(), net.JoinHostPort(c.Node(1).Addr().String(), "9142")

	// The normal port is plain beside a second one; TLS there meets a plain error frame (tls D).
	conn, err := net.Dial("tcp", plainPort)
	require.NoError(t, err)
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = conn.Write([]byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"))
	require.NoError(t, err)
	answer := make([]byte, 9)
	_, err = conn.Read(answer)
	require.NoError(t, err)
	require.Equal(t, []byte{0x85, 0, 0, 0, 0}, answer[:5], "a version 5 ERROR on stream 0")

	_, err = rawclient.Dial(plainPort, rawclient.Options{TLS: p.good()})
	require.ErrorContains(t, err, "first record does not look like a TLS handshake")
	plain, err := rawclient.Dial(plainPort, rawclient.Options{})
	require.NoError(t, err)
	defer plain.Close()
	exec(t, plain, "SELECT key FROM system.local")

	_, err = rawclient.Dial(tlsPort, rawclient.Options{})
	require.Error(t, err)
	require.Equal(t, -1, rawclient.Code(err), "no CQL error: %v", err)
	secure, err := rawclient.Dial(tlsPort, rawclient.Options{TLS: p.good()})
	require.NoError(t, err)
	defer secure.Close()
	exec(t, secure, "SELECT key FROM system.local")
	for _, line := range []string{"9042 (unencrypted)...", "9142 (encrypted)...", "SSLException in client networking with peer"} {
		require.True(t, c.Node(1).Log.Contains(line), line)
	}
}

// TestEndpointVerification is tls D: the client's certificate has to name the address that it comes from.
func TestEndpointVerification(t *testing.T) {
	t.Parallel()
	p, files := newPKI(t)
	c := testnode.RunT(t, files, clientTLS("  enabled: true\n  require_client_auth: true\n  require_endpoint_verification: true\n"))
	for host, accepted := range map[string]bool{"127.0.0.1": true, "127.0.0.2": false} {
		_, err := c.TryClient(1, rawclient.Options{Local: "127.0.0.1", TLS: p.client(p.ca, certgen.Request{Hosts: []string{host}}), Timeout: 5 * time.Second})
		require.Equal(t, accepted, err == nil, "%s: %v", host, err)
	}
}

// TestKeyMaterial is auth 7.4 and tls E: JKS, PKCS12, PEM files and PEM text work in the whole node, also through a driver.
func TestKeyMaterial(t *testing.T) {
	t.Parallel()
	for name, yaml := range map[string]string{
		"PKCS12": "client_encryption_options:\n  enabled: true\n  keystore: $DIR/node.p12\n  keystore_password: cassandra\n  store_type: PKCS12\n" +
			"  require_client_auth: true\n  truststore: $DIR/ca.p12\n  truststore_password: cassandra\n",
		"PEM files": "client_encryption_options:\n  enabled: true\n  keystore: $DIR/node.pem\n  require_client_auth: true\n  truststore: $DIR/ca.crt\n" +
			"  ssl_context_factory:\n    class_name: PEMBasedSslContextFactory\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, files := newPKI(t)
			c := testnode.RunT(t, testnode.Auth, files, testnode.YAML(yaml))
			driver := p.good()
			driver.InsecureSkipVerify = true // the driver dials an address, the certificate is checked below
			session := c.Session(1, "cassandra", "cassandra", driver)
			var version string
			require.NoError(t, session.Query("SELECT release_version FROM system.local").Scan(&version))
			require.Equal(t, "5.0.5", version)
			checked := p.good()
			checked.ServerName = c.Node(1).Addr().String()
			_, err := c.TryClient(1, rawclient.Options{User: "cassandra", Password: "cassandra", TLS: checked})
			require.NoError(t, err)
		})
	}
}

// TestReloadTLS is auth 7.4: new files count after nodetool reloadssl, for new connections; bad ones change nothing.
func TestReloadTLS(t *testing.T) {
	t.Parallel()
	p, files := newPKI(t)
	c := testnode.RunT(t, files, clientTLS("  enabled: true\n  require_client_auth: true\n"))
	login := func(config *tls.Config) (*rawclient.Client, error) {
		return c.TryClient(1, rawclient.Options{TLS: config, Timeout: 5 * time.Second})
	}
	strangers := func() *tls.Config {
		config := p.client(p.other, certgen.Request{})
		config.RootCAs.AddCert(p.other.Certificate)
		return config
	}
	before, err := login(p.good())
	require.NoError(t, err)
	_, err = login(strangers())
	require.Error(t, err)

	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "node.jks"), []byte("broken"), 0o600))
	reload(t, c)
	_, err = login(p.good())
	require.NoError(t, err, "the old material stays")
	require.True(t, c.Node(1).Log.Contains("Failed to hot reload the SSL Certificates! Please check the certificate files for"))

	require.NoError(t, p.writeNode(p.other))
	reload(t, c)
	_, err = login(strangers())
	require.NoError(t, err)
	_, err = login(p.good())
	require.Error(t, err)
	exec(t, before, "SELECT key FROM system.local")
	require.True(t, c.Node(1).Log.Contains("SSL certificates have been updated for"))
}

// reload is nodetool reloadssl. Modification times of files may be coarse.
func reload(t *testing.T, c *testnode.Cluster) {
	t.Helper()
	later := time.Now().Add(time.Duration(len(c.Node(1).Log.String())) * time.Second)
	for _, name := range []string{"node.jks", "ca.jks"} {
		require.NoError(t, os.Chtimes(filepath.Join(c.Dir(), name), later, later))
	}
	_, _ = c.Node(1).ReloadTLS(t.Context(), struct{}{})
}
