package gossip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// TransportConfig is what a Transport is made of.
type TransportConfig struct {
	Cluster string
	// Listen is listen_address and storage_port. Port 0 chooses one, for tests.
	Listen netip.AddrPort
	// Broadcast is the address that peers use; its port is Listen's when 0. Zero: Listen.
	Broadcast netip.AddrPort
	Encryption
	Faults *Faults // nil: none
	Log    *slog.Logger
	// ConnectTimeout limits connecting, the TLS handshake and the preface; 0: 2 seconds.
	ConnectTimeout time.Duration
}

// Transport is the port between nodes. It implements memberlist.Transport and is a factory of rpc connections.
type Transport struct {
	config TransportConfig
	tcp    *net.TCPListener
	udp    *net.UDPConn // nil when traffic is encrypted
	own    netip.AddrPort
	header []byte

	packets chan *memberlist.Packet
	streams chan net.Conn
	rpc     chan net.Conn

	// places says where peers are; set by Gossip once it knows. answer is sent to kindShadow and kindOwn.
	mu     sync.RWMutex
	places func(netip.AddrPort) place
	answer func(kind) []byte
	open   map[net.Conn]struct{}
	lanes  map[netip.AddrPort]*lane

	done    chan struct{}
	once    sync.Once
	running sync.WaitGroup
}

var _ memberlist.NodeAwareTransport = (*Transport)(nil)

// maxHandshakes limits connections that have not said yet what they are.
const maxHandshakes = 512

// Listen opens the port.
func Listen(c TransportConfig) (*Transport, error) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 2 * time.Second
	}
	if c.Faults == nil {
		c.Faults = NewFaults()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	t := &Transport{
		config: c, header: packetPreface(c.Cluster),
		packets: make(chan *memberlist.Packet, 256), streams: make(chan net.Conn), rpc: make(chan net.Conn),
		open: map[net.Conn]struct{}{}, lanes: map[netip.AddrPort]*lane{}, done: make(chan struct{}),
		places: func(netip.AddrPort) place { return place{} }, answer: func(kind) []byte { return nil },
	}
	var err error
	if t.tcp, err = net.ListenTCP("tcp", net.TCPAddrFromAddrPort(c.Listen)); err != nil {
		return nil, fmt.Errorf("listen between nodes: %w", err)
	}
	bound := netip.AddrPortFrom(c.Listen.Addr(), t.tcp.Addr().(*net.TCPAddr).AddrPort().Port())
	t.own = bound
	if c.Broadcast.IsValid() {
		t.own = netip.AddrPortFrom(c.Broadcast.Addr(), c.Broadcast.Port())
		if c.Broadcast.Port() == 0 {
			t.own = netip.AddrPortFrom(c.Broadcast.Addr(), bound.Port())
		}
	}
	if !c.on() {
		if t.udp, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(bound)); err != nil {
			_ = t.tcp.Close()
			return nil, fmt.Errorf("listen between nodes: %w", err)
		}
		t.running.Add(1)
		go t.readUDP()
	}
	t.running.Add(1)
	go t.accept()
	return t, nil
}

// Address is what peers know this node by.
func (t *Transport) Address() netip.AddrPort { return t.own }

// Faults are the injected faults.
func (t *Transport) Faults() *Faults { return t.config.Faults }

// FinalAdvertiseAddr implements memberlist.Transport.
func (t *Transport) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	return t.own.Addr().AsSlice(), int(t.own.Port()), nil
}

// PacketCh implements memberlist.Transport.
func (t *Transport) PacketCh() <-chan *memberlist.Packet { return t.packets }

// StreamCh implements memberlist.Transport.
func (t *Transport) StreamCh() <-chan net.Conn { return t.streams }

// accept hands each connection to a handshake of its own.
func (t *Transport) accept() {
	defer t.running.Done()
	slots := make(chan struct{}, maxHandshakes)
	for {
		c, err := t.tcp.Accept()
		if err != nil {
			select {
			case <-t.done:
				return
			case <-time.After(10 * time.Millisecond): // too many open files, for example
				continue
			}
		}
		select {
		case slots <- struct{}{}:
		default:
			_ = c.Close()
			continue
		}
		if !t.track(c) {
			return
		}
		t.running.Add(1)
		go func() {
			defer t.running.Done()
			defer t.untrack(c)
			conn, h, err := t.greet(c)
			<-slots
			if err != nil {
				_ = c.Close()
				t.config.Log.Debug("connection refused", "from", c.RemoteAddr().String(), "error", err)
				return
			}
			t.route(conn, h)
		}()
	}
}

func (t *Transport) track(c net.Conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.done:
		_ = c.Close()
		return false
	default:
	}
	t.open[c] = struct{}{}
	return true
}

func (t *Transport) untrack(c net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, c)
}

var errRefused = errors.New("refused")

// greet finds out who connects: TLS or plain, of which cluster, what for.
func (t *Transport) greet(c net.Conn) (net.Conn, hello, error) {
	_ = c.SetDeadline(time.Now().Add(t.config.ConnectTimeout))
	var first [1]byte
	if _, err := io.ReadFull(c, first[:]); err != nil {
		return nil, hello{}, err
	}
	var conn net.Conn = &peekedConn{Conn: c, first: first[:]}
	encrypted := first[0] == 0x16
	if encrypted {
		var config *tls.Config
		if t.config.Server != nil {
			config = t.config.Server()
		}
		if config == nil {
			t.config.Log.Warn(fmt.Sprintf("Rejected incoming TLS connection before negotiating from %s to %s. TLS is explicitly disabled by configuration.",
				c.RemoteAddr(), c.LocalAddr()))
			return nil, hello{}, errRefused
		}
		secure := tls.Server(conn, config)
		if err := secure.Handshake(); err != nil {
			return nil, hello{}, err
		}
		conn = secure
	}
	h, err := readPreface(conn)
	if err != nil {
		return nil, h, err
	}
	if !encrypted && !t.config.plainAllowed(t.place(t.own), t.place(h.from)) {
		t.config.Log.Warn(fmt.Sprintf("peer %s attempted to establish an unencrypted connection (broadcast address /%s)", c.RemoteAddr(), h.from))
		return nil, h, errRefused
	}
	if h.cluster != t.config.Cluster {
		t.config.Log.Warn(fmt.Sprintf("ClusterName mismatch from /%s %s!=%s", h.from, h.cluster, t.config.Cluster))
		return nil, h, errRefused
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, h, nil
}

func (t *Transport) place(a netip.AddrPort) place {
	t.mu.RLock()
	f := t.places
	t.mu.RUnlock()
	return f(a)
}

// route gives a connection to those who wait for its kind. It returns when the connection is theirs or done with.
func (t *Transport) route(conn net.Conn, h hello) {
	conn = t.config.Faults.wrap(conn, h.from, t.done)
	var to chan net.Conn
	switch h.kind {
	case kindGossip:
		to = t.streams
	case kindRPC:
		to = t.rpc
	case kindPackets:
		t.readPackets(conn, h.from)
		return
	case kindShadow, kindOwn:
		defer conn.Close()
		t.mu.RLock()
		f := t.answer
		t.mu.RUnlock()
		_ = conn.SetDeadline(time.Now().Add(t.config.ConnectTimeout))
		_, _ = conn.Write(f(h.kind))
		return
	default:
		_ = conn.Close()
		return
	}
	select {
	case to <- conn:
	case <-t.done:
		_ = conn.Close()
	}
}

// Dial opens a connection to a peer's rpc service.
func (t *Transport) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	return t.dial(ctx, to, kindRPC)
}

func (t *Transport) dial(ctx context.Context, to netip.AddrPort, k kind) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, t.config.ConnectTimeout)
	defer cancel()
	if err := t.config.Faults.dial(ctx, to, t.done); err != nil {
		return nil, err
	}
	d := net.Dialer{LocalAddr: t.localAddr()}
	conn, err := d.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if t.config.outbound(t.place(t.own), t.place(to)) {
		config := t.clientConfig(to)
		if config == nil {
			_ = conn.Close()
			return nil, errRefused
		}
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		conn = secure
	}
	if _, err := conn.Write(preface(k, t.config.Cluster, t.own)); err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return t.config.Faults.wrap(conn, to, t.done), nil
}

// clientConfig is how to connect to a peer; nil when TLS is asked for but not configured.
func (t *Transport) clientConfig(to netip.AddrPort) *tls.Config {
	if t.config.Client == nil {
		return nil
	}
	return t.config.Client(to)
}

// localAddr makes connections come from the node's own address: on one machine nodes differ by it alone.
func (t *Transport) localAddr() net.Addr {
	a := t.config.Listen.Addr()
	if a.IsUnspecified() {
		return nil
	}
	return &net.TCPAddr{IP: a.AsSlice()}
}

// DialTimeout implements memberlist.Transport.
func (t *Transport) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return t.dial(ctx, to, kindGossip)
}

// DialAddressTimeout implements memberlist.NodeAwareTransport.
func (t *Transport) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	return t.DialTimeout(a.Addr, timeout)
}

// rpcListener is the rpc side of the port.
type rpcListener struct {
	t      *Transport
	closed chan struct{}
	once   sync.Once
}

// RPC is where connections of other nodes' rpc clients arrive. Closing it leaves the port open.
func (t *Transport) RPC() net.Listener { return &rpcListener{t: t, closed: make(chan struct{})} }

func (l *rpcListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.t.rpc:
		return c, nil
	case <-l.closed:
	case <-l.t.done:
	}
	return nil, net.ErrClosed
}

func (l *rpcListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *rpcListener) Addr() net.Addr { return l.t.tcp.Addr() }

// Shutdown implements memberlist.Transport: it closes the port and waits until all of the transport's work has ended.
func (t *Transport) Shutdown() error {
	t.once.Do(func() {
		t.mu.Lock()
		close(t.done)
		_ = t.tcp.Close()
		if t.udp != nil {
			_ = t.udp.Close()
		}
		for c := range t.open {
			_ = c.Close()
		}
		for _, l := range t.lanes {
			l.stop()
		}
		t.mu.Unlock()
	})
	t.running.Wait()
	return nil
}
