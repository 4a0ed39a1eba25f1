package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"alexandra/internal/config"
	"alexandra/internal/tlsconf/certgen"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "cassandra"

// pki is what the tests' servers and clients have.
type pki struct {
	dir   string
	ca    *certgen.Authority
	other *certgen.Authority
}

func newPKI(t *testing.T) *pki {
	t.Helper()
	p := &pki{dir: t.TempDir()}
	var err error
	p.ca, err = certgen.NewAuthority("ca1")
	require.NoError(t, err)
	p.other, err = certgen.NewAuthority("ca2")
	require.NoError(t, err)
	require.NoError(t, p.ca.Write(p.dir, "ca", password))
	node, err := p.ca.Node("node", "spiffe://demo/node", "127.0.0.1", "localhost")
	require.NoError(t, err)
	require.NoError(t, node.Write(p.dir, "node"))
	require.NoError(t, node.WriteStores(p.dir, "node", password))
	return p
}

func (p *pki) path(name string) string { return filepath.Join(p.dir, name) }

// options are what most tests want: JKS stores, TLS and client certificates required.
func (p *pki) options() *config.Config {
	c := config.Default()
	e := &c.ClientEncryption.EncryptionOptions
	e.Enabled, e.RequireClientAuth = true, true
	e.Keystore, e.KeystorePassword = p.path("node.jks"), password
	e.Truststore, e.TruststorePassword = p.path("ca.jks"), password
	return c
}

func (p *pki) issue(t *testing.T, a *certgen.Authority, r certgen.Request) tls.Certificate {
	t.Helper()
	c, err := a.Issue(r)
	require.NoError(t, err)
	return clientCertificate(c)
}

func clientCertificate(c *certgen.Certificate) tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{c.Leaf.Raw}, PrivateKey: c.Key, Leaf: c.Leaf}
}

// handshake runs both sides over a real socket and answers what each of them saw, after one byte both ways.
func handshake(t *testing.T, server, client *tls.Config) (state tls.ConnectionState, serverErr, clientErr error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	done := make(chan error, 1)
	go func() {
		raw, err := listener.Accept()
		if err != nil {
			done <- err
			return
		}
		defer raw.Close()
		_ = raw.SetDeadline(time.Now().Add(5 * time.Second))
		conn := tls.Server(raw, server)
		one := make([]byte, 1)
		if _, err := conn.Read(one); err != nil {
			done <- err
			return
		}
		_, err = conn.Write(one)
		done <- err
	}()
	raw, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(5 * time.Second))
	conn := tls.Client(raw, client)
	_, clientErr = conn.Write([]byte{1})
	if clientErr == nil {
		_, clientErr = conn.Read(make([]byte, 1))
	}
	state = conn.ConnectionState()
	raw.Close()
	return state, <-done, clientErr
}

func (p *pki) client(certificates ...tls.Certificate) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(p.ca.Certificate)
	c := &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
	if len(certificates) > 0 {
		// Show it even when the server's list of authorities does not hold its issuer.
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificates[0], nil }
	}
	return c
}

func TestClientCertificates(t *testing.T) {
	p := newPKI(t)
	server, err := OpenClient(p.options(), Options{})
	require.NoError(t, err)
	require.Equal(t, Encrypted, server.Policy())
	hour := time.Hour
	auth := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	for _, test := range []struct {
		name        string
		certificate *tls.Certificate
		accepted    bool
		alert       string
	}{
		{name: "good", certificate: ptr(p.issue(t, p.ca, certgen.Request{URI: "spiffe://demo/client", Usages: auth})), accepted: true},
		{name: "rsa", certificate: ptr(p.issue(t, p.ca, certgen.Request{RSA: true})), accepted: true},
		{name: "none", alert: "certificate required"},
		{name: "stranger", certificate: ptr(p.issue(t, p.other, certgen.Request{})), alert: "unknown certificate authority"},
		{name: "expired", certificate: ptr(p.issue(t, p.ca, certgen.Request{NotBefore: time.Now().Add(-2 * hour), NotAfter: time.Now().Add(-hour)})), alert: "expired certificate"},
		{name: "future", certificate: ptr(p.issue(t, p.ca, certgen.Request{NotBefore: time.Now().Add(hour)})), alert: "expired certificate"},
		{name: "server only", certificate: ptr(p.issue(t, p.ca, certgen.Request{Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})), alert: "bad certificate"},
		{name: "the authority itself", certificate: ptr(clientCertificate(p.ca.Itself())), accepted: true},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			c := p.client()
			if test.certificate != nil {
				c = p.client(*test.certificate)
			}
			c.MinVersion, c.MaxVersion = version, version
			state, serverErr, clientErr := handshake(t, server.Inbound(), c)
			if test.accepted {
				require.NoError(t, serverErr, test.name)
				require.NoError(t, clientErr, test.name)
				require.Equal(t, version, state.Version)
				continue
			}
			require.Error(t, serverErr, test.name)
			require.Error(t, clientErr, test.name)
			if version == tls.VersionTLS13 && !strings.Contains(clientErr.Error(), "reset") {
				require.ErrorContains(t, clientErr, test.alert, test.name)
			}
		}
	}

	cfg := p.options()
	cfg.ClientEncryption.RequireClientAuth = false
	cfg.ClientEncryption.Truststore = p.path("none") // not read
	relaxed, err := OpenClient(cfg, Options{})
	require.NoError(t, err)
	_, serverErr, clientErr := handshake(t, relaxed.Inbound(), p.client())
	require.NoError(t, errors.Join(serverErr, clientErr))
}

func ptr[T any](v T) *T { return &v }

func TestEndpointVerification(t *testing.T) {
	p := newPKI(t)
	cfg := p.options()
	cfg.ClientEncryption.RequireEndpointVerification = true
	server, err := OpenClient(cfg, Options{})
	require.NoError(t, err)
	for host, accepted := range map[string]bool{"127.0.0.1": true, "127.0.0.2": false, "localhost": false} {
		_, serverErr, _ := handshake(t, server.Inbound(), p.client(p.issue(t, p.ca, certgen.Request{Hosts: []string{host}})))
		require.Equal(t, accepted, serverErr == nil, "%s: %v", host, serverErr)
	}
}

func TestAllFormsOfKeyMaterial(t *testing.T) {
	p := newPKI(t)
	nodePEM, err := os.ReadFile(p.path("node.pem"))
	require.NoError(t, err)
	pem := func(parameters ...string) config.ParameterizedClass {
		return config.Class("PEMBasedSslContextFactory", parameters...)
	}
	for name, change := range map[string]func(*config.ClientEncryptionOptions){
		"jks":                        func(*config.ClientEncryptionOptions) {},
		"jks without trust password": func(e *config.ClientEncryptionOptions) { e.TruststorePassword = "" },
		"pkcs12 under either name": func(e *config.ClientEncryptionOptions) {
			e.Keystore, e.Truststore = p.path("node.p12"), p.path("ca.p12")
		},
		"jks named pkcs12": func(e *config.ClientEncryptionOptions) { e.StoreType = "PKCS12" },
		"full class name": func(e *config.ClientEncryptionOptions) {
			e.SSLContextFactory = config.Class("org.apache.cassandra.security.DefaultSslContextFactory")
		},
		"pem files": func(e *config.ClientEncryptionOptions) {
			e.SSLContextFactory, e.KeystorePassword = pem(), ""
			e.Keystore, e.Truststore = p.path("node.pem"), p.path("ca.crt")
		},
		"pem text": func(e *config.ClientEncryptionOptions) {
			e.SSLContextFactory = pem("private_key", string(nodePEM), "trusted_certificates", string(p.ca.PEM()))
			e.KeystorePassword, e.Keystore, e.Truststore = "", "conf/.keystore", "conf/.truststore"
		},
	} {
		cfg := p.options()
		change(&cfg.ClientEncryption)
		server, err := OpenClient(cfg, Options{})
		require.NoError(t, err, name)
		_, serverErr, clientErr := handshake(t, server.Inbound(), p.client(p.issue(t, p.ca, certgen.Request{})))
		require.NoError(t, errors.Join(serverErr, clientErr), name)
	}
}

func TestProtocolsAndCiphers(t *testing.T) {
	p := newPKI(t)
	rsa, err := p.ca.Issue(certgen.Request{Hosts: []string{"127.0.0.1"}, RSA: true})
	require.NoError(t, err)
	require.NoError(t, rsa.WriteStores(p.dir, "rsa", password))
	const gcm = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
	for _, test := range []struct {
		name     string
		change   func(*config.ClientEncryptionOptions)
		versions string // of 1.0 to 1.3, which ones work
		suite    uint16 // offered by 1.2 clients
	}{
		{name: "default", versions: "23"},
		{name: "only 1.3", versions: "3", change: func(e *config.ClientEncryptionOptions) { e.AcceptedProtocols = []string{"TLSv1.3"} }},
		{name: "protocol alone", versions: "1", change: func(e *config.ClientEncryptionOptions) { e.Protocol = "TLSv1.1" }},
		{name: "protocol TLS", versions: "23", change: func(e *config.ClientEncryptionOptions) { e.Protocol = "TLS" }},
		{name: "protocol appended", versions: "23", change: func(e *config.ClientEncryptionOptions) {
			e.Protocol, e.AcceptedProtocols = "TLSv1.2", []string{"TLSv1.3"}
		}},
		{name: "a gap", versions: "13", change: func(e *config.ClientEncryptionOptions) {
			e.AcceptedProtocols = []string{"TLSv1.1", "TLSv1.3"}
		}},
		{name: "one suite", versions: "2", suite: tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, change: func(e *config.ClientEncryptionOptions) {
			e.CipherSuites = []string{"NO_SUCH_CIPHER", gcm}
		}},
		{name: "another suite", versions: "", suite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, change: func(e *config.ClientEncryptionOptions) {
			e.CipherSuites = []string{gcm}
		}},
		{name: "only a suite of 1.3", versions: "3", change: func(e *config.ClientEncryptionOptions) {
			e.CipherSuites = []string{"TLS_AES_256_GCM_SHA384"}
		}},
		{name: "chacha is off", versions: "3", suite: tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256},
	} {
		cfg := p.options()
		e := &cfg.ClientEncryption
		e.Keystore, e.RequireClientAuth = p.path("rsa.jks"), false
		if test.change != nil {
			test.change(e)
		}
		server, err := OpenClient(cfg, Options{})
		require.NoError(t, err, test.name)
		for i, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
			c := p.client()
			c.MinVersion, c.MaxVersion = version, version
			if test.suite != 0 {
				c.CipherSuites = []uint16{test.suite}
			}
			_, serverErr, clientErr := handshake(t, server.Inbound(), c)
			want := strings.Contains(test.versions, string(rune('0'+i)))
			require.Equal(t, want, serverErr == nil && clientErr == nil, "%s with %s: %v, %v", test.name, tls.VersionName(version), serverErr, clientErr)
		}
	}
}

func TestPolicies(t *testing.T) {
	dir := t.TempDir()
	exists := filepath.Join(dir, "keystore")
	require.NoError(t, os.WriteFile(exists, nil, 0o600))
	yes, no := true, false
	for _, test := range []struct {
		enabled  bool
		optional *bool
		exists   bool
		want     string
	}{
		{false, nil, false, "unencrypted"},
		{false, nil, true, "optionally encrypted"},
		{true, nil, false, "encrypted"},
		{true, nil, true, "encrypted"},
		{false, &yes, false, "optionally encrypted"},
		{true, &yes, true, "optionally encrypted"},
		{true, &no, true, "encrypted"},
		{false, &no, true, "unencrypted"},
	} {
		o := config.EncryptionOptions{Enabled: test.enabled, Optional: test.optional, Keystore: filepath.Join(dir, "none")}
		if test.exists {
			o.Keystore = exists
		}
		require.Equal(t, test.want, ClientPolicy(&o).String(), "%+v", test)
	}

	a, b, c := config.Place{DC: "dc1", Rack: "r1"}, config.Place{DC: "dc1", Rack: "r2"}, config.Place{DC: "dc2", Rack: "r1"}
	for internode, want := range map[string]struct {
		policy           Policy
		self, rack, away bool
	}{
		"none": {Unencrypted, false, false, false},
		"rack": {OptionallyEncrypted, false, true, true},
		"dc":   {OptionallyEncrypted, false, false, true},
		"all":  {Encrypted, true, true, true},
	} {
		o := config.ServerEncryptionOptions{InternodeEncryption: internode}
		require.Equal(t, want.policy, InternodePolicy(&o), internode)
		require.Equal(t, []bool{want.self, want.rack, want.away}, []bool{EncryptTo(&o, a, a), EncryptTo(&o, a, b), EncryptTo(&o, a, c)}, internode)
	}
}
