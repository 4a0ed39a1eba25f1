package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/auth"
	"alexandra/internal/cql/exec"
	"alexandra/internal/tlsconf"
)

// Executor runs statements. *exec.Executor is the one there is; tests may bring another.
type Executor interface {
	Query(ctx context.Context, s *exec.Session, text string, o *exec.Options) (*exec.Result, error)
	Prepare(ctx context.Context, s *exec.Session, text, keyspace string, trace *exec.Trace) (*exec.PreparedResult, error)
	Execute(ctx context.Context, s *exec.Session, id []byte, o *exec.Options) (*exec.Result, error)
	Batch(ctx context.Context, s *exec.Session, kind exec.BatchType, items []exec.BatchItem, o *exec.Options) (*exec.Result, error)
	// Brisk says whether a prepared statement has always been answered at once so far, without a wait for anybody.
	Brisk(id []byte) bool
	// Guard checks that the session's user may still use this node: login, datacenter, client address.
	Guard(ctx context.Context, s *exec.Session) error
	// StartTrace begins the account of a traced request.
	StartTrace(s *exec.Session) *exec.Trace
}

// Endpoint is one address to listen on.
type Endpoint struct {
	Addr   netip.AddrPort
	Policy tlsconf.Policy
	TLS    *tls.Config // with GetConfigForClient where certificates reload; nil when Unencrypted
}

// Config is what a server needs. Sizes are bytes; zero of a limit that Cassandra spells -1 means no limit.
type Config struct {
	Endpoints     []Endpoint
	Executor      Executor
	Authenticator auth.Authenticator
	Log           *slog.Logger

	MaxFrameSize               int // native_transport_max_frame_size
	MaxMessageSize             int // native_transport_max_message_size
	MaxUnauthenticatedMessage  int // default 128 KiB
	MaxConnections             int // native_transport_max_concurrent_connections
	MaxConnectionsPerIP        int
	MaxUnauthenticated         int           // connections that have not logged in yet; negative: no limit
	HandshakeTimeout           time.Duration // from accept to ready
	IdleTimeout                time.Duration // native_transport_idle_timeout; 0: none
	RequestTimeout             time.Duration // native_transport_timeout: longest wait in the queue
	MaxThreads, MaxAuthThreads int
	MaxInFlight                int64 // native_transport_max_request_data_in_flight
	MaxInFlightPerIP           int64
	RequestsPerSecond          int // 0: no limit
	ThrowOnOverload            bool
	AllowOldVersions           bool // native_transport_allow_older_protocols
	ErrorsPerSegment           int  // consecutive_message_errors_threshold, default 1
	// MirrorPayloads sends the custom payload of QUERY, PREPARE, EXECUTE and BATCH back with the result, as Cassandra's
	// CustomPayloadMirroringQueryHandler does for drivers' tests. Otherwise payloads are dropped.
	MirrorPayloads bool
}

func (c *Config) setDefaults() {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&c.MaxFrameSize, 16<<20)
	def(&c.MaxMessageSize, 16<<20)
	def(&c.MaxUnauthenticatedMessage, 128<<10)
	def(&c.MaxUnauthenticated, 1024)
	def(&c.MaxThreads, 128)
	def(&c.MaxAuthThreads, 4)
	def(&c.ErrorsPerSegment, 1)
	if c.HandshakeTimeout == 0 {
		c.HandshakeTimeout = 30 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// Server accepts native protocol connections while it runs. It can be stopped and started again (disablebinary,
// enablebinary).
type Server struct {
	cfg     Config
	exec    Executor
	auth    auth.Authenticator
	log     *slog.Logger
	limits  *limits
	pool    *pool
	logins  chan struct{}
	metrics counters
	notice  noticeLimiter

	allowOld atomic.Bool
	running  atomic.Bool
	lastID   atomic.Uint32

	mu        sync.Mutex
	ctx       context.Context
	cancel    context.CancelFunc
	listeners []net.Listener
	conns     map[*conn]struct{}
	wg        sync.WaitGroup // accept loops and connections
	events    notifier
}

// New makes a server that does not listen yet.
func New(cfg Config) *Server {
	cfg.setDefaults()
	s := &Server{
		cfg: cfg, exec: cfg.Executor, auth: cfg.Authenticator, log: cfg.Log, limits: newLimits(&cfg),
		logins: make(chan struct{}, cfg.MaxAuthThreads), conns: map[*conn]struct{}{}, pool: newPool(cfg.MaxThreads),
	}
	s.allowOld.Store(cfg.AllowOldVersions)
	return s
}

// AllowOldVersions turns versions 3 and 4 on or off, for open connections, too.
func (s *Server) AllowOldVersions(allow bool) { s.allowOld.Store(allow) }

// Running says whether clients are served.
func (s *Server) Running() bool { return s.running.Load() }

// Addrs are the addresses listened on, with the ports that the system chose for port 0.
func (s *Server) Addrs() []netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	addrs := make([]netip.AddrPort, 0, len(s.listeners))
	for _, l := range s.listeners {
		addrs = append(addrs, l.Addr().(*net.TCPAddr).AddrPort())
	}
	return addrs
}

// Start listens on all endpoints, or on none. Starting a running server does nothing.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.Load() {
		return nil
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, e := range s.cfg.Endpoints {
		l, err := net.Listen("tcp", e.Addr.String())
		if err != nil {
			s.closeListeners()
			s.cancel()
			return fmt.Errorf("listen for CQL clients on %s: %w", e.Addr, err)
		}
		s.listeners = append(s.listeners, l)
		s.log.Info(fmt.Sprintf("Starting listening for CQL clients on /%s (%s)...", l.Addr(), e.Policy))
	}
	s.running.Store(true)
	for i, l := range s.listeners {
		s.wg.Go(func() { s.accept(l, s.cfg.Endpoints[i]) })
	}
	return nil
}

func (s *Server) closeListeners() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
	s.listeners = nil
}

// accepting says whether requests are still taken.
func (s *Server) accepting() bool { return s.running.Load() }

// Stop refuses new requests, lets running ones finish until ctx is done, and closes all connections. It returns when no
// goroutine of the server is left.
func (s *Server) Stop(ctx context.Context) {
	if !s.running.Swap(false) {
		return
	}
	if !s.pool.idle(ctx) {
		s.log.Warn("Some connections took longer than the native transport timeout to complete")
	}
	s.mu.Lock()
	s.closeListeners()
	s.cancel()
	for c := range s.conns {
		reset(c.nc)
	}
	s.mu.Unlock()
	s.wg.Wait()
	s.pool.stop()
	s.log.Info("Stop listening for CQL clients")
}

func (s *Server) accept(l net.Listener, e Endpoint) {
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Out of file descriptors, most likely: give connections time to end.
			s.log.Error("accept failed", "error", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		s.admit(nc, e)
	}
}

// admit makes a connection of a socket unless a limit is reached; then the socket is reset without a byte.
func (s *Server) admit(nc net.Conn, e Endpoint) {
	remote := nc.RemoteAddr().(*net.TCPAddr).AddrPort()
	remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
	s.mu.Lock()
	defer s.mu.Unlock()
	if message := s.overLimit(remote.Addr()); message != "" || s.ctx.Err() != nil {
		s.notice.log(s.log, slog.LevelError, message)
		reset(nc)
		return
	}
	if e.Policy == tlsconf.Encrypted {
		nc = tls.Server(nc, e.TLS)
	}
	c := newConn(s, nc, remote)
	s.conns[c] = struct{}{}
	s.wg.Go(func() {
		defer s.forget(c)
		if e.Policy == tlsconf.OptionallyEncrypted {
			if err := c.sniffTLS(e.TLS); err != nil {
				reset(c.nc)
				return
			}
		}
		c.serve()
	})
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.limits.leave(c.session.Remote.Addr())
	c.cancel()
}

// overLimit says which connection limit one more connection would break; s.mu is held. Too many that have not logged in
// are no reason to turn away the next one, who may be about to: the oldest of them makes room.
func (s *Server) overLimit(ip netip.Addr) string {
	same, waiting := 0, 0
	var oldest *conn
	for c := range s.conns {
		if c.session.Remote.Addr() == ip {
			same++
		}
		if stage(c.stage.Load()) == stageReady {
			continue
		}
		waiting++
		if oldest == nil || c.info.since.Before(oldest.info.since) {
			oldest = c
		}
	}
	total := len(s.conns) + 1
	switch {
	case s.cfg.MaxConnections > 0 && total > s.cfg.MaxConnections:
		return fmt.Sprintf("Exceeded maximum native connection limit of %d by using %d connections (see native_transport_max_concurrent_connections in cassandra.yaml)", s.cfg.MaxConnections, total)
	case s.cfg.MaxConnectionsPerIP > 0 && same+1 > s.cfg.MaxConnectionsPerIP:
		return fmt.Sprintf("Exceeded maximum native connection limit per ip of %d by using %d connections (see native_transport_max_concurrent_connections_per_ip)", s.cfg.MaxConnectionsPerIP, same+1)
	case s.cfg.MaxUnauthenticated > 0 && waiting >= s.cfg.MaxUnauthenticated:
		s.notice.log(s.log, slog.LevelWarn, fmt.Sprintf("More than %d connections have not logged in: the oldest is closed", s.cfg.MaxUnauthenticated))
		reset(oldest.nc)
	}
	return ""
}

func (s *Server) nextID() string { return fmt.Sprintf("%08x", s.lastID.Add(1)) }
