package gossip

import (
	"context"
	"errors"
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
	// OnEvent is told of changes, one at a time and in order; it may call back. It must not block for long.
	OnEvent func(Event)
	Clock   clock.Clock  // nil: the machine's
	Log     *slog.Logger // nil: none
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
	peers  map[uuid.UUID]*peer
	byAddr map[netip.AddrPort]uuid.UUID
	// members are the hosts that memberlist holds for alive, whether their states are known or not.
	members map[uuid.UUID]member
	dirty   bool // peers changed since they were saved

	events  *queue
	work    chan func() // exchanges that must not run inside memberlist's callbacks
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	stopped sync.Once
	left    sync.Once
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
	if c.OnEvent == nil {
		c.OnEvent = func(Event) {}
	}
	g := &Gossip{
		config: c, transport: c.Transport,
		own:   &state{host: c.HostID, generation: c.Generation},
		peers: map[uuid.UUID]*peer{}, byAddr: map[netip.AddrPort]uuid.UUID{}, members: map[uuid.UUID]member{},
		work: make(chan func(), 64),
	}
	g.events = newQueue(c.OnEvent)
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
	g.transport.mu.Lock()
	g.transport.places, g.transport.shadow = g.placeOf, g.encodeAll
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
	g.running.Add(3)
	go g.events.run(&g.running)
	go g.workLoop()
	go g.tendLoop()
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

// Join contacts seeds and remembered peers, and then everybody that they know, so that all nodes know of this one when
// it returns. It returns the number of nodes reached; none is not an error, the caller decides.
func (g *Gossip) Join(ctx context.Context, seeds []netip.AddrPort) int {
	known := map[netip.AddrPort]bool{g.transport.Address(): true}
	reached := 0
	next := append([]netip.AddrPort(nil), seeds...)
	for _, n := range g.Nodes() {
		if n.HostID != g.config.HostID && !n.IsGone() {
			next = append(next, n.Address)
		}
	}
	for len(next) > 0 && ctx.Err() == nil {
		var round []netip.AddrPort
		for _, a := range next {
			if a.IsValid() && !known[a] {
				known[a] = true
				round = append(round, a)
			}
		}
		reached += g.contact(round)
		next = nil
		for _, n := range g.Nodes() {
			if !n.IsGone() && !known[n.Address] {
				next = append(next, n.Address)
			}
		}
	}
	return reached
}

// contact exchanges states with nodes, several at once, and returns how many answered.
func (g *Gossip) contact(addrs []netip.AddrPort) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	reached := 0
	slots := make(chan struct{}, 16)
	for _, a := range addrs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			slots <- struct{}{}
			defer func() { <-slots }()
			n, err := g.list.Join([]string{a.String()})
			if err != nil {
				g.config.Log.Debug("node not reached", "node", a.String(), "error", err)
			}
			mu.Lock()
			reached += n
			mu.Unlock()
		}()
	}
	wg.Wait()
	return reached
}

// ErrUnreachable is what Shadow says when no seed answers.
var ErrUnreachable = errors.New("Unable to gossip with any peers") //nolint:staticcheck // Cassandra's words

// Shadow asks seeds who is in the cluster without becoming a part of it: before a new node chooses its tokens.
func Shadow(ctx context.Context, t *Transport, seeds []netip.AddrPort) ([]*Node, error) {
	for _, a := range seeds {
		if a == t.Address() {
			continue
		}
		states, err := t.shadowOf(ctx, a)
		if err != nil {
			t.config.Log.Debug("seed not reached", "node", a.String(), "error", err)
			continue
		}
		var out []*Node
		for _, s := range states {
			out = append(out, s.node())
		}
		return out, nil
	}
	return nil, ErrUnreachable
}

// ShadowAny asks nodes at the same time who is in the cluster and takes the first answer; nil when nobody answers in time.
func ShadowAny(ctx context.Context, t *Transport, nodes []netip.AddrPort) []*Node {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan []*Node, len(nodes))
	for _, a := range nodes {
		go func() {
			out, _ := Shadow(ctx, t, []netip.AddrPort{a})
			answers <- out
		}()
	}
	var first []*Node
	for range nodes {
		if got := <-answers; first == nil && got != nil {
			first = got
			cancel()
		}
	}
	return first
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

// queue delivers events in order from one goroutine; those who post never wait.
type queue struct {
	mu      sync.Mutex
	pending []Event
	wake    chan struct{}
	done    chan struct{}
	deliver func(Event)
}

func newQueue(deliver func(Event)) *queue {
	return &queue{wake: make(chan struct{}, 1), done: make(chan struct{}), deliver: deliver}
}

func (q *queue) post(e Event) {
	q.mu.Lock()
	q.pending = append(q.pending, e)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) run(running *sync.WaitGroup) {
	defer running.Done()
	for {
		select {
		case <-q.done:
			return
		case <-q.wake:
		}
		q.mu.Lock()
		batch := q.pending
		q.pending = nil
		q.mu.Unlock()
		for _, e := range batch {
			q.deliver(e)
		}
	}
}

func (q *queue) close() { close(q.done) }
