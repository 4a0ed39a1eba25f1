package gossip

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/tlsconf/certgen"
)

// testEncryption is the mode with certificates of one authority on all nodes.
type testCA struct {
	cert  tls.Certificate
	roots *x509.CertPool
}

func newCA(t *testing.T) testCA {
	t.Helper()
	ca, err := certgen.NewAuthority("test")
	require.NoError(t, err)
	leaf, err := ca.Node("node", "", "127.0.0.1", "127.0.0.2", "127.0.0.3")
	require.NoError(t, err)
	key, err := leaf.KeyPEM()
	require.NoError(t, err)
	var out testCA
	out.cert, err = tls.X509KeyPair(leaf.ChainPEM(), key)
	require.NoError(t, err)
	out.roots = x509.NewCertPool()
	out.roots.AddCert(ca.Certificate)
	return out
}

func (ca testCA) encryption(mode EncryptionMode, optional bool) Encryption {
	return Encryption{
		Mode: mode, Optional: optional,
		Server: func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{ca.cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.roots}
		},
		Client: func(peer netip.AddrPort) *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{ca.cert}, RootCAs: ca.roots, ServerName: peer.Addr().String()}
		},
	}
}

func encrypted(e Encryption) option {
	return func(_ *Config, tc *TransportConfig) { tc.Encryption = e }
}

func inDC(dc string) option {
	return func(c *Config, _ *TransportConfig) { c.Initial[Datacenter] = dc }
}

func TestEncryptedCluster(t *testing.T) {
	ca := newCA(t)
	for _, mode := range []EncryptionMode{EncryptAll, EncryptDC, EncryptRack} {
		t.Run(string(mode), func(t *testing.T) {
			nodes := cluster(t, 3, encrypted(ca.encryption(mode, false)), func(c *Config, _ *TransportConfig) {
				if c.HostID[15] == 3 {
					c.Initial[Datacenter] = "dc2"
				}
			})
			for _, n := range nodes {
				require.Nil(t, n.transport.udp, "nothing goes over UDP")
			}
			nodes[2].Stop()
			eventually(t, 4*time.Second, "crash is noticed", func() bool { return !nodes[0].Live(uuid.UUID{15: 3}) })
			require.True(t, nodes[0].Live(uuid.UUID{15: 2}))
		})
	}
}

func TestPlainPeerOfEncryptedNodeGetsNothing(t *testing.T) {
	ca := newCA(t)
	nodes := cluster(t, 1, encrypted(ca.encryption(EncryptAll, false)))
	plain := startNode(t, 2)
	require.Zero(t, plain.Join(context.Background(), []netip.AddrPort{nodes[0].transport.Address()}))
	require.Len(t, nodes[0].Nodes(), 1)
	require.Len(t, plain.Nodes(), 1)

	c, err := net.Dial("tcp", nodes[0].transport.Address().String())
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Write(preface(kindShadow, "test", plain.transport.Address()))
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Second)))
	b, _ := io.ReadAll(c)
	require.Empty(t, b)

	// A certificate of another authority is as good as none.
	stranger := startNode(t, 3, encrypted(newCA(t).encryption(EncryptAll, false)))
	require.Zero(t, stranger.Join(context.Background(), []netip.AddrPort{nodes[0].transport.Address()}))
	require.Len(t, nodes[0].Nodes(), 1)
}

// The matrix of inbound connections in cluster.md 8.
func TestInboundPolicy(t *testing.T) {
	ca := newCA(t)
	none := Encryption{Mode: EncryptNone}
	keystore := ca.encryption(EncryptNone, true)
	for _, c := range []struct {
		name       string
		server     Encryption
		plain, tls bool
	}{
		{"none", none, true, false},
		{"none with keystore", keystore, true, true},
		{"all", ca.encryption(EncryptAll, false), false, true},
		{"all, optional", ca.encryption(EncryptAll, true), true, true},
		{"dc, peer elsewhere", ca.encryption(EncryptDC, false), false, true},
		{"rack, optional", ca.encryption(EncryptRack, true), true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := startNode(t, 1, encrypted(c.server))
			for i, client := range []Encryption{none, ca.encryption(EncryptAll, false)} {
				tr, err := Listen(TransportConfig{Cluster: "test", Listen: netip.MustParseAddrPort("127.0.0.2:0"), Encryption: client})
				require.NoError(t, err)
				_, err = Shadow(context.Background(), tr, []netip.AddrPort{n.transport.Address()})
				require.NoError(t, tr.Shutdown())
				require.Equal(t, []bool{c.plain, c.tls}[i], err == nil, "client %d: %v", i, err)
			}
		})
	}
	n := startNode(t, 1, encrypted(ca.encryption(EncryptDC, false)), inDC("x"))
	near := startNode(t, 2, encrypted(ca.encryption(EncryptDC, false)), inDC("x"))
	require.Equal(t, 1, near.Join(context.Background(), []netip.AddrPort{n.transport.Address()}))
	require.False(t, near.transport.config.outbound(near.placeOf(near.transport.own), near.placeOf(n.transport.own)), "a neighbour is talked to in plain text")
	eventually(t, time.Second, "and listened to", func() bool {
		_, err := Shadow(context.Background(), near.transport, []netip.AddrPort{n.transport.Address()})
		return err == nil
	})
}
