package tlsconf

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/internal/clock"
	"alexandra/internal/config"
)

// DefaultInterval is how often files are looked at for changes.
const DefaultInterval = 10 * time.Minute

// Options are what a Store needs beside the configuration. The zero value works.
type Options struct {
	// Clock tells whether certificates have expired and when to look for changes; nil is the system's.
	Clock clock.Clock
	// Log receives reloads and warnings; nil discards them.
	Log *slog.Logger
	// Interval is how often files are looked at; 0 is DefaultInterval.
	Interval time.Duration
}

// Store is the TLS side of one block of options. Safe for concurrent use.
type Store struct {
	source
	Options
	policy    Policy
	context   string // as messages about start-up name it
	block     string // as messages about reloading name it
	protocols []string
	suites    suites
	versions  []uint16
	peers     peerCheck

	current atomic.Pointer[material]

	mu       sync.Mutex // guards modified, stop and done
	modified map[string]time.Time
	stop     context.CancelFunc
	done     chan struct{}
}

// OpenClient reads client_encryption_options. Material is only read when the policy is not Unencrypted. Errors are
// *config.ConfigurationError with exit code 3.
func OpenClient(cfg *config.Config, o Options) (*Store, error) {
	e := cfg.ClientEncryption.EncryptionOptions
	s := &Store{Options: o, policy: ClientPolicy(&e), context: "Native transport", block: "client_encryption_options"}
	src, err := newSource(e)
	s.source = src
	if err != nil {
		return nil, err
	}
	return s, s.open()
}

// OpenInternode reads server_encryption_options, and the peers that MutualTlsInternodeAuthenticator trusts.
func OpenInternode(cfg *config.Config, o Options) (*Store, error) {
	e := cfg.ServerEncryption
	s := &Store{Options: o, policy: InternodePolicy(&e), context: "Internode messaging", block: "server_encryption_options"}
	src, err := newSource(e.EncryptionOptions)
	if err != nil {
		return nil, err
	}
	src.internode, src.outboundKeystore, src.outboundPassword = true, e.OutboundKeystore, e.OutboundKeystorePassword
	s.source = src
	if err := s.open(); err != nil {
		return nil, err
	}
	if e.Enabled {
		s.Log.Warn("Setting server_encryption_options.enabled has no effect, use internode_encryption")
	}
	if (e.InternodeEncryption == "dc" || e.InternodeEncryption == "rack") && e.RequireClientAuth {
		s.Log.Warn("Setting require_client_auth is incompatible with 'rack' and 'dc' internode_encryption values. " +
			"It is possible for an internode connection to pretend to be in the same rack/dc by spoofing its broadcast address in the handshake and bypass authentication. " +
			"To ensure that mutual TLS authentication is not bypassed, please set internode_encryption to 'all'. Continuing with insecure configuration.")
	}
	s.peers, err = newPeerCheck(cfg.InternodeAuthenticator, s)
	return s, err
}

func (s *Store) open() error {
	if s.Clock == nil {
		s.Clock = clock.System{}
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Interval <= 0 {
		s.Interval = DefaultInterval
	}
	if s.policy == Unencrypted {
		return nil
	}
	var err error
	if s.protocols, err = protocols(&s.EncryptionOptions); err != nil {
		return s.failed(err.Error())
	}
	if s.suites, err = chooseSuites(&s.EncryptionOptions); err != nil {
		return s.failed(err.Error())
	}
	for _, name := range s.suites.dropped {
		s.Log.Warn(fmt.Sprintf("Dropping unsupported cipher_suite %s from %s configuration", name, strings.ToLower(s.context)))
	}
	s.versions = versionsOf(s.protocols, s.suites)
	if s.pem && s.TruststorePassword != "" {
		s.Log.Warn("PEM based truststore should not be using password. Ignoring the given value in 'truststore_password' configuration.")
	}
	seen := s.fileTimes()
	m, causes := s.read()
	if causes != nil {
		return s.failed(causes...)
	}
	s.warnExpired(m)
	s.modified = seen
	s.current.Store(m)
	return nil
}

func (s *Store) failed(causes ...string) error {
	return config.Fatal("Failed to initialize SSL", append([]string{"Failed to create SSL context using " + s.context}, causes...)...)
}

func (s *Store) warnExpired(m *material) {
	ids := []identity{m.inbound}
	if m.outbound.chain[0] != m.inbound.chain[0] {
		ids = append(ids, m.outbound)
	}
	for _, id := range ids {
		if leaf := id.chain[0]; s.Clock.Now().After(leaf.NotAfter) {
			s.Log.Warn(fmt.Sprintf("Certificate for %s expired on %s", id.alias, leaf.NotAfter.Format(time.UnixDate)))
		}
	}
}

// Policy is what the ports of this block take.
func (s *Store) Policy() Policy { return s.policy }

// Protocols are the protocol names for the line "Native transport enabled TLS protocols: TLSv1.3, TLSv1.2".
func (s *Store) Protocols() []string { return slices.Clone(s.protocols) }

// CipherSuites are the names for the line "Native transport enabled cipher suites: ...".
func (s *Store) CipherSuites() []string { return slices.Clone(s.suites.names) }

// Certificate is this node's own certificate for inbound connections; nil when the policy is Unencrypted.
func (s *Store) Certificate() *x509.Certificate {
	m := s.current.Load()
	if m == nil {
		return nil
	}
	return m.inbound.chain[0]
}

// Reload reads everything again, as nodetool reloadssl asks for. When that fails, the old material stays. PEM text in the
// yaml is not read again.
func (s *Store) Reload() error {
	if s.policy == Unencrypted {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reloadLocked(s.fileTimes())
}

func (s *Store) reloadLocked(seen map[string]time.Time) error {
	m, causes := s.read()
	if causes != nil {
		s.Log.Error(fmt.Sprintf("Failed to hot reload the SSL Certificates! Please check the certificate files for %s.", s.block),
			"err", strings.Join(causes, ": "))
		return s.failed(causes...)
	}
	s.modified = seen
	s.warnExpired(m)
	s.current.Store(m)
	s.Log.Info(fmt.Sprintf("SSL certificates have been updated for %s. Resetting the ssl contexts for new connections.", s.block))
	return nil
}

// CheckFiles reloads when a file has changed since it was last read well, and reports whether it did.
func (s *Store) CheckFiles() (reloaded bool, err error) {
	if s.policy == Unencrypted {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.fileTimes()
	if maps.Equal(seen, s.modified) {
		return false, nil
	}
	if err := s.reloadLocked(seen); err != nil {
		return false, err
	}
	return true, nil
}

func (s *Store) fileTimes() map[string]time.Time {
	times := map[string]time.Time{}
	for _, path := range s.files() {
		if info, err := os.Stat(path); err == nil {
			times[path] = info.ModTime()
		}
	}
	return times
}

// Start looks for changed files every interval, until Stop.
func (s *Store) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil || s.policy == Unencrypted {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.done = cancel, make(chan struct{})
	go s.watch(ctx, s.done)
}

// Stop ends what Start began and waits for it.
func (s *Store) Stop() {
	s.mu.Lock()
	stop, done := s.stop, s.done
	s.stop, s.done = nil, nil
	s.mu.Unlock()
	if stop == nil {
		return
	}
	stop()
	<-done
}

func (s *Store) watch(ctx context.Context, done chan struct{}) {
	defer close(done)
	timer := s.Clock.NewTimer(s.Interval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C():
			// A failure is in the log; the next round tries again.
			_, _ = s.CheckFiles()
			timer.Reset(s.Interval)
		}
	}
}

// errNoTLS is for callers that ask an Unencrypted store for TLS.
var errNoTLS = errors.New("TLS is not configured here")

// Inbound is for tls.Server and listeners; nil when the policy is Unencrypted. It follows reloads by itself: every new
// connection gets the material of its time.
func (s *Store) Inbound() *tls.Config {
	if s.policy == Unencrypted {
		return nil
	}
	return &tls.Config{MinVersion: s.lowest(), GetConfigForClient: s.inboundFor}
}

func (s *Store) lowest() uint16 {
	if len(s.versions) == 0 {
		return tls.VersionTLS12
	}
	return s.versions[0]
}

func (s *Store) highest() uint16 {
	if len(s.versions) == 0 {
		return s.lowest()
	}
	return slices.Max(s.versions)
}

// base is what both directions have in common.
func (s *Store) base() *tls.Config {
	return &tls.Config{
		MinVersion:   s.lowest(),
		MaxVersion:   s.highest(),
		CipherSuites: s.suites.old,
		Time:         s.Clock.Now,
		// A resumed session would skip what is checked about certificates.
		SessionTicketsDisabled: true,
	}
}

func (s *Store) inboundFor(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	m := s.current.Load()
	if m == nil {
		return nil, errNoTLS
	}
	c := s.base()
	c.Certificates = []tls.Certificate{m.inbound.certificate()}
	if s.RequireClientAuth {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, m.roots
		c.VerifyConnection = func(state tls.ConnectionState) error {
			if s.RequireEndpointVerification {
				if err := verifyAddress(state.PeerCertificates[0], hello.Conn.RemoteAddr()); err != nil {
					return err
				}
			}
			return s.peers.verify(state.PeerCertificates[0])
		}
	}
	if !contiguous(s.versions) {
		c.MinVersion = s.choose(hello.SupportedVersions)
		c.MaxVersion = c.MinVersion
	}
	return c, nil
}

// choose is the newest version that both sides speak, for lists with a gap; without one, our newest, so that the handshake
// fails with the right alert.
func (s *Store) choose(offered []uint16) uint16 {
	for _, version := range slices.Backward(s.versions) {
		if slices.Contains(offered, version) {
			return version
		}
	}
	return s.versions[len(s.versions)-1]
}

// verifyAddress checks that the certificate holds the address that the connection comes from, by the rules of HTTPS.
func verifyAddress(leaf *x509.Certificate, address net.Addr) error {
	host, _, err := net.SplitHostPort(address.String())
	if err != nil {
		return fmt.Errorf("no host in %s: %w", address, err)
	}
	return leaf.VerifyHostname(host)
}

// Outbound is for a connection to another node, host being its address as dialled; nil when the policy is Unencrypted. The
// other side's certificate must come from the truststore, and hold host with require_endpoint_verification.
func (s *Store) Outbound(host string) *tls.Config {
	if s.policy == Unencrypted {
		return nil
	}
	c := s.base()
	c.ServerName = host
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		certificate := s.current.Load().outbound.certificate()
		return &certificate, nil
	}
	// The chain is checked below: the standard check cannot leave out the host name.
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(state tls.ConnectionState) error { return s.verifyServer(state, host) }
	if !contiguous(s.versions) {
		c.MinVersion = c.MaxVersion
	}
	return c
}

func (s *Store) verifyServer(state tls.ConnectionState, host string) error {
	roots := s.current.Load().roots
	if len(state.PeerCertificates) == 0 || roots == nil {
		return errors.New("the other node showed no certificate that can be checked")
	}
	options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool(), CurrentTime: s.Clock.Now()}
	for _, certificate := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(certificate)
	}
	if s.RequireEndpointVerification {
		options.DNSName = host
	}
	_, err := state.PeerCertificates[0].Verify(options)
	return err
}
