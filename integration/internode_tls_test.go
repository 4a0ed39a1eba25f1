package integration

import (
	"crypto/tls"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
	"alexandra/internal/tlsconf/certgen"
)

// internodeTLS is a server_encryption_options with more lines in it.
func internodeTLS(lines string) testnode.YAML {
	return testnode.YAML(`
server_encryption_options:
  keystore: $DIR/node.jks
  keystore_password: cassandra
  truststore: $DIR/ca.jks
  truststore_password: cassandra
` + lines)
}

// TestInternodeTLS is auth 7.6 and cluster 8: with internode_encryption nodes find each other, replicate and repair over
// TLS alone; who speaks plain text, or shows a certificate of nobody that is known, gets no byte and changes nothing.
func TestInternodeTLS(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string]string{
		"all":                 "  internode_encryption: all\n  require_client_auth: true\n",
		"dc":                  "  internode_encryption: dc\n  require_client_auth: true\n",
		"all, one way":        "  internode_encryption: all\n",
		"all, names verified": "  internode_encryption: all\n  require_client_auth: true\n  require_endpoint_verification: true\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, files := newPKI(t)
			c := testnode.RunT(t, testnode.Datacenters{"dc1": 1, "dc2": 1}, testnode.ReplicatedAuth, files, internodeTLS(lines))
			admin := root(c, 1)
			exec(t, admin, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
			exec(t, c.Client(2, "app", "x"), "SELECT key FROM system.local")
			if name == "dc" {
				return // the port is open to both ways, for nodes of the same datacenter
			}
			strangersGetNothing(t, c, p, name != "all, one way")
			c.Restart(2)
			exec(t, c.Client(2, "app", "x"), "SELECT key FROM system.local")
		})
	}
}

// strangersGetNothing talks to the storage port as nobody should.
func strangersGetNothing(t *testing.T, c *testnode.Cluster, p *pki, clientAuth bool) {
	t.Helper()
	storage := c.Node(1).Storage().String()
	before := root(c, 1).MustExec(t, "SELECT * FROM system.peers_v2").Values
	for what, sent := range map[string]string{
		"an HTTP request": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "zeros": string(make([]byte, 64)), "Cassandra's own hello": "\xca\x55\x2d\xfa\x00\x00\x0c\x00",
	} {
		conn, err := net.Dial("tcp", storage)
		require.NoError(t, err)
		_, _ = conn.Write([]byte(sent))
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		answer := make([]byte, 64)
		n, err := conn.Read(answer)
		require.Error(t, err, what)
		// A TLS alert is all that the record layer says.
		require.True(t, n == 0 || answer[0] == 21, "%s got % x", what, answer[:n])
		_ = conn.Close()
	}
	if clientAuth {
		for what, config := range map[string]*tls.Config{
			"no certificate": p.client(nil, certgen.Request{}), "a stranger's": p.client(p.other, certgen.Request{}), "an expired one": p.expired(),
		} {
			conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", storage, config)
			if err == nil {
				_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
				_, err = conn.Read(make([]byte, 1))
				_ = conn.Close()
			}
			require.ErrorContains(t, err, "remote error: tls", what)
		}
	}
	require.Equal(t, before, root(c, 1).MustExec(t, "SELECT * FROM system.peers_v2").Values)
}

// TestPlainNodeStaysOutside is cluster 10-44: a node without TLS does not join a cluster with it, in either order, and
// neither learns anything of the other.
func TestPlainNodeStaysOutside(t *testing.T) {
	t.Parallel()
	for name, yaml := range map[string][]testnode.Option{
		"plain joins TLS": {testnode.NodeYAML(2, "server_encryption_options:\n  internode_encryption: none\n")},
		"another authority": {testnode.NodeYAML(2, "server_encryption_options:\n  internode_encryption: all\n  require_client_auth: true\n"+
			"  keystore: $DIR/other.jks\n  keystore_password: cassandra\n  truststore: $DIR/ca.jks\n  truststore_password: cassandra\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, files := newPKI(t)
			opts := append([]testnode.Option{
				testnode.Datacenters{"dc1": 2}, files, testnode.NotStarted, internodeTLS("  internode_encryption: all\n  require_client_auth: true\n"),
			}, yaml...)
			c := testnode.RunT(t, opts...)
			p.writeOther("other")
			c.Start(1)
			if err := c.TryStart(2); err == nil {
				time.Sleep(500 * time.Millisecond)
				require.Equal(t, 0, c.Client(2, "", "").MustExec(t, "SELECT peer FROM system.peers_v2").Len())
			}
			require.Equal(t, 0, c.Client(1, "", "").MustExec(t, "SELECT peer FROM system.peers_v2").Len())
		})
	}
}

// TestInternodeIdentities is auth 7.6, MutualTlsInternodeAuthenticator: only nodes with a trusted identity are heard.
func TestInternodeIdentities(t *testing.T) {
	t.Parallel()
	authenticator := func(trusted string) testnode.YAML {
		return testnode.YAML("internode_authenticator:\n  class_name: MutualTlsInternodeAuthenticator\n  parameters:\n" +
			"    validator_class_name: SpiffeCertificateValidator\n    trusted_peer_identities: " + trusted + "\n")
	}
	const all = "  internode_encryption: all\n  require_client_auth: true\n"
	for trusted, joined := range map[string]bool{"spiffe://test/node": true, "spiffe://test/x,spiffe://test/node": true, "spiffe://test/x": false} {
		t.Run(trusted, func(t *testing.T) {
			t.Parallel()
			_, files := newPKI(t)
			c := testnode.RunT(t, testnode.Datacenters{"dc1": 2}, files, testnode.NotStarted, internodeTLS(all), authenticator(trusted))
			c.Start(1)
			err := c.TryStart(2)
			if joined {
				require.NoError(t, err)
				c.Agree()
				return
			}
			time.Sleep(300 * time.Millisecond)
			require.Equal(t, 0, c.Client(1, "", "").MustExec(t, "SELECT peer FROM system.peers_v2").Len(), "%v", err)
		})
	}
}

// TestFaults : a cluster goes on through delays, losses and partitions, and is whole again after them.
func TestFaults(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 3})
	one := c.Client(1, "", "")
	exec(t, one, "CREATE KEYSPACE ks WITH replication = "+c.Replication(), "CREATE TABLE ks.t (k int PRIMARY KEY, v int)")
	c.Isolate(3)
	c.SeesDown(1, 3)
	c.SeesDown(3, 1)
	c.SeesDown(3, 2)
	for k := range 20 {
		_, err := one.QueryAt(4, fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, %d)", k, k))
		require.NoError(t, err)
	}
	lonely := c.Client(3, "", "")
	_, err := lonely.QueryAt(4, "SELECT * FROM ks.t")
	require.Equal(t, unavailable, rawclient.Code(err), "%v", err)
	require.Equal(t, 0, lonely.MustExec(t, "SELECT * FROM ks.t").Len())
	c.Heal()
	c.Agree()
	testnode.Within(t, 15*time.Second, "hints arrive", func() error {
		if n := lonely.MustExec(t, "SELECT * FROM ks.t").Len(); n < 20 {
			return fmt.Errorf("%d rows", n)
		}
		return nil
	})
}
