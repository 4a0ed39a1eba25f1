package rpc

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// Caller asks other nodes. Client is the real one; tests have one without sockets.
type Caller interface {
	// Call sends body and returns the answer. The error is *Error when the peer answered with one; anything else
	// means that it is not known whether the peer did what was asked. body must not be changed any more.
	Call(ctx context.Context, to netip.AddrPort, verb Verb, body []byte) ([]byte, error)
}

// ClientConfig is what a Client is made of.
type ClientConfig struct {
	// Dial opens a connection to a peer's rpc listener: plain or TLS, with the cluster's preface sent.
	Dial       func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	MaxMessage int // bytes; 0: DefaultMaxMessage
}

// Client keeps one connection per peer.
type Client struct {
	config ClientConfig

	mu       sync.RWMutex
	conns    map[netip.AddrPort]*peerConn
	retiring map[*peerConn]bool // those whose last calls are under way
	closed   bool
}

var _ Caller = (*Client)(nil)

var errClosed = errors.New("rpc client is closed")

// NewClient makes a client without connections.
func NewClient(c ClientConfig) *Client {
	if c.MaxMessage == 0 {
		c.MaxMessage = DefaultMaxMessage
	}
	return &Client{config: c, conns: map[netip.AddrPort]*peerConn{}, retiring: map[*peerConn]bool{}}
}

// Call implements Caller.
func (c *Client) Call(ctx context.Context, to netip.AddrPort, verb Verb, body []byte) ([]byte, error) {
	conn, err := c.acquire(to)
	if err != nil {
		return nil, err
	}
	defer c.release(conn)
	if _, ok := frequent[verb]; ok && len(body) <= maxStreamed && !isTraced(ctx) {
		return conn.current().call(ctx, verb, body)
	}
	ctx, options, traced := traceCall(ctx)
	defer traced()
	var answer []byte
	if err := conn.Invoke(ctx, "/"+service+"/"+string(verb), &body, &answer, options...); err != nil {
		if status.Code(err) == codes.ResourceExhausted {
			return nil, Failed(ReasonReadSize, "%v", err)
		}
		return nil, err
	}
	return decodeAnswer(answer)
}

// acquire is the connection to a peer, counted as used until release.
func (c *Client) acquire(to netip.AddrPort) (*peerConn, error) {
	c.mu.RLock()
	conn := c.conns[to]
	if conn != nil {
		conn.calls.Add(1)
	}
	c.mu.RUnlock()
	if conn != nil {
		return conn, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClosed
	}
	conn = c.conns[to]
	if conn == nil {
		var err error
		if conn, err = c.open(to); err != nil {
			return nil, err
		}
		c.conns[to] = conn
	}
	conn.calls.Add(1)
	return conn, nil
}

func (c *Client) release(conn *peerConn) {
	if conn.calls.Add(-1) == 0 && conn.retired.Load() {
		c.closeRetired(conn)
	}
}

func (c *Client) closeRetired(conn *peerConn) {
	c.mu.Lock()
	mine := c.retiring[conn]
	delete(c.retiring, conn)
	c.mu.Unlock()
	if mine {
		_ = conn.Close()
	}
}

func (c *Client) open(to netip.AddrPort) (*peerConn, error) {
	conn, err := grpc.NewClient("passthrough:///"+to.String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()), // the transport below does TLS
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return c.config.Dial(ctx, to) }),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodecV2(bytesCodec{}),
			grpc.MaxCallRecvMsgSize(c.config.MaxMessage),
			grpc.MaxCallSendMsgSize(c.config.MaxMessage),
		),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: 2 * time.Second,
		}),
		grpc.WithInitialWindowSize(1<<20),
		grpc.WithInitialConnWindowSize(8<<20),
		grpc.WithDisableServiceConfig(),
		grpc.WithIdleTimeout(0),
	)
	return &peerConn{ClientConn: conn}, err
}

// Up tells that a peer has come back: the next call to it connects at once. A connection that waits before it tries again
// is replaced; gRPC's own way to end that wait (ResetConnectBackoff) reads a map without its lock.
func (c *Client) Up(peer netip.AddrPort) {
	c.mu.RLock()
	conn := c.conns[peer]
	c.mu.RUnlock()
	if conn != nil && conn.GetState() == connectivity.TransientFailure {
		c.forget(peer, conn)
	}
}

// Forget closes the connection to a peer that is dead, so that nothing waits for it. A later call opens a new one.
func (c *Client) Forget(peer netip.AddrPort) {
	c.mu.RLock()
	conn := c.conns[peer]
	c.mu.RUnlock()
	if conn != nil {
		c.forget(peer, conn)
	}
}

// Retire closes the connection to a peer that leaves in good order once the calls under way have their answers. A later
// call opens a new one.
func (c *Client) Retire(peer netip.AddrPort) {
	c.mu.Lock()
	conn := c.conns[peer]
	if conn != nil {
		delete(c.conns, peer)
		c.retiring[conn] = true
		conn.retired.Store(true)
	}
	c.mu.Unlock()
	if conn != nil && conn.calls.Load() == 0 {
		c.closeRetired(conn)
	}
}

// forget closes a connection unless somebody else has replaced it already.
func (c *Client) forget(peer netip.AddrPort, conn *peerConn) {
	c.mu.Lock()
	mine := c.conns[peer] == conn
	if mine {
		delete(c.conns, peer)
	}
	c.mu.Unlock()
	if mine {
		_ = conn.Close()
	}
}

// Close ends all connections; calls after it fail.
func (c *Client) Close() {
	c.mu.Lock()
	conns, retiring := c.conns, c.retiring
	c.conns, c.retiring, c.closed = map[netip.AddrPort]*peerConn{}, map[*peerConn]bool{}, true
	c.mu.Unlock()
	for _, conn := range conns {
		_ = conn.Close()
	}
	for conn := range retiring {
		_ = conn.Close()
	}
}

// IsUnreachable says whether a call failed because there was no connection, or because it broke: the peer may be dead.
func IsUnreachable(err error) bool { return status.Code(err) == codes.Unavailable }
