package node

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/config"
	"alexandra/internal/coord"
)

// tunable is what nodetool may change while the node runs; it starts with what cassandra.yaml says. The configuration
// itself never changes.
type tunable struct {
	mu       sync.RWMutex
	timeouts coord.Timeouts
	hints    coord.HintOptions
	old      bool // protocol versions 3 and 4
}

func newTunable(c *config.Config) *tunable {
	return &tunable{
		old: c.NativeTransportAllowOlderProtocols,
		timeouts: coord.Timeouts{
			Read: c.ReadRequestTimeout, Range: c.RangeRequestTimeout, Write: c.WriteRequestTimeout, CounterWrite: c.CounterWriteRequestTimeout,
			CASContention: c.CASContentionTimeout, Truncate: c.TruncateRequestTimeout, Request: c.RequestTimeout, Repair: c.RepairRequestTimeout,
		},
		hints: coord.HintOptions{
			PersistentWindow: c.HintWindowPersistentEnabled, Enabled: c.HintedHandoffEnabled, DisabledDatacenters: c.HintedHandoffDisabledDatacenters, MaxWindow: c.MaxHintWindow,
			MaxBytesPerHost: c.MaxHintsSizePerHost,
		},
	}
}

func (t *tunable) Timeouts() coord.Timeouts {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.timeouts
}

func (t *tunable) Hints() coord.HintOptions {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.hints
}

// timeoutOf is the field of a type of nodetool gettimeout; nil for types that have none here.
func (t *tunable) timeoutOf(name string) *time.Duration {
	switch name {
	case "read":
		return &t.timeouts.Read
	case "range":
		return &t.timeouts.Range
	case "write":
		return &t.timeouts.Write
	case "counterwrite":
		return &t.timeouts.CounterWrite
	case "cascontention":
		return &t.timeouts.CASContention
	case "truncate":
		return &t.timeouts.Truncate
	case "misc":
		return &t.timeouts.Request
	}
	return nil
}

// Timeout implements admin.Operations.
func (n *Node) Timeout(_ context.Context, r admin.Timeout) (*admin.Timeout, error) {
	n.tune.mu.Lock()
	defer n.tune.mu.Unlock()
	field := n.tune.timeoutOf(r.Type)
	fixed := map[string]time.Duration{
		"internodeconnect": n.cfg.InternodeTCPConnectTimeout, "internodeuser": n.cfg.InternodeTCPUserTimeout, "internodestreaminguser": n.cfg.InternodeTCPUserTimeout,
	}
	value, isFixed := fixed[r.Type]
	switch {
	case field == nil && !isFixed:
		return nil, admin.Usage("unknown timeout type %s", r.Type)
	case isFixed && r.Set:
		return nil, admin.Failed("this timeout is set in cassandra.yaml only")
	case r.Set && r.Value < 0:
		return nil, admin.Usage("timeout must be non-negative")
	case r.Set:
		*field = r.Value
		if r.Value == 0 {
			*field = noTimeout
		}
	}
	if field != nil {
		value = *field
	}
	return &admin.Timeout{Type: r.Type, Value: value}, nil
}

// noTimeout is what settimeout 0 means: none that anybody lives to see.
const noTimeout = 365 * 24 * time.Hour

// Setting implements admin.Operations.
func (n *Node) Setting(_ context.Context, r admin.Name) (*admin.Setting, error) {
	for _, s := range n.cfg.Settings() {
		if s.Name != r.Name {
			continue
		}
		if s.Value == nil {
			return &admin.Setting{Name: s.Name, Null: true}, nil
		}
		return &admin.Setting{Name: s.Name, Value: *s.Value}, nil
	}
	return nil, admin.Usage("there is no option %s", r.Name)
}

// Switch implements admin.Operations.
func (n *Node) Switch(ctx context.Context, r admin.Switch) (*admin.Switch, error) {
	if r.Set {
		if err := n.turn(ctx, r.Name, r.On); err != nil {
			return nil, err
		}
	}
	n.mu.Lock()
	drained, quiet := n.drained || n.leaving, n.quiet
	n.mu.Unlock()
	out := &admin.Switch{Name: r.Name}
	switch r.Name {
	case admin.Binary:
		out.On = n.server.Running()
	case admin.Gossip:
		out.On = !drained && !quiet
	case admin.Handoff:
		out.On = n.tune.Hints().Enabled
	case admin.AutoCompaction:
		out.On = true
	case admin.OldProtocols:
		n.tune.mu.RLock()
		out.On = n.tune.old
		n.tune.mu.RUnlock()
	case admin.Backup:
	default:
		return nil, admin.Usage("there is nothing called %s to turn on or off", r.Name)
	}
	return out, nil
}

func (n *Node) turn(ctx context.Context, name string, on bool) error {
	switch name {
	case admin.Binary:
		if on {
			return n.EnableBinary()
		}
		n.DisableBinary(ctx)
	case admin.Handoff:
		n.tune.mu.Lock()
		n.tune.hints.Enabled = on
		n.tune.mu.Unlock()
	case admin.OldProtocols:
		n.tune.mu.Lock()
		n.tune.old = on
		n.tune.mu.Unlock()
		n.server.AllowOldVersions(on)
	case admin.Gossip:
		return n.setGossip(on)
	case admin.Backup:
		if on {
			return admin.Failed("incremental backups are not supported: use nodetool snapshot")
		}
	case admin.AutoCompaction:
		if !on {
			return admin.Failed("compaction cannot be turned off: it is part of every write")
		}
	}
	return nil
}

// HintsForDatacenter implements admin.Operations.
func (n *Node) HintsForDatacenter(_ context.Context, r admin.DatacenterSwitch) (admin.None, error) {
	n.tune.mu.Lock()
	defer n.tune.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(n.tune.hints.DisabledDatacenters), func(s string) bool { return s == r.Datacenter })
	if !r.On {
		list = append(list, r.Datacenter)
	}
	n.tune.hints.DisabledDatacenters = list
	return admin.None{}, nil
}

// MaxHintWindow implements admin.Operations.
func (n *Node) MaxHintWindow(_ context.Context, r admin.Timeout) (*admin.Timeout, error) {
	n.tune.mu.Lock()
	defer n.tune.mu.Unlock()
	if r.Set {
		n.tune.hints.MaxWindow = r.Value
	}
	return &admin.Timeout{Value: n.tune.hints.MaxWindow}, nil
}

// DrainNode implements admin.Operations.
func (n *Node) DrainNode(ctx context.Context, _ admin.None) (admin.None, error) {
	n.mu.Lock()
	drained := n.drained
	n.mu.Unlock()
	if drained {
		n.log.Warn("Cannot drain node (did it already happen?)")
		return admin.None{}, nil
	}
	return admin.None{}, n.Drain(ctx)
}

// ReloadTLS implements admin.Operations.
func (n *Node) ReloadTLS(context.Context, admin.None) (admin.None, error) {
	if err := n.clientTLS.Reload(); err != nil {
		return admin.None{}, admin.Failed("Failed to reload SSL certificates. Please check the SSL certificates.: %v", err)
	}
	if err := n.internodeTLS.Reload(); err != nil {
		return admin.None{}, admin.Failed("Failed to reload SSL certificates. Please check the SSL certificates.: %v", err)
	}
	return admin.None{}, nil
}

// ReloadSchema implements admin.Operations.
func (n *Node) ReloadSchema(ctx context.Context, _ admin.None) (admin.None, error) {
	return admin.None{}, n.coord.ReloadSchema(ctx)
}

// ReplayBatchlog implements admin.Operations.
func (n *Node) ReplayBatchlog(ctx context.Context, _ admin.None) (admin.None, error) {
	n.coord.ReplayBatchlog(ctx, coord.OldBatches)
	return admin.None{}, nil
}

// Hints implements admin.Operations.
func (n *Node) Hints(context.Context, admin.None) ([]admin.Hints, error) {
	pending, err := n.coord.PendingHints()
	if err != nil {
		return nil, err
	}
	var out []admin.Hints
	for _, p := range pending {
		h := admin.Hints{HostID: p.Host.String(), Count: p.Count, Oldest: p.Oldest, Newest: p.Newest}
		if g := n.gossip.Node(p.Host); g != nil {
			h.Address, h.Datacenter, h.Rack, h.Live = g.Address.String(), g.Datacenter, g.Rack, g.Live
		}
		out = append(out, h)
	}
	return out, nil
}

// TruncateHints implements admin.Operations.
func (n *Node) TruncateHints(_ context.Context, r admin.Hosts) (admin.None, error) {
	if len(r.Hosts) == 0 {
		return admin.None{}, n.coord.DropHints(uuid.UUID{})
	}
	for _, host := range r.Hosts {
		g := n.peerAddress(host)
		if g == nil {
			return admin.None{}, admin.Usage("java.net.UnknownHostException: %s", host)
		}
		if err := n.coord.DropHints(g.HostID); err != nil {
			return admin.None{}, err
		}
	}
	return admin.None{}, nil
}

// PauseHints implements admin.Operations.
func (n *Node) PauseHints(_ context.Context, r admin.Pause) (admin.None, error) {
	n.coord.PauseHints(r.Paused)
	return admin.None{}, nil
}

// InjectFaults implements admin.Operations.
func (n *Node) InjectFaults(_ context.Context, r admin.FaultChange) ([]admin.Fault, error) {
	if r.Clear {
		n.Faults().Clear()
	}
	if r.Set {
		peer, err := n.parsePeer(r.Fault.Peer)
		if err != nil {
			return nil, err
		}
		if f := r.Fault; f.Drop < 0 || f.Drop > 1 || f.Delay < 0 || f.Jitter < 0 {
			return nil, admin.Usage("a share is between 0 and 1, and a delay is not negative")
		}
		n.Faults().Set(peer, gossip.Fault{Cut: r.Fault.Cut, Delay: r.Fault.Delay, Jitter: r.Fault.Jitter, Drop: r.Fault.Drop})
		n.log.Warn("traffic with a node is disturbed by the operator", "peer", peer.String(), "fault", r.Fault)
	}
	var out []admin.Fault
	for peer, f := range n.Faults().All() {
		out = append(out, admin.Fault{Peer: peer.String(), Cut: f.Cut, Delay: f.Delay, Jitter: f.Jitter, Drop: f.Drop})
	}
	slices.SortFunc(out, func(a, b admin.Fault) int { return strings.Compare(a.Peer, b.Peer) })
	return out, nil
}
