package gossip

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testNode is one node of a cluster in this process.
type testNode struct {
	*Gossip
	transport *Transport

	mu     sync.Mutex
	events []string
}

type option func(*Config, *TransportConfig)

// startNode starts a node on 127.0.0.n with a port of its own.
func startNode(t *testing.T, host byte, opts ...option) *testNode {
	t.Helper()
	n := &testNode{}
	c := Config{
		HostID: uuid.UUID{15: host}, Generation: 100, Detect: 400 * time.Millisecond,
		Initial: map[Key]string{
			Status: "NORMAL,1", Datacenter: "dc1", Rack: "r1", Tokens: FormatTokens([]int64{int64(host), -5}),
			Schema: uuid.Max.String(),
		},
		OnEvents: func(events []Event) {
			n.mu.Lock()
			defer n.mu.Unlock()
			for _, e := range events {
				n.events = append(n.events, fmt.Sprintf("%s %d", e.Kind, e.Node.HostID[15]))
			}
		},
	}
	tc := TransportConfig{Cluster: "test", Listen: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, host}), 0)}
	for _, o := range opts {
		o(&c, &tc)
	}
	var err error
	n.transport, err = Listen(tc)
	require.NoError(t, err)
	c.Transport = n.transport
	n.Gossip, err = New(c)
	require.NoError(t, err)
	require.NoError(t, n.Start())
	t.Cleanup(n.Stop)
	return n
}

func (n *testNode) saw(event string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Contains(n.events, event)
}

func eventually(t *testing.T, within time.Duration, what string, f func() bool) {
	t.Helper()
	require.Eventually(t, f, within, 2*time.Millisecond, what)
}

func cluster(t *testing.T, n int, opts ...option) []*testNode {
	t.Helper()
	var out []*testNode
	for i := range n {
		x := startNode(t, byte(i+1), opts...)
		if i > 0 {
			require.Positive(t, x.Join(context.Background(), []netip.AddrPort{out[0].transport.Address()}))
		}
		out = append(out, x)
	}
	for _, a := range out {
		for _, b := range out {
			eventually(t, 2*time.Second, "all are live", func() bool { return a.Live(b.config.HostID) })
		}
	}
	return out
}

func TestJoinAnnounceAndDie(t *testing.T) {
	nodes := cluster(t, 3)
	// A joiner is known to all within moments.
	start := time.Now()
	late := startNode(t, 4)
	require.Equal(t, 3, late.Join(context.Background(), []netip.AddrPort{nodes[0].transport.Address()}))
	for _, n := range nodes {
		eventually(t, time.Second, "joiner is up", func() bool { return n.saw("joined 4") && n.saw("up 4") })
		x := n.Node(uuid.UUID{15: 4})
		require.Equal(t, []int64{-5, 4}, x.Tokens)
		require.True(t, x.IsMember())
		require.Equal(t, "dc1", x.Datacenter)
	}
	t.Logf("join took %s", time.Since(start))

	// An announcement reaches all.
	v := uuid.New()
	start = time.Now()
	late.Set(map[Key]string{Schema: v.String()})
	for _, n := range nodes {
		eventually(t, time.Second, "schema version", func() bool { return n.SchemaVersion(uuid.UUID{15: 4}) == v })
	}
	t.Logf("announcement took %s", time.Since(start))

	// A crash is noticed, a restart comes back with a new generation at once.
	late.Stop()
	start = time.Now()
	for _, n := range nodes {
		eventually(t, 4*time.Second, "crash is noticed", func() bool { return n.saw("down 4") && !n.Live(uuid.UUID{15: 4}) })
	}
	t.Logf("detection took %s", time.Since(start))
	require.False(t, nodes[0].DownSince(uuid.UUID{15: 4}).IsZero())
	port := late.transport.Address()
	again := startNode(t, 4, func(c *Config, tc *TransportConfig) { c.Generation, tc.Listen = 101, port })
	again.Join(context.Background(), []netip.AddrPort{nodes[1].transport.Address()})
	for _, n := range nodes {
		eventually(t, 2*time.Second, "restart is noticed", func() bool {
			x := n.Node(uuid.UUID{15: 4})
			return x.Live && x.Generation == 101
		})
	}

	// A clean stop is known at once.
	start = time.Now()
	again.Leave()
	for _, n := range nodes {
		eventually(t, time.Second, "shutdown", func() bool { return !n.Live(uuid.UUID{15: 4}) })
		require.Equal(t, StatusShutdown, n.Node(uuid.UUID{15: 4}).Status)
	}
	t.Logf("shutdown took %s", time.Since(start))

	// Removal is final, until the node starts again.
	require.True(t, nodes[0].SetPeerStatus(uuid.UUID{15: 4}, StatusRemoved, uuid.UUID{15: 4}, 1))
	for _, n := range nodes {
		eventually(t, time.Second, "removed", func() bool { return n.saw("left 4") })
	}
	back := startNode(t, 4, func(c *Config, tc *TransportConfig) { c.Generation, tc.Listen = 102, port })
	back.Join(context.Background(), []netip.AddrPort{nodes[1].transport.Address()})
	eventually(t, 2*time.Second, "removed node rejoins", func() bool { return nodes[2].Live(uuid.UUID{15: 4}) })
}

func TestPartitionHeals(t *testing.T) {
	nodes := cluster(t, 3)
	a, b := nodes[0].transport, nodes[1].transport
	for _, n := range nodes[1:] {
		a.Faults().Set(n.transport.Address(), Fault{Cut: true})
	}
	eventually(t, 5*time.Second, "both sides see it", func() bool {
		return !nodes[0].Live(uuid.UUID{15: 2}) && !nodes[0].Live(uuid.UUID{15: 3}) && !nodes[1].Live(uuid.UUID{15: 1})
	})
	require.True(t, nodes[1].Live(uuid.UUID{15: 3}))
	a.Faults().Clear()
	eventually(t, 5*time.Second, "healed", func() bool {
		return nodes[0].Live(uuid.UUID{15: 2}) && nodes[1].Live(uuid.UUID{15: 1}) && nodes[2].Live(uuid.UUID{15: 1})
	})
	b.Faults().Set(a.Address(), Fault{Delay: time.Millisecond, Jitter: time.Millisecond, Drop: 0.1})
	require.Len(t, b.Faults().All(), 1)
}

type memoryStore struct {
	mu sync.Mutex
	b  []byte
}

func (s *memoryStore) LoadPeers() ([]byte, error) { s.mu.Lock(); defer s.mu.Unlock(); return s.b, nil }

func (s *memoryStore) SavePeers(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b = b
	return nil
}

func TestRememberedPeers(t *testing.T) {
	store := &memoryStore{}
	nodes := cluster(t, 2)
	x := startNode(t, 3, func(c *Config, _ *TransportConfig) { c.Store = store })
	x.Join(context.Background(), []netip.AddrPort{nodes[0].transport.Address()})
	eventually(t, time.Second, "knows all", func() bool { return len(x.Nodes()) == 3 })
	port := x.transport.Address()
	x.Stop()
	y := startNode(t, 3, func(c *Config, tc *TransportConfig) { c.Store, c.Generation, tc.Listen = store, 200, port })
	require.Len(t, y.Nodes(), 3, "the ring is known before anybody is reached")
	require.Equal(t, 2, y.Join(context.Background(), nil), "no seeds are needed")
	eventually(t, time.Second, "live", func() bool { return y.Live(uuid.UUID{15: 1}) && y.Live(uuid.UUID{15: 2}) })
}

func TestOtherClusterIsRefused(t *testing.T) {
	nodes := cluster(t, 1)
	x := startNode(t, 2, func(_ *Config, tc *TransportConfig) { tc.Cluster = "other" })
	require.Zero(t, x.Join(context.Background(), []netip.AddrPort{nodes[0].transport.Address()}))
	require.Len(t, nodes[0].Nodes(), 1)
	_, err := Shadow(context.Background(), x.transport, []netip.AddrPort{nodes[0].transport.Address()})
	require.ErrorIs(t, err, ErrUnreachable)
}

func TestShadowAndHostileInput(t *testing.T) {
	nodes := cluster(t, 2)
	tr, err := Listen(TransportConfig{Cluster: "test", Listen: netip.MustParseAddrPort("127.0.0.9:0")})
	require.NoError(t, err)
	defer tr.Shutdown()
	seen, err := Shadow(context.Background(), tr, []netip.AddrPort{nodes[0].transport.Address()})
	require.NoError(t, err)
	require.Len(t, seen, 2)
	require.Len(t, nodes[0].Nodes(), 2, "a shadow round changes nothing")

	for _, text := range []string{"GET / HTTP/1.0\r\n\r\n", magic, magic + "g\x04test\xff", magic + "z\x04test\x0e127.0.0.9:7000", "\x16\x03\x01", magic + "g\x04test\x0e127.0.0.9:7000\x06\xff\xff\xff"} {
		c, err := net.Dial("tcp", nodes[0].transport.Address().String())
		require.NoError(t, err)
		_, _ = c.Write([]byte(text))
		_ = c.Close()
		u, err := net.Dial("udp", nodes[0].transport.Address().String())
		require.NoError(t, err)
		_, _ = u.Write(append(packetPreface("test"), text...))
		_ = u.Close()
	}
	(*delegate)(nodes[0].Gossip).NotifyMsg([]byte{1, 255, 255, 255, 255, 15})
	require.True(t, nodes[0].Live(uuid.UUID{15: 2}))
	require.Len(t, nodes[0].Nodes(), 2)
}

func TestRPCSharesThePort(t *testing.T) {
	nodes := cluster(t, 2)
	l := nodes[0].transport.RPC()
	defer l.Close()
	c, err := nodes[1].transport.Dial(context.Background(), nodes[0].transport.Address())
	require.NoError(t, err)
	defer c.Close()
	s, err := l.Accept()
	require.NoError(t, err)
	defer s.Close()
	_, err = c.Write([]byte("hello"))
	require.NoError(t, err)
	b := make([]byte, 5)
	_, err = s.Read(b)
	require.NoError(t, err)
	require.Equal(t, "hello", string(b))
	nodes[1].transport.Faults().Set(nodes[0].transport.Address(), Fault{Cut: true})
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(10*time.Millisecond)))
	_, err = c.Write([]byte("x"))
	require.Error(t, err)
}

func TestStateMerge(t *testing.T) {
	a := &state{generation: 1}
	a.values[Rack] = Value{3, "x"}
	require.False(t, a.merge(&state{generation: 0}))
	b := &state{generation: 1}
	b.values[Rack], b.values[Load] = Value{2, "old"}, Value{4, "1.5"}
	require.True(t, a.merge(b))
	require.Equal(t, "x", a.values[Rack].Text)
	require.InDelta(t, 1.5, a.node(nil).Load, 0)
	require.True(t, a.merge(&state{generation: 2}))
	require.Empty(t, a.values[Rack].Text)
}

func FuzzDecodeStates(f *testing.F) {
	s := &state{host: uuid.New(), generation: 5}
	s.values[Tokens] = Value{7, "1,2,3"}
	f.Add(encodeStates([]*state{s}))
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		states, err := decodeStates(b)
		if err != nil {
			return
		}
		again, err := decodeStates(encodeStates(states))
		require.NoError(t, err)
		require.Len(t, again, len(states))
		for _, s := range states {
			s.node(nil)
		}
	})
}

func FuzzPreface(f *testing.F) {
	f.Add(preface(kindRPC, "test", netip.MustParseAddrPort("127.0.0.1:7000")))
	f.Fuzz(func(_ *testing.T, b []byte) {
		c, s := net.Pipe()
		go func() { _, _ = c.Write(b); _ = c.Close() }()
		_, _ = readPreface(s)
		_ = s.Close()
	})
}
