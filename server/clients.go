package server

import (
	"crypto/tls"
	"maps"
	"net/netip"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/auth"
)

// ClientInfo describes one connection, for system_views.clients and nodetool clientstats.
type ClientInfo struct {
	Remote                     netip.AddrPort
	Stage                      string // established, authenticating, ready
	Options                    map[string]string
	DriverName, DriverVersion  string
	Keyspace                   string
	Version                    int
	Requests                   int64
	TLS                        bool
	TLSProtocol, TLSCipherName string
	User                       string
}

// clientInfo gathers ClientInfo while a connection lives.
type clientInfo struct {
	since    time.Time
	requests atomic.Int64

	mu  sync.Mutex
	now ClientInfo
}

func newClientInfo(remote netip.AddrPort) *clientInfo {
	return &clientInfo{since: time.Now(), now: ClientInfo{Remote: remote, User: auth.AnonymousName}}
}

func (i *clientInfo) count() { i.requests.Add(1) }

func (i *clientInfo) setVersion(v int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.now.Version = v
}

func (i *clientInfo) setUser(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.now.User = name
}

// setOptions keeps what STARTUP said. The driver's version counts only beside its name.
func (i *clientInfo) setOptions(o map[string]string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.now.Options = o
	if i.now.DriverName = o["DRIVER_NAME"]; i.now.DriverName != "" {
		i.now.DriverVersion = o["DRIVER_VERSION"]
	}
}

func (i *clientInfo) setTLS(st tls.ConnectionState) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.now.TLS = true
	i.now.TLSProtocol, i.now.TLSCipherName = tlsProtocolName(st.Version), tls.CipherSuiteName(st.CipherSuite)
}

// tlsProtocolName is the name that Java programs know: TLSv1.3.
func tlsProtocolName(v uint16) string {
	switch v {
	case tls.VersionTLS13:
		return "TLSv1.3"
	case tls.VersionTLS12:
		return "TLSv1.2"
	case tls.VersionTLS11:
		return "TLSv1.1"
	}
	return "TLSv1"
}

// Clients lists the open connections by address and port.
func (s *Server) Clients() []ClientInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]ClientInfo, 0, len(s.conns))
	for c := range s.conns {
		list = append(list, c.snapshot())
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Remote.Compare(list[j].Remote) < 0 })
	return list
}

func (c *conn) snapshot() ClientInfo {
	c.info.mu.Lock()
	defer c.info.mu.Unlock()
	info := c.info.now
	info.Options = maps.Clone(info.Options)
	info.Stage = stageNames[c.stage.Load()]
	info.Keyspace = c.session.Keyspace()
	info.Requests = c.info.requests.Load()
	return info
}

// counters are the server's own figures.
type counters struct{ succeeded, failed atomic.Int64 }

func (m *counters) login(ok bool) {
	if ok {
		m.succeeded.Add(1)
	} else {
		m.failed.Add(1)
	}
}

// Logins are the numbers of logins that succeeded and failed since the start.
func (s *Server) Logins() (succeeded, failed int64) {
	return s.metrics.succeeded.Load(), s.metrics.failed.Load()
}
