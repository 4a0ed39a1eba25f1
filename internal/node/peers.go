package node

import (
	"context"
	"net/netip"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"alexandra/gossip"
	"alexandra/internal/cqltype"
	"alexandra/internal/ring"
	"alexandra/internal/row"
)

// What drivers ask about the server; they change their behaviour by it.
const (
	ReleaseVersion        = "5.0.5"
	CQLVersion            = "3.4.7"
	nativeProtocolVersion = "5"
	partitioner           = "org.apache.cassandra.dht.Murmur3Partitioner"
)

func inet(a netip.Addr) []byte { return a.Unmap().AsSlice() }

func integer(n int) []byte { return cqltype.EncodeInt(int32(n)) }

func tokenSet(tokens []int64) []byte {
	items := make([][]byte, 0, len(tokens))
	for _, t := range tokens {
		items = append(items, []byte(strconv.FormatInt(t, 10)))
	}
	return cqltype.EncodeSet(cqltype.Text, items)
}

// system runs a statement on one of this node's own tables; failures are logged, the table is written anew at the next
// change.
func (n *Node) system(cql string, values ...[]byte) {
	if _, err := n.exec.Internal(context.Background(), cql, row.One, values...); err != nil {
		n.log.Error("cannot write a system table", "statement", cql, "error", err)
	}
}

const insertLocal = "INSERT INTO system.local (key, bootstrapped, broadcast_address, broadcast_port, cluster_name, cql_version, data_center, " +
	"gossip_generation, host_id, listen_address, listen_port, native_protocol_version, partitioner, rack, release_version, rpc_address, rpc_port, " +
	"schema_version, tokens) VALUES ('local', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

// writeLocal writes the row that says who this node is. The row that names the older schema must not come last.
func (n *Node) writeLocal() {
	n.localRow.Lock()
	defer n.localRow.Unlock()
	id, version := n.remembered(), n.coord.Schema().Version
	bootstrapped := "NEEDS_BOOTSTRAP"
	switch {
	case id.Decommissioned:
		bootstrapped = "DECOMMISSIONED"
	case id.Bootstrapped:
		bootstrapped = "COMPLETED"
	}
	n.system(insertLocal, []byte(bootstrapped), inet(n.address.Addr()), integer(int(n.address.Port())), []byte(id.ClusterName), []byte(CQLVersion),
		[]byte(id.Datacenter), integer(int(id.Generation)), id.HostID[:], inet(n.listen.Addr()), integer(int(n.listen.Port())),
		[]byte(nativeProtocolVersion), []byte(partitioner), []byte(id.Rack), []byte(ReleaseVersion), inet(n.native.Addr()),
		integer(int(n.Native().Port())), version[:], tokenSet(id.Tokens))
}

const (
	insertPeer = "INSERT INTO system.peers (peer, data_center, host_id, rack, release_version, rpc_address, schema_version, tokens) " +
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	insertPeerV2 = "INSERT INTO system.peers_v2 (peer, peer_port, data_center, host_id, native_address, native_port, rack, release_version, " +
		"schema_version, tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	deletePeer   = "DELETE FROM system.peers WHERE peer = ?"
	deletePeerV2 = "DELETE FROM system.peers_v2 WHERE peer = ? AND peer_port = ?"
)

// updatePeers keeps the rows of peers right after changes, one write for each of them.
func (n *Node) updatePeers(changes []change) {
	first := map[uuid.UUID]*gossip.Node{}
	last := map[uuid.UUID]gossip.Event{}
	for _, c := range changes {
		host := c.Node.HostID
		if _, known := last[host]; !known {
			first[host] = c.before
		}
		last[host] = c.Event
	}
	for host, e := range last {
		if host != n.identity.HostID {
			n.updatePeer(e, first[host])
		}
	}
}

// updatePeer keeps a peer's rows right. A row is written whole or not at all: drivers ignore nodes of which they know too
// little.
func (n *Node) updatePeer(e gossip.Event, before *gossip.Node) {
	g := e.Node
	if before != nil && before.Address != g.Address {
		n.dropPeer(before.HostID, before.Address)
	}
	if e.Kind == gossip.Left || !g.IsMember() {
		if e.Kind == gossip.Left || before != nil && before.IsMember() { // else there are none
			n.dropPeer(g.HostID, g.Address)
		}
		return
	}
	if g.SchemaVersion == uuid.Nil || !g.Native.IsValid() || samePeer(before, g) {
		return
	}
	n.writePeer(g)
}

func (n *Node) writePeer(g *gossip.Node) {
	where := n.snitch.Of(g.Address, ring.Location{Datacenter: g.Datacenter, Rack: g.Rack})
	peer, version, tokens := inet(g.Address.Addr()), g.SchemaVersion, tokenSet(g.Tokens)
	n.system(insertPeer, peer, []byte(where.Datacenter), g.HostID[:], []byte(where.Rack), []byte(g.ReleaseVersion), inet(g.Native.Addr()), version[:], tokens)
	n.system(insertPeerV2, peer, integer(int(g.Address.Port())), []byte(where.Datacenter), g.HostID[:], inet(g.Native.Addr()),
		integer(int(g.Native.Port())), []byte(where.Rack), []byte(g.ReleaseVersion), version[:], tokens)
}

// dropPeer deletes a peer's rows, unless they are those of another member by now.
func (n *Node) dropPeer(host uuid.UUID, a netip.AddrPort) {
	for _, g := range n.gossip.Nodes() {
		if g.Address == a && g.HostID != host && g.IsMember() {
			return
		}
	}
	n.deletePeer(a)
}

func (n *Node) deletePeer(a netip.AddrPort) {
	n.system(deletePeer, inet(a.Addr()))
	n.system(deletePeerV2, inet(a.Addr()), integer(int(a.Port())))
}

// samePeer says whether a peer's rows would not change.
func samePeer(before, now *gossip.Node) bool {
	return before != nil && before.IsMember() && before.HostID == now.HostID && before.Address == now.Address && before.Native == now.Native &&
		before.Datacenter == now.Datacenter && before.Rack == now.Rack && before.ReleaseVersion == now.ReleaseVersion &&
		before.SchemaVersion == now.SchemaVersion && slices.Equal(before.Tokens, now.Tokens)
}

// sawPeerVersion keeps the rows of a peer right when a call told its schema version before gossip did.
func (n *Node) sawPeerVersion(host, version uuid.UUID) {
	g := n.gossip.Node(host)
	if g == nil || !g.IsMember() || !g.Native.IsValid() {
		return
	}
	now := *g
	now.SchemaVersion = version
	n.writePeer(&now)
}
