package coord

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"alexandra/internal/clock"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
	"alexandra/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testCluster is coordinators over real storage that call each other without sockets.
type testCluster struct {
	t       *testing.T
	clock   *clock.Manual
	nodes   []*testNode
	ring    *ring.Ring
	schema  *schema.Schema
	dead    sync.Map // address -> bool: does not answer
	known   sync.Map // host id -> bool: is known to be down
	calls   atomic.Int64
	refuse  func(to netip.AddrPort, v rpc.Verb) error
	refused sync.Mutex
}

type testNode struct {
	*Coordinator
	endpoint *ring.Endpoint
	db       *storage.DB
}

func addr(n int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(n)}), 7000)
}

// newCluster makes nodes 1..n; dcs are their datacenters, one token each, evenly spread.
func newCluster(t *testing.T, s *schema.Schema, dcs ...string) *testCluster {
	t.Helper()
	c := &testCluster{t: t, clock: clock.NewManual(time.Unix(1_700_000_000, 0)), schema: s}
	var endpoints []ring.Endpoint
	for i, dc := range dcs {
		endpoints = append(endpoints, ring.Endpoint{
			HostID: uuid.UUID{15: byte(i + 1)}, Address: addr(i + 1), Datacenter: dc, Rack: fmt.Sprintf("r%d", i+1),
			Tokens: []token.Token{token.Even(len(dcs))[i] + 1},
		})
	}
	c.ring = ring.New(endpoints)
	for i, dc := range dcs {
		c.addNode(i, dc)
	}
	return c
}

func (c *testCluster) addNode(i int, dc string) {
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("ALEXANDRA_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	db, err := storage.Open(storage.Config{Dir: "db", FS: storage.MemFS(), Clock: c.clock, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(c.t, err)
	rackDC := c.t.TempDir() + "/cassandra-rackdc.properties"
	require.NoError(c.t, os.WriteFile(rackDC, []byte("dc="+dc+"\nrack=r\n"), 0o600))
	snitch, err := ring.OpenSnitch(ring.SnitchConfig{Class: "GossipingPropertyFileSnitch", RackDC: rackDC})
	require.NoError(c.t, err)
	self := c.ring.At(addr(i + 1))
	n := &testNode{endpoint: self, db: db}
	n.Coordinator = New(Config{
		ClusterName: "test", Self: self.HostID, Ring: c.ring, Snitch: snitch, Class: "x", Local: Disk{db},
		Liveness: liveness{c}, Caller: caller{c}, Clock: c.clock, Stamps: clock.NewTimestamps(c.clock), Log: log,
		Timeouts: func() Timeouts {
			return Timeouts{
				Read: 600 * time.Millisecond, Range: 600 * time.Millisecond, Write: 500 * time.Millisecond, CounterWrite: 500 * time.Millisecond,
				CASContention: 2 * time.Second, Truncate: time.Second, Request: time.Second, Repair: 5 * time.Second,
			}
		},
	})
	n.schema.publish(c.schema)
	db.SetSchema(c.schema)
	n.Start()
	c.nodes = append(c.nodes, n)
	c.t.Cleanup(func() {
		n.Stop()
		require.NoError(c.t, db.Close())
	})
}

// down makes nodes silent; known says whether the others have noticed.
func (c *testCluster) down(known bool, ns ...int) {
	for _, n := range ns {
		c.dead.Store(addr(n), true)
		if known {
			c.known.Store(uuid.UUID{15: byte(n)}, true)
		}
	}
}

func (c *testCluster) up(ns ...int) {
	for _, n := range ns {
		c.dead.Delete(addr(n))
		c.known.Delete(uuid.UUID{15: byte(n)})
	}
	for _, n := range c.nodes {
		n.WakeHints()
	}
}

type liveness struct{ c *testCluster }

func (l liveness) Live(host uuid.UUID) bool { _, dead := l.c.known.Load(host); return !dead }

func (l liveness) DownSince(uuid.UUID) time.Time { return time.Time{} }

func (l liveness) SchemaVersion(host uuid.UUID) uuid.UUID {
	return l.c.nodes[host[15]-1].Schema().Version
}

type caller struct{ c *testCluster }

var errSilent = errors.New("no answer")

func (x caller) Call(ctx context.Context, to netip.AddrPort, v rpc.Verb, body []byte) ([]byte, error) {
	x.c.calls.Add(1)
	if _, dead := x.c.dead.Load(to); dead {
		return nil, status.Error(codes.Unavailable, "connection refused")
	}
	x.c.refused.Lock()
	refuse := x.c.refuse
	x.c.refused.Unlock()
	if refuse != nil {
		if err := refuse(to, v); errors.Is(err, errSilent) {
			<-ctx.Done()
			return nil, ctx.Err()
		} else if err != nil {
			return nil, err
		}
	}
	n := x.c.nodes[to.Addr().As4()[3]-1]
	out, err := n.Handlers()[v](ctx, body)
	if err != nil && cqlerr.As(err) == nil {
		var e *rpc.Error
		if !errors.As(err, &e) {
			err = rpc.Failed(rpc.ReasonUnknown, "%v", err)
		}
	}
	return out, err
}

// Tables of the tests.

func int4(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func column(name string, kind schema.ColumnKind, typ cqltype.Type) *schema.Column {
	return &schema.Column{Name: name, Kind: kind, Type: typ, Position: -1}
}

func newTable(ks, name string, id byte, columns ...*schema.Column) *schema.Table {
	t := &schema.Table{
		Keyspace: ks, Name: name, ID: uuid.UUID{id}, Columns: map[string]*schema.Column{},
		Options: schema.Options{GCGraceSeconds: 864000, SpeculativeRetry: "99p", ReadRepair: "BLOCKING"},
	}
	for _, c := range columns {
		c.Keyspace, c.Table = ks, name
		t.Columns[c.Name] = c
		switch c.Kind {
		case schema.PartitionKey:
			c.Position = len(t.PartitionKey)
			t.PartitionKey = append(t.PartitionKey, c)
		case schema.Clustering:
			c.Position = len(t.Clustering)
			t.Clustering = append(t.Clustering, c)
		case schema.Static:
			t.Statics = append(t.Statics, c)
		default:
			t.Regulars = append(t.Regulars, c)
		}
	}
	return t
}

// testSchema has one keyspace "ks" with a table "t" (k, c, v) and a counter table "n" (k, n).
func testSchema(class string, options map[string]string) *schema.Schema {
	ks := schema.NewKeyspace("ks", schema.Replication{Class: ring.QualifiedClass(class), Options: options})
	t := newTable("ks", "t", 1, column("k", schema.PartitionKey, cqltype.Int), column("c", schema.Clustering, cqltype.Int), column("v", schema.Regular, cqltype.Text))
	n := newTable("ks", "n", 2, column("k", schema.PartitionKey, cqltype.Int), column("n", schema.Regular, cqltype.Counter))
	n.Counter = true
	ks = ks.WithTable(t).WithTable(n)
	return &schema.Schema{Keyspaces: map[string]*schema.Keyspace{"ks": ks}}
}

func (c *testCluster) table(name string) *schema.Table { return c.schema.Table("ks", name) }

// put is an INSERT of v at (k, c); an empty v deletes the row.
func (c *testCluster) put(n *testNode, k, cl int, v string) *row.Mutation {
	at := n.Stamps.Next()
	r := row.NewRow([][]byte{int4(cl)})
	if v == "" {
		r.Deletion = row.Deletion{Timestamp: at, LocalTime: c.clock.Now().Unix()}
	} else {
		r.Liveness.Timestamp = at
		r.Cells = []row.Cell{{Column: "v", Timestamp: at, Value: []byte(v)}}
	}
	key := int4(k)
	return &row.Mutation{Table: c.table("t"), Partition: row.Partition{Key: key, Token: token.Of(key), Deletion: row.Live, Rows: []*row.Row{r}}}
}

func (c *testCluster) write(n *testNode, cl row.Consistency, ms ...*row.Mutation) error {
	c.clock.Advance(time.Millisecond)
	return n.Write(context.Background(), ms, row.WriteOptions{Consistency: cl})
}

func (c *testCluster) readOf(k int) *row.Read {
	return &row.Read{Table: c.table("t"), Keys: [][]byte{int4(k)}, Now: c.clock.Now().Unix()}
}

// get returns the values of a partition in order.
func (c *testCluster) get(n *testNode, k int, cl row.Consistency) ([]string, error) {
	res, err := n.Read(context.Background(), c.readOf(k), cl)
	if err != nil {
		return nil, err
	}
	return values(res), nil
}

func values(res *row.Result) []string {
	out := []string{}
	for _, p := range res.Partitions {
		for _, r := range p.Rows {
			for _, cell := range r.Cells {
				out = append(out, string(cell.Value))
			}
		}
	}
	return out
}

// held is what one node has by itself.
func (c *testCluster) held(n *testNode, k int) []string {
	r := c.readOf(k)
	r.Purged = true
	res, err := n.db.Read(context.Background(), r)
	require.NoError(c.t, err)
	return values(res)
}

func requireCode(t *testing.T, err error, code cqlerr.Code, message string) *cqlerr.Error {
	t.Helper()
	e := cqlerr.As(err)
	require.NotNil(t, e, "%v", err)
	require.Equal(t, message, e.Message)
	require.Equal(t, code, e.Code)
	return e
}
