package node

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"alexandra/auth"
	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/cqltype"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// netVersion is the version of Cassandra's internode messages that goes with the release that is announced; tools read it
// in gossipinfo.
const netVersion = "12"

// Cluster implements admin.Operations.
func (n *Node) Cluster(context.Context, admin.None) (*admin.Cluster, error) {
	c := &admin.Cluster{
		Name: n.cfg.ClusterName, Snitch: ring.QualifiedClass(n.cfg.EndpointSnitch), DynamicSnitch: n.cfg.DynamicSnitch,
		Partitioner: partitioner, Self: n.identity.HostID.String(),
	}
	for _, g := range n.gossip.Nodes() {
		c.Nodes = append(c.Nodes, n.adminNode(g))
	}
	s := n.coord.Schema()
	for _, name := range slices.Sorted(maps.Keys(s.Keyspaces)) {
		if ks := s.Keyspaces[name]; !ks.Virtual {
			c.Keyspaces = append(c.Keyspaces, keyspaceInfo(ks))
		}
	}
	_, same := userKeyspace(s)
	c.MeaningfulOwnership = same
	return c, nil
}

// adminNode is one node with everything that gossip knows of it.
func (n *Node) adminNode(g *gossip.Node) admin.Node {
	out := n.adminReplica(n.endpointOf(g))
	out.Load, out.HasLoad = g.Load, g.HasLoad
	out.SchemaVersion, out.Release = g.SchemaVersion.String(), g.ReleaseVersion
	out.Generation, out.Heartbeat, out.Tokens = g.Generation, g.Heartbeat, g.Tokens
	out.States = n.gossipStates(g)
	if !out.Live && !g.DownSince.IsZero() && n.cfg.FailureDetectorTimeout > 0 {
		silence := n.clock.Now().Sub(g.DownSince) + n.cfg.FailureDetectorTimeout
		out.Phi = n.cfg.PhiConvictThreshold * float64(silence) / float64(n.cfg.FailureDetectorTimeout)
	}
	return out
}

// adminReplica is what a ring knows of a node.
func (n *Node) adminReplica(e ring.Endpoint) admin.Node {
	out := admin.Node{
		HostID: e.HostID.String(), Address: e.Address.String(), Datacenter: e.Datacenter, Rack: e.Rack, State: e.Status.String(),
		Live: e.HostID == n.identity.HostID || n.gossip.Live(e.HostID),
	}
	if g := n.gossip.Node(e.HostID); g != nil && g.Native.IsValid() {
		out.Native = g.Native.String()
	}
	return out
}

// gossipStates lists the states under the names and in the order of Cassandra's gossipinfo. What the node itself does not
// gossip separately is taken from the state that holds it.
func (n *Node) gossipStates(g *gossip.Node) []admin.GossipState {
	var out []admin.GossipState
	add := func(name string, k gossip.Key, text string) {
		if v := g.Values[k]; v.Version > 0 {
			out = append(out, admin.GossipState{Name: name, Version: v.Version, Value: text})
		}
	}
	value := func(k gossip.Key) string { return g.Values[k].Text }
	// Cassandra shows the states without port for the node itself, and for others once they have said goodbye.
	old := g.HostID == n.identity.HostID || g.Status == gossip.StatusShutdown || g.IsGone()
	if old {
		add("STATUS", gossip.Status, value(gossip.Status))
	}
	add("LOAD", gossip.Load, value(gossip.Load))
	add("SCHEMA", gossip.Schema, value(gossip.Schema))
	add("DC", gossip.Datacenter, value(gossip.Datacenter))
	add("RACK", gossip.Rack, value(gossip.Rack))
	add("RELEASE_VERSION", gossip.ReleaseVersion, value(gossip.ReleaseVersion))
	add("REMOVAL_COORDINATOR", gossip.RemovalCoordinator, value(gossip.RemovalCoordinator))
	if old {
		add("INTERNAL_IP", gossip.ListenAddress, g.Listen.Addr().String())
		add("RPC_ADDRESS", gossip.NativeAddress, g.Native.Addr().String())
	}
	add("NET_VERSION", gossip.ReleaseVersion, netVersion)
	add("HOST_ID", gossip.Datacenter, g.HostID.String())
	add("RPC_READY", gossip.RPCReady, value(gossip.RPCReady))
	add("INTERNAL_ADDRESS_AND_PORT", gossip.ListenAddress, value(gossip.ListenAddress))
	add("NATIVE_ADDRESS_AND_PORT", gossip.NativeAddress, value(gossip.NativeAddress))
	add("STATUS_WITH_PORT", gossip.Status, value(gossip.Status))
	add("TOKENS", gossip.Tokens, "<hidden>")
	return out
}

func keyspaceInfo(ks *schema.Keyspace) admin.KeyspaceInfo {
	info := admin.KeyspaceInfo{Name: ks.Name, Class: ring.ShortClass(ks.Replication.Class), System: auth.IsSystemKeyspace(ks.Name)}
	for _, name := range slices.Sorted(maps.Keys(ks.Replication.Options)) {
		info.Options = append(info.Options, admin.Option{Name: name, Value: ks.Replication.Options[name]})
	}
	if s, err := ring.NewStrategy(ks.Replication.Class, ks.Replication.Options); err == nil {
		info.HasRing, info.Replicas = !ring.IsLocal(s), s.Factor()
	}
	return info
}

// userKeyspace is a keyspace of the users that stands for all of them, or "" without one; same is false when they are
// replicated differently.
func userKeyspace(s *schema.Schema) (name string, same bool) {
	for _, k := range slices.Sorted(maps.Keys(s.Keyspaces)) {
		ks := s.Keyspaces[k]
		switch {
		case auth.IsSystemKeyspace(k) || ks.Virtual:
		case name == "":
			name = k
		case !maps.Equal(ks.Replication.Options, s.Keyspaces[name].Replication.Options) || ks.Replication.Class != s.Keyspaces[name].Replication.Class:
			return name, false
		}
	}
	return name, true
}

// Ownership implements admin.Operations, with the notes of StorageService.effectiveOwnership.
func (n *Node) Ownership(_ context.Context, r admin.Keyspace) (*admin.Ownership, error) {
	s, now := n.coord.Schema(), n.coord.CurrentRing()
	out := &admin.Ownership{Keyspace: r.Keyspace, Shares: map[string]float64{}}
	if r.Keyspace == "" {
		name, same := userKeyspace(s)
		if !same {
			out.Note = "Non-system keyspaces don't have the same replication settings, effective ownership information is meaningless"
			return n.primaryOwnership(out), nil
		}
		if out.Keyspace = name; name == "" {
			out.Keyspace = "system_traces"
		}
	}
	ks := s.Keyspace(out.Keyspace)
	if ks == nil || ks.Virtual {
		return nil, admin.Usage("The keyspace %s, does not exist", r.Keyspace)
	}
	strategy, err := ring.NewStrategy(ks.Replication.Class, ks.Replication.Options)
	if err != nil {
		return nil, err
	}
	if ring.IsLocal(strategy) {
		out.Note = "Ownership values for keyspaces with LocalStrategy are meaningless"
		return n.primaryOwnership(out), nil
	}
	for _, e := range now.Owners() {
		out.Shares[e.Address.String()] = 0
	}
	for e, share := range now.Place(strategy).Effective() {
		out.Shares[e.Address.String()] = share
	}
	return out, nil
}

// primaryOwnership is the share of each node without regard to replication.
func (n *Node) primaryOwnership(out *admin.Ownership) *admin.Ownership {
	out.Keyspace = ""
	for e, share := range n.coord.CurrentRing().Owned() {
		out.Shares[e.Address.String()] = share
	}
	return out
}

// placement is how a keyspace lies on the ring.
func (n *Node) placement(keyspace string) (*ring.Placement, error) {
	ks := n.coord.Schema().Keyspace(keyspace)
	if ks == nil || ks.Virtual {
		return nil, admin.Usage("Unknown keyspace '%s'", keyspace)
	}
	strategy, err := ring.NewStrategy(ks.Replication.Class, ks.Replication.Options)
	if err != nil {
		return nil, err
	}
	return n.coord.CurrentRing().Place(strategy), nil
}

// Ring implements admin.Operations.
func (n *Node) Ring(_ context.Context, r admin.Keyspace) (*admin.Ring, error) {
	out := &admin.Ring{SchemaVersion: n.coord.Schema().Version.String()}
	p, err := n.placement(r.Keyspace)
	switch {
	case err != nil:
		return nil, admin.Failed("No such keyspace: %s", r.Keyspace)
	case ring.IsLocal(p.Strategy):
		return nil, admin.Failed("There is no ring for the keyspace: %s", r.Keyspace)
	}
	for _, part := range p.Ranges() {
		one := admin.Range{Start: int64(part.Start), End: int64(part.End)}
		for _, e := range part.Replicas {
			one.Replicas = append(one.Replicas, n.adminReplica(*e))
		}
		out.Ranges = append(out.Ranges, one)
	}
	return out, nil
}

// Endpoints implements admin.Operations.
func (n *Node) Endpoints(_ context.Context, r admin.PartitionKey) ([]string, error) {
	p, err := n.placement(r.Keyspace)
	if err != nil {
		return nil, err
	}
	t := n.coord.Schema().Table(r.Keyspace, r.Table)
	if t == nil {
		return nil, admin.Usage("Unknown table '%s' in keyspace '%s'", r.Table, r.Keyspace)
	}
	key, err := parseKey(t, r.Key)
	if err != nil {
		return nil, admin.Failed("%v", err)
	}
	if ring.IsLocal(p.Strategy) {
		return []string{n.address.String()}, nil
	}
	var out []string
	for _, e := range p.Replicas(token.Of(key)) {
		out = append(out, e.Address.String())
	}
	return out, nil
}

// parseKey reads the text of a partition key; the components of a composite one are joined by colons, which a backslash
// keeps from being one.
func parseKey(t *schema.Table, text string) ([]byte, error) {
	parts := []string{text}
	if len(t.PartitionKey) > 1 {
		parts = splitComposite(text)
	}
	if len(parts) != len(t.PartitionKey) {
		return nil, fmt.Errorf("the partition key of %s.%s has %d components, joined by colons", t.Keyspace, t.Name, len(t.PartitionKey))
	}
	values := make([][]byte, len(parts))
	for i, part := range parts {
		v, err := parseValue(t.PartitionKey[i].Type, part)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return row.ComposeKey(values), nil
}

func parseValue(t cqltype.Type, text string) ([]byte, error) { return t.Parse(text) }

func splitComposite(text string) []string {
	parts, part := []string{}, strings.Builder{}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			part.WriteByte(text[i])
		case text[i] == ':':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(text[i])
		}
	}
	return append(parts, part.String())
}

// Seeds implements admin.Operations: the seeds without this node, as nodetool getseeds lists them.
func (n *Node) Seeds(context.Context, admin.None) ([]string, error) {
	var out []string
	for _, s := range n.seeds() {
		if s != n.address {
			out = append(out, "/"+s.String())
		}
	}
	return out, nil
}

// peerAddress finds a node by host id, address, or address and port.
func (n *Node) peerAddress(text string) *gossip.Node {
	text = strings.TrimPrefix(text, "/")
	for _, g := range n.gossip.Nodes() {
		if g.HostID.String() == strings.ToLower(text) || g.Address.String() == text || g.Address.Addr().String() == text {
			return g
		}
	}
	return nil
}

// parsePeer is a storage address; without a port it has this node's.
func (n *Node) parsePeer(text string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddrPort(text); err == nil {
		return a, nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.AddrPort{}, admin.Usage("%s is no address", strconv.Quote(text))
	}
	return netip.AddrPortFrom(a, n.address.Port()), nil
}
