package coord

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/gossip"
	"alexandra/internal/clock"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
	"alexandra/storage"
)

// wiredNode is a coordinator with real gossip, rpc and storage: what node makes, without clients.
type wiredNode struct {
	*Coordinator
	gossip    *gossip.Gossip
	transport *gossip.Transport
	server    *rpc.Server
	client    *rpc.Client
	db        *storage.DB
	served    chan error
	ready     atomic.Bool
}

// wire starts node n (1 to 3) over a store, which outlives it.
func wire(t *testing.T, n int, db *storage.DB, listen netip.AddrPort, generation int64, seeds ...netip.AddrPort) *wiredNode {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := &wiredNode{db: db, served: make(chan error, 1)}
	host := uuid.UUID{15: byte(n)}
	var err error
	w.transport, err = gossip.Listen(gossip.TransportConfig{Cluster: "wired", Listen: listen, Log: log})
	require.NoError(t, err)
	w.client = rpc.NewClient(rpc.ClientConfig{Dial: w.transport.Dial})
	w.gossip, err = gossip.New(gossip.Config{
		Transport: w.transport, HostID: host, Generation: generation, Detect: 500 * time.Millisecond, Log: log,
		Initial: map[gossip.Key]string{
			gossip.Status: gossip.StatusNormal, gossip.Datacenter: "dc", gossip.Rack: "r",
			gossip.Tokens: gossip.FormatTokens([]int64{int64(token.Even(3)[n-1]) + 1}),
		},
		OnEvents: func(events []gossip.Event) {
			if !w.ready.Load() {
				return
			}
			w.SetRing(w.ringOf())
			for _, e := range events {
				if e.Kind == gossip.Up {
					w.client.Up(e.Node.Address)
					w.WakeHints()
				}
			}
			w.SchemaSeen()
		},
	})
	require.NoError(t, err)
	rackDC := t.TempDir() + "/cassandra-rackdc.properties"
	require.NoError(t, os.WriteFile(rackDC, []byte("dc=dc\nrack=r\n"), 0o600))
	snitch, err := ring.OpenSnitch(ring.SnitchConfig{Class: "GossipingPropertyFileSnitch", RackDC: rackDC})
	require.NoError(t, err)
	w.Coordinator = New(Config{
		ClusterName: "wired", Self: host, Ring: w.ringOf(), Snitch: snitch, Local: Disk{db}, Liveness: w.gossip, Caller: w.client,
		Clock: clock.System{}, Stamps: clock.NewTimestamps(clock.System{}), Log: log, Codec: newTinyCodec(),
		OnSchema: func(_, now *schema.Schema, _ []schema.Change) {
			w.gossip.Set(map[gossip.Key]string{gossip.Schema: now.Version.String()})
		},
		Timeouts: func() Timeouts {
			return Timeouts{Read: 2 * time.Second, Range: 2 * time.Second, Write: time.Second, CounterWrite: time.Second, CASContention: time.Second, Truncate: time.Second, Request: time.Second, Repair: time.Second}
		},
	})
	require.NoError(t, w.LoadSchema(t.Context()))
	w.server = rpc.NewServer(rpc.ServerConfig{Handlers: w.Handlers(), Log: log})
	go func() { w.served <- w.server.Serve(w.transport.RPC()) }()
	w.gossip.Set(map[gossip.Key]string{gossip.Schema: w.Schema().Version.String()})
	w.ready.Store(true)
	w.Start()
	require.NoError(t, w.gossip.Start())
	if len(seeds) > 0 {
		require.Positive(t, w.gossip.Join(context.Background(), seeds))
	}
	w.SetRing(w.ringOf())
	w.SyncSchema(context.Background())
	return w
}

func (w *wiredNode) ringOf() *ring.Ring {
	var es []ring.Endpoint
	for _, g := range w.gossip.Nodes() {
		e := ring.Endpoint{HostID: g.HostID, Address: g.Address, Datacenter: g.Datacenter, Rack: g.Rack, Generation: g.Generation}
		for _, x := range g.Tokens {
			e.Tokens = append(e.Tokens, token.Token(x))
		}
		es = append(es, e)
	}
	return ring.New(es)
}

// stop ends a node; clean says whether it takes its leave.
func (w *wiredNode) stop(clean bool) {
	if clean {
		w.gossip.Leave()
	} else {
		w.gossip.Stop()
	}
	w.server.Stop()
	<-w.served
	w.client.Close()
	w.Stop()
}

func TestWiredCluster(t *testing.T) {
	var stores []*storage.DB
	var nodes []*wiredNode
	var seed netip.AddrPort
	for i := range 3 {
		db, err := storage.Open(storage.Config{Dir: "db", FS: storage.MemFS(), Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		stores = append(stores, db)
		listen := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)}), 0)
		if i == 0 {
			nodes = append(nodes, wire(t, 1, db, listen, 1))
			seed = nodes[0].transport.Address()
			continue
		}
		nodes = append(nodes, wire(t, i+1, db, listen, 1, seed))
	}
	defer func() {
		for i, n := range nodes {
			n.stop(true)
			require.NoError(t, stores[i].Close())
		}
	}()
	soon := func(within time.Duration, what string, f func() bool) {
		t.Helper()
		require.Eventually(t, f, within, 5*time.Millisecond, what)
	}
	for _, n := range nodes {
		soon(time.Second, "one ring", func() bool { return len(n.CurrentRing().Owners()) == 3 })
	}

	// A schema change is everywhere when the statement returns.
	_, err := nodes[0].AlterSchema(t.Context(), set("x", "1"))
	require.NoError(t, err)
	for _, n := range nodes {
		require.NotNil(t, n.Schema().Keyspace("x"))
	}

	// Data in a keyspace that all have by other means.
	s := testSchema("SimpleStrategy", map[string]string{"replication_factor": "3"})
	s.Keyspaces["system_schema"] = nodes[0].Schema().Keyspaces["system_schema"]
	s.Version = nodes[0].Schema().Version
	c := &testCluster{t: t, clock: clock.NewManual(time.Now()), schema: s}
	publish := func(n *wiredNode) { n.schema.publish(s); n.db.SetSchema(s) }
	for _, n := range nodes {
		publish(n)
	}
	put := func(n *wiredNode, k int, cl row.Consistency) error {
		return n.Write(t.Context(), []*row.Mutation{c.put(&testNode{Coordinator: n.Coordinator}, k, 1, fmt.Sprint(k))}, row.WriteOptions{Consistency: cl})
	}
	for k := range 20 {
		require.NoError(t, put(nodes[k%3], k, row.All))
	}
	read := func(n *wiredNode, k int, cl row.Consistency) ([]string, error) {
		res, err := n.Read(t.Context(), c.readOf(k), cl)
		if err != nil {
			return nil, err
		}
		return values(res), nil
	}
	got, err := read(nodes[2], 7, row.All)
	require.NoError(t, err)
	require.Equal(t, []string{"7"}, got)

	// A node dies: quorum works through, its writes are kept and delivered when it is back.
	address := nodes[2].transport.Address()
	nodes[2].stop(false)
	for k := 20; k < 40; k++ {
		require.NoError(t, put(nodes[k%2], k, row.Quorum))
		_, err := read(nodes[k%2], k, row.Quorum)
		require.NoError(t, err)
	}
	soon(3*time.Second, "found dead", func() bool { return !nodes[0].gossip.Live(uuid.UUID{15: 3}) && !nodes[1].gossip.Live(uuid.UUID{15: 3}) })
	require.Error(t, put(nodes[0], 41, row.All))
	nodes[2] = wire(t, 3, stores[2], address, 2, seed)
	publish(nodes[2])
	soon(8*time.Second, "hints are delivered", func() bool {
		for k := 20; k < 40; k++ {
			if len(c.held(&testNode{Coordinator: nodes[2].Coordinator, db: nodes[2].db}, k)) != 1 {
				return false
			}
		}
		return true
	})
	soon(time.Second, "all are needed again", func() bool { return put(nodes[0], 42, row.All) == nil })
}
