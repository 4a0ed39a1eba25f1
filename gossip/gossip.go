package gossip

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/memberlist"

	"alexandra/internal/clock"
)

// Config is what a Gossip is made of. All fields are needed unless said otherwise.
type Config struct {
	Transport *Transport
	HostID    uuid.UUID
	// Generation is larger at each start of the node: max(stored+1, seconds since 1970).
	Generation int64
	// Initial are the states to start with; StorageAddress is the transport's and need not be given.
	Initial map[Key]string
	// Store keeps what is known of peers over restarts; nil: nothing.
	Store Store
	// Detect is how soon a dead node is found dead by all; 0: 2 seconds.
	Detect time.Duration
	// OnEvents is told of changes in order, of all that wait at once; it may call back. What happens meanwhile comes next.
	OnEvents func([]Event)
	Clock    clock.Clock  // nil: the machine's
	Log      *slog.Logger // nil: none
}

// Store keeps bytes.
type Store interface {
	LoadPeers() ([]byte, error)
	SavePeers([]byte) error
}

// EventKind says what happened to a peer.
type EventKind uint8

// The kinds of event. A node that is new and up gives Joined, then Up.
const (
	Joined  EventKind = iota // heard of for the first time, or back after it had left
	Up                       // answers
	Down                     // does not answer, or has said that it shuts down
	Changed                  // announced something new: see Node.Values
	Left                     // gone for good: left, removed, or replaced under its address
	Removed                  // this node itself was removed by the others while it ran
)

// String is the kind's name.
func (k EventKind) String() string {
	return [...]string{"joined", "up", "down", "changed", "left", "removed"}[min(k, Removed)]
}

// Event is one change. Node is a snapshot taken when it happened; of the node itself for Removed.
type Event struct {
	Kind EventKind
	Node *Node
}

// Gossip is a node's view of the cluster. Methods are safe for concurrent use.
type Gossip struct {
	config    Config
	list      *memberlist.Memberlist
	transport *Transport

	mu     sync.RWMutex
	own    *state
	self   *Node // the snapshot of own
	peers  map[uuid.UUID]*peer
	byAddr map[netip.AddrPort]uuid.UUID
	// members are the hosts that memberlist holds for alive, whether their states are known or not.
	members map[uuid.UUID]member
	missed  map[uuid.UUID]member // who is asked soon for what has not come by itself
	dirty   bool                 // peers changed since they were saved

	events *queue
	work   chan func() // exchanges that must not run inside memberlist's callbacks
	ask    chan struct{}
	// spreading is held while memberlist is given new metadata.
	spreading sync.Mutex
	ctx       context.Context
	cancel    context.CancelFunc
	running   sync.WaitGroup
	stopped   sync.Once
	left      sync.Once
}

// member is what memberlist says of a live node: where it is, and how much it has announced.
type member struct {
	addr       netip.AddrPort
	generation int64
	version    uint64
}

// peer is what is known of another node.
type peer struct {
	state *state
	node  *Node // the snapshot of all this
	// member says that memberlist holds it for alive; live also asks for its status.
	member, live bool
	downSince    time.Time
	announced    bool // Joined was sent
}

// New makes a view that knows what the store remembers; nobody is live yet. Start joins the others.
func New(c Config) (*Gossip, error) {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Detect == 0 {
		c.Detect = 2 * time.Second
	}
	if c.OnEvents == nil {
		c.OnEvents = func([]Event) {}
	}
	g := &Gossip{
		config: c, transport: c.Transport,
		own:   &state{host: c.HostID, generation: c.Generation},
		peers: map[uuid.UUID]*peer{}, byAddr: map[netip.AddrPort]uuid.UUID{},
		members: map[uuid.UUID]member{}, missed: map[uuid.UUID]member{},
		work: make(chan func(), 64), ask: make(chan struct{}, 1),
	}
	g.events = newQueue(c.OnEvents)
	g.ctx, g.cancel = context.WithCancel(context.Background())
	version := uint64(0)
	for k, text := range c.Initial {
		if k < keyCount {
			version++
			g.own.values[k] = Value{version, text}
		}
	}
	g.own.values[StorageAddress] = Value{version + 1, g.transport.Address().String()}
	if err := g.load(); err != nil {
		return nil, err
	}
	g.ownChanged()
	g.transport.mu.Lock()
	g.transport.places, g.transport.answer = g.placeOf, g.answer
	g.transport.mu.Unlock()
	return g, nil
}

// Start begins to gossip. It does not wait for anybody: see Join.
func (g *Gossip) Start() error {
	list, err := memberlist.Create(g.memberlistConfig())
	if err != nil {
		return fmt.Errorf("start gossip: %w", err)
	}
	g.list = list
	g.running.Add(5)
	go g.events.run(&g.running)
	go g.workLoop()
	go g.tendLoop()
	go g.askLoop()
	go g.mendLoop()
	return nil
}

// memberlistConfig spreads the time to detect a dead node over memberlist's steps: the wait for the next probe, the
// probe, the suspicion, and the spreading of the news.
func (g *Gossip) memberlistConfig() *memberlist.Config {
	detect := g.config.Detect
	c := memberlist.DefaultLANConfig()
	c.Name = g.config.HostID.String()
	c.Transport = g.transport
	c.AdvertisePort = int(g.transport.Address().Port())
	c.BindPort = c.AdvertisePort
	c.TCPTimeout = max(detect, time.Second)
	c.ProbeInterval = detect / 8
	c.ProbeTimeout = detect / 16
	c.SuspicionMult = 3
	c.SuspicionMaxTimeoutMult = 2
	c.AwarenessMaxMultiplier = 3
	c.RetransmitMult = 4
	c.GossipInterval = min(detect/40, 100*time.Millisecond)
	c.GossipNodes = 3
	c.GossipToTheDeadTime = 30 * time.Second
	c.PushPullInterval = 5 * detect
	c.DeadNodeReclaimTime = time.Millisecond
	c.EnableCompression = false
	c.Delegate = (*delegate)(g)
	c.Events = (*delegate)(g)
	c.Conflict = (*delegate)(g)
	c.Logger = logger(g.config.Log)
	return c
}

// Leave tells the others that this node shuts down, unless it has announced that it left, and stops.
func (g *Gossip) Leave() {
	if g.Self().Status != StatusLeft {
		g.announce(map[Key]string{Status: statusText(StatusShutdown, true), RPCReady: "false"})
	}
	g.left.Do(func() {
		if g.list == nil || g.ctx.Err() != nil {
			return
		}
		if err := g.list.Leave(200 * time.Millisecond); err != nil {
			g.config.Log.Debug("leave not confirmed", "error", err)
		}
	})
	g.Stop()
}

// Stop ends gossip without a word, as a crash would, and waits for all of its work. The transport is closed.
func (g *Gossip) Stop() {
	g.stopped.Do(func() {
		g.cancel()
		g.save()
		if g.list != nil {
			if err := g.list.Shutdown(); err != nil {
				g.config.Log.Debug("gossip shutdown", "error", err)
			}
		}
		_ = g.transport.Shutdown()
		g.events.close()
		g.running.Wait()
	})
}

// workLoop runs exchanges that callbacks asked for.
func (g *Gossip) workLoop() {
	defer g.running.Done()
	for {
		select {
		case <-g.ctx.Done():
			return
		case f := <-g.work:
			g.running.Add(1)
			go func() {
				defer g.running.Done()
				f()
			}()
		}
	}
}

// soon runs f outside memberlist's callbacks; when too much waits already, it is forgotten: push/pull will do.
func (g *Gossip) soon(f func()) {
	select {
	case g.work <- f:
	default:
	}
}
