package node

import (
	"log/slog"
	"maps"
	"strings"

	"alexandra/gossip"
	"alexandra/internal/metrics"
	"alexandra/internal/schema"
	"alexandra/internal/virtual"
)

// openVirtual makes the virtual keyspaces and returns base with them.
func (n *Node) openVirtual(base *schema.Schema) *schema.Schema {
	n.virtual = virtual.New(virtual.Config{
		Clock: n.clock, Metrics: n.metrics, Logs: n.logs,
		Schema:   func() *schema.Schema { return n.coord.Schema() },
		Settings: n.settings, Properties: func() map[string]string { return nil },
		Clients: n.clients, PreparedStatements: func() int { return n.exec.PreparedCount() },
		Gossip: n.gossipNodes, Peers: n.peersSeen, PendingHints: n.pendingHints, Queries: n.requests.list,
		RolesCache: n.auth.Cache("RolesCache"), NetworkPermissionsCache: n.auth.Cache("NetworkPermissionsCache"),
		PermissionsCache: n.auth.Cache("PermissionsCache"), CredentialsCache: n.auth.Cache("CredentialsCache"),
	})
	with := *base
	with.Keyspaces = maps.Clone(base.Keyspaces)
	for _, ks := range n.virtual.Keyspaces() {
		with.Keyspaces[ks.Name] = ks
	}
	return with.WithVersion(nil)
}

func (n *Node) settings() []virtual.Setting {
	var out []virtual.Setting
	for _, s := range n.cfg.Settings() {
		out = append(out, virtual.Setting{Name: s.Name, Value: s.Value})
	}
	return out
}

func (n *Node) clients() []virtual.Client {
	var out []virtual.Client
	for _, c := range n.server.Clients() {
		out = append(out, virtual.Client{
			Remote: c.Remote, Username: c.User, Stage: c.Stage, Version: c.Version, Options: c.Options, DriverName: c.DriverName,
			DriverVersion: c.DriverVersion, Keyspace: c.Keyspace, Requests: c.Requests, TLS: c.TLS, TLSProtocol: c.TLSProtocol, TLSCipher: c.TLSCipherName,
		})
	}
	return out
}

func (n *Node) gossipNodes() []virtual.GossipNode {
	var out []virtual.GossipNode
	for _, g := range n.gossip.Nodes() {
		v := virtual.GossipNode{Address: g.Address, Generation: int(g.Generation), Heartbeat: int(g.Heartbeat), States: map[string]virtual.GossipState{}}
		for k, s := range g.Values {
			if s.Version > 0 {
				v.States[strings.ToLower(gossip.Key(k).String())] = virtual.GossipState{Value: s.Text, Version: int(s.Version)}
			}
		}
		// What Cassandra announces apart is part of other states here.
		derive := func(name string, from gossip.Key, value string) {
			v.States[name] = virtual.GossipState{Value: value, Version: int(g.Values[from].Version)}
		}
		derive("host_id", gossip.StorageAddress, g.HostID.String())
		derive("internal_ip", gossip.ListenAddress, g.Listen.Addr().String())
		derive("rpc_address", gossip.NativeAddress, g.Native.Addr().String())
		out = append(out, v)
	}
	return out
}

// peersSeen are the members, this node included: Cassandra lists it among those it speaks with.
func (n *Node) peersSeen() []virtual.Peer {
	var out []virtual.Peer
	for _, g := range n.gossip.Nodes() {
		if g.IsMember() {
			out = append(out, virtual.Peer{Address: g.Address, Datacenter: g.Datacenter, Rack: g.Rack})
		}
	}
	return out
}

func (n *Node) pendingHints() []virtual.PendingHint {
	pending, err := n.coord.PendingHints()
	if err != nil {
		n.log.Error("cannot list hints", "error", err)
		return nil
	}
	var out []virtual.PendingHint
	for _, p := range pending {
		h := virtual.PendingHint{Host: p.Host, Files: 1, Oldest: p.Oldest, Newest: p.Newest}
		if g := n.gossip.Node(p.Host); g != nil {
			h.Address, h.Datacenter, h.Rack, h.Status = g.Address, g.Datacenter, g.Rack, "DOWN"
			if g.Live {
				h.Status = "UP"
			}
		}
		out = append(out, h)
	}
	return out
}

// newMetrics is what the node counts from its start. The log is kept as well, for system_views.system_logs.
func (n *Node) newMetrics() {
	n.metrics, n.logs = metrics.New(n.clock), virtual.NewLogs(virtual.DefaultLogLines)
	n.log = slog.New(n.logs.Handler(n.log.Handler()))
	n.requests = newRequests(n.clock, n.metrics, n.cfg.NativeTransportMaxThreads)
}
