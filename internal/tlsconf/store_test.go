package tlsconf

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/clock"
	"alexandra/internal/config"
	"alexandra/internal/tlsconf/certgen"
)

// logBuffer is a log that a test may read while the watcher writes.
type logBuffer struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.String()
}

func (b *logBuffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

// TestRefusals holds the causes of each start-up failure, outermost first.
func TestRefusals(t *testing.T) {
	p := newPKI(t)
	require.NoError(t, os.WriteFile(p.path("empty.pem"), []byte("nothing"), 0o600))
	require.NoError(t, os.WriteFile(p.path("torn.jks"), []byte{0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF}, 0o600))
	const (
		keys  = "failed to build key manager store for secure connections"
		trust = "failed to build trust manager store for secure connections"
	)
	type options = config.ClientEncryptionOptions
	pem := func(e *options, parameters ...string) {
		e.SSLContextFactory, e.KeystorePassword = config.Class("PEMBasedSslContextFactory", parameters...), ""
		e.Keystore, e.Truststore = p.path("node.pem"), p.path("ca.crt")
	}
	for name, test := range map[string]struct {
		change func(*options)
		causes []string
		msg    string
	}{
		"no password":            {change: func(e *options) { e.KeystorePassword = "" }, causes: []string{"'keystore_password' must be specified"}},
		"no keystore":            {change: func(e *options) { e.Keystore = p.path("none") }, causes: []string{keys, "NoSuchFileException: " + p.path("none")}},
		"wrong password":         {change: func(e *options) { e.KeystorePassword = "wrong" }, causes: []string{keys, errPassword.Error()}},
		"wrong pkcs12 password":  {change: func(e *options) { e.Keystore, e.KeystorePassword = p.path("node.p12"), "wrong" }, causes: []string{keys, errPassword.Error()}},
		"torn":                   {change: func(e *options) { e.Keystore = p.path("torn.jks") }, causes: []string{keys, "Invalid keystore format: unexpected end"}},
		"no truststore":          {change: func(e *options) { e.Truststore = p.path("none") }, causes: []string{trust, "NoSuchFileException: " + p.path("none")}},
		"wrong trust password":   {change: func(e *options) { e.TruststorePassword = "wrong" }, causes: []string{trust, errPassword.Error()}},
		"wrong trust password 2": {change: func(e *options) { e.Truststore, e.TruststorePassword = p.path("ca.p12"), "wrong" }, causes: []string{trust, errPassword.Error()}},
		"protocol":               {change: func(e *options) { e.AcceptedProtocols = []string{"TLSv9"} }, causes: []string{"Protocol TLSv9 is not supported."}},
		"ciphers":                {change: func(e *options) { e.CipherSuites = []string{"NO_SUCH_CIPHER"} }, causes: []string{"No ciphers left after filtering supported cipher suite"}},
		"pem without key file": {change: func(e *options) { pem(e); e.Keystore = p.path("none") }, causes: []string{
			"Failed to build key manager store for secure connections", "Must provide outbound_keystore or outbound_private_key in configuration for PEMBasedSSlContextFactory", "NoSuchFileException: " + p.path("none"),
		}},
		"pem without truststore": {change: func(e *options) { pem(e); e.Truststore = p.path("none") }, causes: []string{
			"Failed to build trust manager store for secure connections", "Must provide truststore or trusted_certificates in configuration for PEMBasedSSlContextFactory", "NoSuchFileException: " + p.path("none"),
		}},
		"pem without key":          {change: func(e *options) { pem(e); e.Keystore = p.path("node.crt") }, causes: []string{"Failed to build key manager store for secure connections", "Invalid private key format"}},
		"pem without certificates": {change: func(e *options) { pem(e); e.Truststore = p.path("empty.pem") }, causes: []string{"Failed to build trust manager store for secure connections", "Invalid certificate format"}},
		"pem twice": {
			change: func(e *options) { pem(e, "private_key", "x") }, msg: "Unable to create instance of ISslContextFactory for " + pemFactory,
			causes: []string{"Configuration must specify value for either keystore or private_key, not both for PEMBasedSSlContextFactory"},
		},
		"two passwords": {
			change: func(e *options) { pem(e, "private_key_password", "x"); e.KeystorePassword = "y" }, msg: "Unable to create instance of ISslContextFactory for " + pemFactory,
			causes: []string{"'keystore_password' and 'key_password' both configurations are given and the values do not match"},
		},
		"repeated option": {
			change: func(e *options) { pem(e, "keystore", "x") }, causes: []string{},
			msg: "SslContextFactory " + pemFactory + " should configure 'keystore' as encryption_options instead of parameterized keys",
		},
		"unknown factory": {
			change: func(e *options) { e.SSLContextFactory = config.Class("Bogus") }, msg: "Unable to create instance of ISslContextFactory for org.apache.cassandra.security.Bogus",
			causes: []string{"Unable to find class org.apache.cassandra.security.Bogus"},
		},
	} {
		cfg := p.options()
		test.change(&cfg.ClientEncryption)
		_, err := OpenClient(cfg, Options{})
		var got *config.ConfigurationError
		require.True(t, errors.As(err, &got), "%s: %v", name, err)
		require.Equal(t, config.ExitConfiguration, got.ExitCode)
		if test.msg == "" {
			require.Equal(t, "Failed to initialize SSL", got.Msg, name)
			require.Equal(t, append([]string{"Failed to create SSL context using Native transport"}, test.causes...), got.Details, name)
			continue
		}
		require.Equal(t, test.msg, got.Msg, name)
		require.ElementsMatch(t, test.causes, got.Details, name)
	}
}

func TestUnencryptedReadsNothing(t *testing.T) {
	cfg := config.Default()
	for _, open := range []func(*config.Config, Options) (*Store, error){OpenClient, OpenInternode} {
		s, err := open(cfg, Options{})
		require.NoError(t, err)
		require.Equal(t, Unencrypted, s.Policy())
		require.Nil(t, s.Inbound())
		require.Nil(t, s.Outbound("127.0.0.1"))
		require.Nil(t, s.Certificate())
		require.NoError(t, s.Reload())
		s.Start()
		s.Stop()
	}
}

func TestHotReload(t *testing.T) {
	p := newPKI(t)
	now := clock.NewManual(time.Now())
	log := &logBuffer{}
	s, err := OpenClient(p.options(), Options{Clock: now, Log: log.logger()})
	require.NoError(t, err)
	inbound := s.Inbound()
	first := s.Certificate()
	serves := func() string {
		client := p.client(p.issue(t, p.ca, certgen.Request{}))
		state, serverErr, clientErr := handshake(t, inbound, client)
		require.NoError(t, errors.Join(serverErr, clientErr))
		return state.PeerCertificates[0].SerialNumber.String()
	}
	require.Equal(t, first.SerialNumber.String(), serves())

	s.Start()
	defer s.Stop()
	tick := func() {
		require.Eventually(t, func() bool { return now.Timers() == 1 }, time.Second, time.Millisecond)
		now.Advance(DefaultInterval)
		require.Eventually(t, func() bool { return now.Timers() == 1 }, time.Second, time.Millisecond)
	}
	replace := func(data []byte, age time.Duration) {
		require.NoError(t, os.WriteFile(p.path("node.jks"), data, 0o600))
		require.NoError(t, os.Chtimes(p.path("node.jks"), time.Time{}, time.Now().Add(age)))
	}

	// Broken material stays outside.
	replace([]byte("broken"), time.Minute)
	tick()
	require.Contains(t, log.String(), "Failed to hot reload the SSL Certificates! Please check the certificate files for client_encryption_options.")
	require.Equal(t, first.SerialNumber.String(), serves())

	renewed, err := p.ca.Node("node", "", "127.0.0.1")
	require.NoError(t, err)
	data, err := renewed.JKS(password)
	require.NoError(t, err)
	replace(data, 2*time.Minute)
	tick()
	require.Contains(t, log.String(), "SSL certificates have been updated for client_encryption_options. Resetting the ssl contexts for new connections.")
	require.Equal(t, renewed.Leaf.SerialNumber.String(), serves())

	reloaded, err := s.CheckFiles()
	require.NoError(t, err)
	require.False(t, reloaded, "nothing has changed since")

	// nodetool reloadssl does not look at the time of the file.
	require.NoError(t, s.Reload())
	require.NoError(t, os.Remove(p.path("ca.jks")))
	require.ErrorContains(t, s.Reload(), "failed to build trust manager store for secure connections")
	require.Equal(t, renewed.Leaf.SerialNumber.String(), serves())
}

func TestExpiredAndDroppedAreWarnings(t *testing.T) {
	p := newPKI(t)
	old, err := p.ca.Issue(certgen.Request{Hosts: []string{"127.0.0.1"}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	require.NoError(t, err)
	require.NoError(t, old.WriteStores(p.dir, "old", password))
	cfg := p.options()
	cfg.ClientEncryption.Keystore = p.path("old.jks")
	cfg.ClientEncryption.CipherSuites = []string{"TLS_NOPE", "TLS_AES_128_GCM_SHA256"}
	log := &logBuffer{}
	_, err = OpenClient(cfg, Options{Log: log.logger()})
	require.NoError(t, err)
	require.Contains(t, log.String(), "Certificate for node expired on ")
	require.Contains(t, log.String(), "Dropping unsupported cipher_suite TLS_NOPE from native transport configuration")
}

// internode is a configuration for node-to-node TLS with the node's own certificate.
func (p *pki) internode() *config.Config {
	c := config.Default()
	e := &c.ServerEncryption
	e.InternodeEncryption, e.RequireClientAuth = "all", true
	e.Keystore, e.KeystorePassword = p.path("node.jks"), password
	e.Truststore, e.TruststorePassword = p.path("ca.jks"), password
	return c
}

func TestInternode(t *testing.T) {
	p := newPKI(t)
	write := func(name string, c *certgen.Certificate, err error) {
		t.Helper()
		require.NoError(t, err)
		require.NoError(t, c.WriteStores(p.dir, name, password))
	}
	stranger, err := p.other.Node("stranger", "", "127.0.0.1")
	write("stranger", stranger, err)
	elsewhere, err := p.ca.Node("elsewhere", "spiffe://demo/elsewhere", "127.0.0.9")
	write("elsewhere", elsewhere, err)
	outbound, err := p.ca.Client("outbound", "spiffe://demo/node")
	write("outbound", outbound, err)

	connect := func(server, client func(*config.Config)) error {
		t.Helper()
		open := func(change func(*config.Config)) *Store {
			cfg := p.internode()
			if change != nil {
				change(cfg)
			}
			s, err := OpenInternode(cfg, Options{})
			require.NoError(t, err)
			return s
		}
		_, serverErr, clientErr := handshake(t, open(server).Inbound(), open(client).Outbound("127.0.0.1"))
		return errors.Join(serverErr, clientErr)
	}
	keystore := func(name string) func(*config.Config) {
		return func(c *config.Config) { c.ServerEncryption.Keystore = p.path(name) }
	}
	verify := func(c *config.Config) { c.ServerEncryption.RequireEndpointVerification = true }
	mtls := func(parameters ...string) func(*config.Config) {
		return func(c *config.Config) {
			c.InternodeAuthenticator = config.Class("MutualTlsInternodeAuthenticator", parameters...)
		}
	}
	require.NoError(t, connect(nil, nil))
	require.NoError(t, connect(verify, verify))
	require.NoError(t, connect(nil, func(c *config.Config) { c.ServerEncryption.OutboundKeystore = p.path("outbound.jks") }))
	require.Error(t, connect(keystore("stranger.jks"), nil), "the server is a stranger")
	require.Error(t, connect(nil, keystore("stranger.jks")), "the client is a stranger")
	require.NoError(t, connect(keystore("elsewhere.jks"), nil))
	require.ErrorContains(t, connect(keystore("elsewhere.jks"), verify), "127.0.0.1", "the server's certificate is for another address")
	require.ErrorContains(t, connect(verify, keystore("elsewhere.jks")), "127.0.0.1", "the client's certificate is for another address")

	require.NoError(t, connect(mtls(), nil))
	require.NoError(t, connect(mtls("node_identity", "spiffe://demo/node"), nil))
	require.NoError(t, connect(mtls("trusted_peer_identities", "spiffe://x,spiffe://demo/elsewhere"), keystore("elsewhere.jks")))
	require.ErrorContains(t, connect(mtls(), keystore("elsewhere.jks")), "Certificate identity 'spiffe://demo/elsewhere' not authorized")

	refused := func(change ...func(*config.Config)) error {
		cfg := p.internode()
		for _, f := range change {
			f(cfg)
		}
		_, err := OpenInternode(cfg, Options{})
		return err
	}
	require.EqualError(t, refused(mtls("node_identity", "spiffe://x")), "Failed to instantiate class MutualTlsInternodeAuthenticator: Configured node identity is not matching identity extractedfrom the keystore")
	require.EqualError(t, refused(mtls(), keystore("stranger.jks")), "Failed to instantiate class MutualTlsInternodeAuthenticator: No identity was extracted from the outbound keystore '"+p.path("stranger.jks")+"'")
	require.ErrorContains(t, refused(keystore("none")), "Failed to create SSL context using Internode messaging")
}
