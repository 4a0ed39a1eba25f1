// Package coord is the coordinator: it turns one read or write of a client into what the replicas do, and decides when
// enough of them have answered.
//
// It holds Cassandra's rules of consistency levels, hints, read repair, the batchlog, counters, conditional updates
// (Paxos), schema changes and anti-entropy repair. It reaches this node's data through Local, other nodes through
// rpc.Caller, and asks Liveness who is up; placement is ring's. It is also the receiving end: Handlers is the table of
// what this node does for others' coordinators.
//
// It knows neither CQL text nor sockets nor Pebble. cql/exec calls it through its Coordinator interface; node wires it.
// See DESIGN.md.
package coord

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/clock"
	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
)

// Local is this node's storage. Methods are safe for concurrent use.
type Local interface {
	// Apply writes mutations, all or none, durably as commitlog_sync asks. It does not keep them.
	Apply(ctx context.Context, ms []*row.Mutation) error
	// ApplyCounter adds the increments in m to node's own shards, writes them, and returns the mutation that other
	// replicas need.
	ApplyCounter(ctx context.Context, m *row.Mutation, node [16]byte) (*row.Mutation, error)
	// Read returns what this node has, unreconciled with other replicas: tombstones included.
	Read(ctx context.Context, r *row.Read) (*row.Result, error)
	// Truncate drops all rows of a table.
	Truncate(t *schema.Table) error
	KV
}

// KV is a small durable map on this node: hints, batchlog, Paxos state. Keys start with the user's own prefix.
type KV interface {
	// Get returns nil when there is no such key. The caller owns the answer.
	Get(key []byte) ([]byte, error)
	// Set is as durable as a write of a row.
	Set(key, value []byte) error
	Delete(key []byte) error
	// Scan visits keys with a prefix in order until visit returns false. Slices are valid during the visit only.
	Scan(prefix []byte, visit func(key, value []byte) bool) error
	// ScanAfter is Scan that starts behind a key.
	ScanAfter(after, prefix []byte, visit func(key, value []byte) bool) error
}

// Liveness is this node's opinion of who is up.
type Liveness interface {
	// Live says whether a peer is thought to answer. The node itself is not asked about.
	Live(host uuid.UUID) bool
	// DownSince is when a peer was last found dead; zero while it is up or when nothing is known.
	DownSince(host uuid.UUID) time.Time
	// SchemaVersion is the schema that a peer last announced; zero when none.
	SchemaVersion(host uuid.UUID) uuid.UUID
}

// Timeouts are cassandra.yaml's, as they are now (nodetool settimeout changes them).
type Timeouts struct {
	Read, Range, Write, CounterWrite, CASContention, Truncate, Request, Repair time.Duration
}

// HintOptions are cassandra.yaml's hint settings, as they are now.
type HintOptions struct {
	Enabled             bool
	DisabledDatacenters []string
	MaxWindow           time.Duration
	PersistentWindow    bool  // the window counts from the oldest hint, too, over restarts
	MaxBytesPerHost     int64 // 0: no limit
}

// Config is what a Coordinator is made of. All fields are needed unless said otherwise.
type Config struct {
	ClusterName string
	Self        uuid.UUID // host id
	CounterID   uuid.UUID // whose shards of counters this node adds to; zero: Self's
	Ring        *ring.Ring
	Snitch      ring.Snitch
	Class       string // snitch class for DESCRIBE CLUSTER, fully qualified
	Local       Local
	Liveness    Liveness
	Caller      rpc.Caller
	Codec       SchemaCodec
	Timeouts    func() Timeouts
	Hints       func() HintOptions // nil: hints are on, with Cassandra's defaults
	Clock       clock.Clock
	Stamps      *clock.Timestamps
	Rand        func() uint64 // nil: math/rand/v2
	Log         *slog.Logger
	// OnSchema is told of each schema change after it is visible, whoever made it. It must not block for long.
	OnSchema func(old, now *schema.Schema, changes []schema.Change)
	// OnPeerVersion is told which schema version a peer has after a push, before gossip says so. May be nil.
	OnPeerVersion func(host, version uuid.UUID)
	// ReadPercentile is how long the fraction q of the latest point reads of a table took at most, as this node
	// coordinated them; false when there were none. Nil: none are known.
	ReadPercentile func(t *schema.Table, q float64) (time.Duration, bool)
}

// Coordinator is safe for concurrent use.
type Coordinator struct {
	Config
	ringMu sync.Mutex // held while ring and places are stored
	ring   atomic.Pointer[ring.Ring]
	places atomic.Pointer[placeTable]

	flights flights
	changed ringNews
	schema  schemaState
	paxos   paxosLocks
	// exclusive are the locks of partitions that this node keeps for all.
	exclusive partitionLocks
	hints     hintState
	stats     Stats

	// base is cancelled by Stop; background work runs under it and is counted by running.
	base     context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	stopping sync.RWMutex // held while something is added to running
}

// Stats counts what nodetool shows.
type Stats struct {
	ReadRepairAttempted, ReadRepairBlocking, HintsStored, HintsDelivered atomic.Int64
}

// New makes a coordinator without a schema: LoadSchema comes next, then Start.
func New(c Config) *Coordinator {
	if c.Hints == nil {
		c.Hints = func() HintOptions { return HintOptions{Enabled: true, MaxWindow: 3 * time.Hour} }
	}
	if c.CounterID == uuid.Nil {
		c.CounterID = c.Self
	}
	if c.Rand == nil {
		c.Rand = rand.Uint64
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	k := &Coordinator{Config: c, flights: flights{current: &sync.WaitGroup{}}}
	k.base, k.cancel = context.WithCancel(context.Background())
	k.setRing(c.Ring)
	k.hints.wake = make(chan struct{}, 1)
	k.hints.bytes, k.hints.oldest = map[uuid.UUID]int64{}, map[uuid.UUID]time.Time{}
	k.exclusive.held = map[string]*partitionLock{}
	k.schema.pull = make(chan struct{}, 1)
	k.schema.tried = map[pullKey]time.Time{}
	k.schema.publish(&schema.Schema{})
	return k
}

// Start begins hint delivery, batchlog replay, schema pulls and the removal of old Paxos states.
func (c *Coordinator) Start() {
	c.background(c.deliverHintsLoop)
	c.background(c.replayBatchlogLoop)
	c.background(c.pullLoop)
	c.background(c.expirePaxosLoop)
}

// every does something after each interval, and when woken (wake may be nil), until ctx ends.
func every(ctx context.Context, interval time.Duration, wake <-chan struct{}, do func()) {
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-timer.C:
		}
		do()
		timer.Reset(interval)
	}
}

// Stop ends background work and waits for it.
func (c *Coordinator) Stop() {
	c.stopping.Lock()
	c.cancel()
	c.stopping.Unlock()
	c.running.Wait()
}

// background runs f until Stop; f must return when its context ends. After Stop it does nothing and says false.
func (c *Coordinator) background(f func(ctx context.Context)) bool {
	c.stopping.RLock()
	defer c.stopping.RUnlock()
	if c.base.Err() != nil {
		return false
	}
	c.running.Add(1)
	go func() {
		defer c.running.Done()
		f(c.base)
	}()
	return true
}

// SetRing publishes a changed ring.
func (c *Coordinator) SetRing(r *ring.Ring) {
	for _, x := range r.Conflicts() {
		c.Log.Warn("nodes have the same token", "token", int64(x.Token), "owner", x.Winner.String(), "ignored", x.Loser.String())
	}
	c.setRing(r)
}

func (c *Coordinator) setRing(r *ring.Ring) {
	c.ringMu.Lock()
	c.ring.Store(r)
	c.places.Store(&placeTable{ring: r})
	c.ringMu.Unlock()
	c.changed.tell()
}

// forgetPlaces is for another schema: placements of keyspaces that are no more go.
func (c *Coordinator) forgetPlaces() {
	c.ringMu.Lock()
	c.places.Store(&placeTable{ring: c.ring.Load()})
	c.ringMu.Unlock()
	c.changed.tell()
}

// CurrentRing is the newest ring.
func (c *Coordinator) CurrentRing() *ring.Ring { return c.ring.Load() }

// Stats are the coordinator's counters.
func (c *Coordinator) Stats() *Stats { return &c.stats }

// Datacenters are the names of all datacenters with nodes, sorted, the local one included.
func (c *Coordinator) Datacenters() []string {
	dcs := c.ring.Load().Datacenters()
	if own := c.Snitch.Local().Datacenter; !slices.Contains(dcs, own) {
		dcs = append(dcs, own)
		slices.Sort(dcs)
	}
	return dcs
}

// Topology describes the cluster.
func (c *Coordinator) Topology() row.Topology {
	r := c.ring.Load()
	return row.Topology{
		ClusterName:        c.ClusterName,
		Partitioner:        "org.apache.cassandra.dht.Murmur3Partitioner",
		Snitch:             c.Class,
		LocalDatacenter:    c.Snitch.Local().Datacenter,
		NodesPerDatacenter: r.NodesPerDatacenter(),
		RangeOwnership:     c.rangeOwnership,
	}
}

func (c *Coordinator) rangeOwnership(keyspace string) map[string][]string {
	p, err := c.place(keyspace)
	if err != nil || ring.IsLocal(p.Strategy) {
		return nil
	}
	out := map[string][]string{}
	for _, r := range p.Ranges() {
		var names []string
		for _, e := range r.Replicas {
			names = append(names, e.String())
		}
		out[r.End.String()] = names
	}
	return out
}

// placeTable remembers the placements of keyspaces on one ring.
type placeTable struct {
	ring *ring.Ring
	by   sync.Map // *schema.Keyspace -> *ring.Placement
}

// place finds where a keyspace's data lives. An unknown keyspace is an error of the request.
func (c *Coordinator) place(keyspace string) (*ring.Placement, error) {
	ks := c.Schema().Keyspace(keyspace)
	if ks == nil {
		return nil, cqlerr.Invalid("keyspace %s does not exist", keyspace)
	}
	known := c.places.Load()
	if p, ok := known.by.Load(ks); ok {
		return p.(*ring.Placement), nil
	}
	s, err := ring.NewStrategy(ks.Replication.Class, ks.Replication.Options)
	if err != nil {
		return nil, cqlerr.Server("keyspace %s: %v", keyspace, err)
	}
	p := known.ring.Place(s)
	known.by.Store(ks, p)
	return p, nil
}

// live says whether a node is thought to answer.
func (c *Coordinator) live(e *ring.Endpoint) bool { return c.isSelf(e) || c.Liveness.Live(e.HostID) }

func (c *Coordinator) isSelf(e *ring.Endpoint) bool { return e.HostID == c.Self }

func (c *Coordinator) isLocalDC(e *ring.Endpoint) bool {
	return e.Datacenter == c.Snitch.Local().Datacenter
}

func (c *Coordinator) shuffle(es []*ring.Endpoint) {
	for i := len(es) - 1; i > 0; i-- {
		j := int(c.Rand() % uint64(i+1))
		es[i], es[j] = es[j], es[i]
	}
}
