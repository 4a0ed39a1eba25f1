// Package node is the composition root: it makes one Cassandra-compatible node out of the other packages, in the order in
// which they need each other, and takes it apart again.
//
// New reads nothing but the configuration and opens the files; Start joins the cluster and serves clients; Drain stops
// serving and flushes; Stop ends everything. Several nodes can live in one process (tests do that). What the parts tell
// each other goes through here: gossip changes become a new ring, rows of system.peers and events for clients; schema
// changes reach storage, prepared statements, permissions and clients; a change of roles reaches the other nodes' caches.
//
// Only mains, internal/testnode and tests import it.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"alexandra/auth"
	"alexandra/gossip"
	"alexandra/internal/clock"
	"alexandra/internal/config"
	"alexandra/internal/coord"
	"alexandra/internal/cql/exec"
	"alexandra/internal/metrics"
	"alexandra/internal/ring"
	"alexandra/internal/rpc"
	"alexandra/internal/tlsconf"
	"alexandra/internal/virtual"
	"alexandra/server"
	"alexandra/storage"
)

// Options are what a node takes beside its configuration. The zero value is a node on the machine's disk and clock.
type Options struct {
	Log    *slog.Logger
	Clock  clock.Clock
	Faults *gossip.Faults
	FS     storage.FS
	// Joining, if set, is called when a new node has fetched its data and is about to become a member; tests hold it there.
	Joining func(ctx context.Context)
	// Fatal is told of a disk that no write can survive; nil panics.
	Fatal func(error)
}

// Node is one node. Methods are safe for concurrent use.
type Node struct {
	cfg        *config.Config
	log        *slog.Logger
	clock      clock.Clock
	skew       *clock.Offset   // what clock is
	diskFaults *storage.Faults // of the store
	stamps     *clock.Timestamps
	fatal      func(error)
	started    time.Time

	address   netip.AddrPort // broadcast address and storage port
	listen    netip.AddrPort
	native    netip.AddrPort // broadcast rpc address and native port
	nativeOwn netip.AddrPort // what the server listens on

	clientTLS, internodeTLS *tlsconf.Store
	snitch                  ring.Snitch
	store                   *storage.DB
	identity                identity
	transport               *gossip.Transport
	gossip                  *gossip.Gossip
	rpcServer               *rpc.Server
	rpcClient               *rpc.Client
	coord                   *coord.Coordinator
	exec                    *exec.Executor
	auth                    *auth.Service
	virtual                 *virtual.Tables
	metrics                 *metrics.Metrics
	logs                    *virtual.Logs
	requests                *requests
	server                  *server.Server

	tune *tunable
	// clientGate is shut and restoring true while the data is replaced, see image.go.
	clientGate gate
	restoring  atomic.Bool
	repairs    atomic.Int64 // commands so far, see admin_tables.go

	// base is cancelled by Stop; background work runs under it and is counted by running.
	base    context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	// localRow is held while the row of system.local is written.
	localRow sync.Mutex
	// publishing is held while a ring is made and published, see publishRing.
	publishing sync.Mutex
	// following is held while a change of another node is taken in. It is locked before mu.
	following sync.Mutex

	mu      sync.Mutex
	state   state
	mode    string // as nodetool netstats shows it: STARTING, JOINING, NORMAL, DRAINED, ...
	known   map[uuid.UUID]*gossip.Node
	drained bool
	// apart is true of a node that has not joined the ring yet, as cassandra.join_ring=false wants it.
	apart bool
	// leaving is true from LEFT on; quiet while nodetool has turned gossip off.
	leaving, quiet bool
	removal        *removal // of a dead node by this one, while it goes on
	// replaced is the dead node whose place this one takes, until it has; hold is Options.Joining.
	replaced *gossip.Node
	hold     func(context.Context)
}

type state int

const (
	stateNew state = iota
	stateStarted
	stateStopped
)

// New opens a node's files and checks its configuration, without a word to anybody. Errors that the operator has to see
// are *config.ConfigurationError.
func New(cfg *config.Config, o Options) (_ *Node, err error) {
	n := newNode(cfg, o)
	defer func() {
		if err != nil {
			n.release()
		}
	}()
	for _, step := range []func(Options) error{
		n.openTLS, n.openAddresses, n.openAuth, n.openStore, n.openIdentity, n.openTransport, n.openCoordinator, n.openServer,
	} {
		if err := step(o); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// newNode is a node without any of its parts.
func newNode(cfg *config.Config, o Options) *Node {
	n := &Node{cfg: cfg, log: o.Log, diskFaults: &storage.Faults{}, fatal: o.Fatal, hold: o.Joining, known: map[uuid.UUID]*gossip.Node{}, mode: "STARTING", tune: newTunable(cfg)}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	n.openClock(o.Clock)
	n.started = n.clock.Now()
	n.newMetrics()
	n.stamps = clock.NewTimestamps(n.clock)
	n.base, n.cancel = context.WithCancel(context.Background())
	return n
}

// openClock makes the node's clock one that can be wrong.
func (n *Node) openClock(base clock.Clock) {
	if base == nil {
		base = clock.System{}
	}
	var ok bool
	if n.skew, ok = base.(*clock.Offset); !ok {
		n.skew = clock.NewOffset(base, 0)
	}
	n.clock = n.skew
}

// release closes whatever is open; each part may be missing.
func (n *Node) release() error {
	n.cancel()
	n.clientGate.open()
	if n.gossip != nil {
		n.gossip.Stop()
	} else if n.transport != nil {
		_ = n.transport.Shutdown()
	}
	if n.rpcServer != nil {
		n.rpcServer.Stop()
	}
	if n.rpcClient != nil {
		n.rpcClient.Close()
	}
	if n.coord != nil {
		n.coord.Stop()
	}
	if n.exec != nil {
		n.exec.Close()
	}
	if n.auth != nil {
		n.auth.Close()
	}
	n.running.Wait()
	for _, t := range []*tlsconf.Store{n.clientTLS, n.internodeTLS} {
		if t != nil {
			t.Stop()
		}
	}
	if n.store != nil {
		return n.store.Close()
	}
	return nil
}

// background runs f until Stop.
func (n *Node) background(f func(ctx context.Context)) {
	n.running.Go(func() { f(n.base) })
}

// Config is the node's configuration.
func (n *Node) Config() *config.Config { return n.cfg }

// Native is the address that clients use, with the port that is really open.
func (n *Node) Native() netip.AddrPort {
	if addrs := n.server.Addrs(); len(addrs) > 0 && n.native.Port() == 0 {
		return netip.AddrPortFrom(n.native.Addr(), addrs[0].Port())
	}
	return n.native
}

// Address is the address that other nodes use.
func (n *Node) Address() netip.AddrPort { return n.address }

// HostID is the node's durable identity.
func (n *Node) HostID() uuid.UUID { return n.identity.HostID }

// Faults are the faults injected into the traffic with other nodes.
func (n *Node) Faults() *gossip.Faults { return n.transport.Faults() }

// Drain stops serving clients and others, and makes everything durable. The process stays; the node cannot be started
// again.
func (n *Node) Drain(ctx context.Context) error {
	n.mu.Lock()
	if n.drained {
		n.mu.Unlock()
		return nil
	}
	n.drained, n.mode = true, "DRAINING"
	n.mu.Unlock()
	n.log.Info("DRAINING: starting drain process")
	n.gossip.Set(map[gossip.Key]string{gossip.RPCReady: "false"})
	n.stopServing(ctx)
	n.gossip.Leave()
	err := n.store.Flush()
	n.mu.Lock()
	n.mode = "DRAINED"
	n.mu.Unlock()
	n.log.Info("DRAINED")
	return err
}

// stopServing ends the native transport and waits for running requests.
func (n *Node) stopServing(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.NativeTransportTimeout)
	defer cancel()
	n.server.Stop(ctx)
}

// Stop tells the others, ends everything and waits for it.
func (n *Node) Stop(ctx context.Context) error {
	n.mu.Lock()
	was := n.state
	n.state = stateStopped
	n.mu.Unlock()
	if was == stateStopped {
		return nil
	}
	var err error
	if was == stateStarted {
		err = n.Drain(ctx)
	}
	return errors.Join(err, n.release())
}

// Crash ends everything at once, without a word to the others and without a flush, as kill -9 would.
func (n *Node) Crash() error {
	n.mu.Lock()
	was := n.state
	n.state = stateStopped
	n.mu.Unlock()
	if was == stateStopped {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	n.server.Stop(ctx)
	return n.release()
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
