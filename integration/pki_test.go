package integration

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/tlsconf/certgen"
)

const storePassword = "cassandra"

// pki is the authority that a cluster's nodes trust, and one that they do not. node.jks, node.p12, node.pem and ca.jks,
// ca.p12, ca.crt lie in the cluster's folder.
type pki struct {
	t          *testing.T
	ca, other  *certgen.Authority
	dir        string
	addresses  []string
	clientAuth []x509.ExtKeyUsage
}

// newPKI makes the authorities and the option that puts the files into the cluster's folder.
func newPKI(t *testing.T) (*pki, testnode.Option) {
	t.Helper()
	p := &pki{t: t, clientAuth: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	var err error
	p.ca, err = certgen.NewAuthority("ca1")
	require.NoError(t, err)
	p.other, err = certgen.NewAuthority("ca2")
	require.NoError(t, err)
	return p, testnode.Prepare(func(dir string, addresses []string) error {
		p.dir, p.addresses = dir, addresses
		return p.writeNode(p.ca)
	})
}

// writeNode writes a certificate of an authority for all nodes, and the authority beside it.
func (p *pki) writeNode(a *certgen.Authority) error {
	node, err := a.Node("node", "spiffe://test/node", append([]string{"localhost"}, p.addresses...)...)
	if err != nil {
		return err
	}
	if err := node.Write(p.dir, "node"); err != nil {
		return err
	}
	if err := node.WriteStores(p.dir, "node", storePassword); err != nil {
		return err
	}
	return a.Write(p.dir, "ca", storePassword)
}

// client is how a client connects that trusts the authority and shows a certificate of a; nil shows none.
func (p *pki) client(a *certgen.Authority, r certgen.Request) *tls.Config {
	p.t.Helper()
	c := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}
	c.RootCAs.AddCert(p.ca.Certificate)
	if a == nil {
		return c
	}
	cert, err := a.Issue(r)
	require.NoError(p.t, err)
	shown := tls.Certificate{Certificate: [][]byte{cert.Leaf.Raw}, PrivateKey: cert.Key, Leaf: cert.Leaf}
	// Show it even when the server's list of authorities does not hold its issuer.
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &shown, nil }
	return c
}

func (p *pki) good() *tls.Config { return p.client(p.ca, certgen.Request{Usages: p.clientAuth}) }

func (p *pki) identity(uri string) *tls.Config {
	return p.client(p.ca, certgen.Request{URI: uri, Usages: p.clientAuth})
}

func (p *pki) expired() *tls.Config {
	return p.client(p.ca, certgen.Request{NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
}

func (p *pki) serverOnly() *tls.Config {
	return p.client(p.ca, certgen.Request{Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
}

func (p *pki) version(v uint16) *tls.Config {
	c := p.good()
	c.MinVersion, c.MaxVersion = v, v
	return c
}

// clientTLS is a client_encryption_options with more lines in it.
func clientTLS(lines string) testnode.YAML {
	return testnode.YAML(`
client_encryption_options:
  keystore: $DIR/node.jks
  keystore_password: cassandra
  truststore: $DIR/ca.jks
  truststore_password: cassandra
` + lines)
}

// writeOther writes a node's stores of the authority that nobody trusts.
func (p *pki) writeOther(name string) {
	p.t.Helper()
	node, err := p.other.Node("node", "spiffe://test/node", append([]string{"localhost"}, p.addresses...)...)
	require.NoError(p.t, err)
	require.NoError(p.t, node.WriteStores(p.dir, name, storePassword))
}
