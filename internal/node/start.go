package node

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"alexandra/gossip"
	"alexandra/internal/config"
	"alexandra/internal/syskeyspace"
)

const (
	// settle is how long a starting node waits for the others to have one schema with it before it serves clients.
	settle = 10 * time.Second
	// joinTimeout limits the first contact with the seeds.
	joinTimeout = 10 * time.Second
)

// Start joins the cluster and serves clients. It returns when clients can log in, or with the reason why not; the node is
// then to be stopped.
func (n *Node) Start(ctx context.Context) error {
	n.mu.Lock()
	n.state, n.mode = stateStarted, "JOINING"
	if n.apart = !n.cfg.Properties.JoinRing; n.apart {
		n.mode = "STARTING"
	}
	n.mu.Unlock()
	enter := n.enterRing
	if !n.cfg.Properties.JoinRing {
		enter = n.stayApart
	}
	for _, step := range []func(context.Context) error{n.introduce, n.join, n.ownKeyspaces, enter, n.setUpRoles, n.serve} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// join starts to talk to the others and takes over their schema.
func (n *Node) join(ctx context.Context) error {
	n.gossip.Set(map[gossip.Key]string{
		gossip.Tokens: gossip.FormatTokens(n.identity.Tokens), gossip.Schema: n.coord.Schema().Version.String(),
	})
	n.background(func(context.Context) {
		err := n.rpcServer.Serve(n.transport.RPC())
		n.mu.Lock()
		drained := n.drained
		n.mu.Unlock()
		if err != nil && n.base.Err() == nil && !drained {
			n.log.Error("calls of other nodes are no longer served", "error", err)
		}
	})
	n.coord.Start()
	if err := n.gossip.Start(); err != nil {
		return wrap("gossip", err)
	}
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	needed := !n.isSeed() && !n.identity.Bootstrapped
	reached := n.gossip.Join(ctx, n.seeds())
	for needed && reached == 0 && ctx.Err() == nil { // a seed that was there before may be busy
		reached = n.gossip.Join(ctx, n.seeds())
	}
	if needed && reached == 0 {
		return config.Refuse("Unable to contact any seeds: " + fmt.Sprint(n.seeds()))
	}
	n.publishRing()
	n.coord.SyncSchema(ctx)
	return nil
}

// ownKeyspaces writes the keyspaces that every node brings along, as far as nobody else has yet.
func (n *Node) ownKeyspaces(ctx context.Context) error {
	p := n.cfg.Properties
	factors := map[string]int{
		"system_auth": p.SystemAuthDefaultRF, "system_distributed": p.SystemDistributedDefaultRF, "system_traces": p.SystemTracesDefaultRF,
	}
	if err := n.coord.EnsureSchema(ctx, syskeyspace.EnsureReplicated(n.cfg.DefaultKeyspaceRF, factors)); err != nil {
		return wrap("create system keyspaces", err)
	}
	n.writeLocal()
	return nil
}

// waitFor polls until done says yes or the time is over.
func (n *Node) waitFor(ctx context.Context, limit time.Duration, done func() bool) bool {
	deadline := time.Now().Add(limit)
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		if done() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// setUpRoles makes the default superuser before clients come. When replicas of system_auth are down it goes on trying
// behind the served clients, as Cassandra does.
func (n *Node) setUpRoles(ctx context.Context) error {
	n.auth.Start()
	if _, err := n.auth.SetUpDefaultSuperuser(ctx); err == nil {
		return nil
	}
	n.log.Warn("CassandraRoleManager skipped default role setup: some nodes were not ready")
	n.background(func(ctx context.Context) {
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(roleSetupRetry):
			}
			if _, err := n.auth.SetUpDefaultSuperuser(ctx); err == nil {
				return
			}
			n.log.Info("Setup task failed with error, rescheduling")
		}
	})
	return nil
}

const roleSetupRetry = time.Second

// serve opens the native transport and says so to everybody.
func (n *Node) serve(ctx context.Context) error {
	n.background(n.announceLoad)
	n.clientTLS.Start()
	n.internodeTLS.Start()
	n.preload(ctx)
	if n.cfg.AuthCacheWarmingEnabled {
		n.auth.Warm(ctx)
	} else {
		n.log.Info("Prewarming of auth caches is disabled")
	}
	if !n.cfg.StartNativeTransport {
		n.log.Info("Not starting native transport as requested. Use JMX (StorageService->startNativeTransport()) or nodetool (enablebinary) to start it")
		return nil
	}
	return n.EnableBinary()
}

// EnableBinary serves clients.
func (n *Node) EnableBinary() error {
	n.mu.Lock()
	drained := n.drained
	n.mu.Unlock()
	if drained {
		return fmt.Errorf("Unable to start native transport because the node was drained.") //nolint:staticcheck // Cassandra's words
	}
	if err := n.server.Start(); err != nil {
		return config.Refuse(fmt.Sprintf("Failed to bind port %d on %s.", n.nativeOwn.Port(), n.nativeOwn.Addr()), err.Error())
	}
	if n.native.Port() == 0 {
		n.writeLocal()
	}
	n.gossip.Set(map[gossip.Key]string{gossip.NativeAddress: n.Native().String(), gossip.RPCReady: "true"})
	return nil
}

// DisableBinary stops serving clients. Other nodes are not told, as in Cassandra.
func (n *Node) DisableBinary(ctx context.Context) { n.stopServing(ctx) }

// Joined says whether n sees another node up, serving clients and agreed on its schema, and has told its own clients of it.
func (n *Node) Joined(host uuid.UUID) bool {
	g := n.settled(host)
	return host == n.identity.HostID || g != nil && g.Live && g.IsMember() && g.NativeReady && g.SchemaVersion == n.coord.Schema().Version
}

// SeesDown says whether n holds another node for down, and has told its clients so.
func (n *Node) SeesDown(host uuid.UUID) bool {
	g := n.settled(host)
	return g == nil || !g.Live
}

// settled is what n has taken in of another node: its ring, its tables of peers and its clients have it.
func (n *Node) settled(host uuid.UUID) *gossip.Node {
	n.following.Lock()
	defer n.following.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.known[host]
}
