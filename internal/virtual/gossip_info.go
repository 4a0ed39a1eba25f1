package virtual

import (
	"net/netip"

	"alexandra/internal/cqltype"
)

// GossipNode is what gossip knows of one node.
type GossipNode struct {
	Address               netip.AddrPort // broadcast address and storage port
	Hostname              string         // empty: the address
	Generation, Heartbeat int
	// States are the announced values by the lower case name of their application state ("status_with_port", "dc").
	// Names that the table does not know, and values of version 0, are left out.
	States map[string]GossipState
}

// GossipState is one announced value.
type GossipState struct {
	Value   string
	Version int
}

// gossipStates are the application states with columns; of the tokens only the version has one.
var gossipStates = []string{
	"status", "load", "schema", "dc", "rack", "release_version", "removal_coordinator", "internal_ip", "rpc_address",
	"x_11_padding", "severity", "net_version", "host_id", "rpc_ready", "internal_address_and_port", "native_address_and_port",
	"status_with_port", "sstable_versions", "disk_usage", "index_status", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
}

var gossipInfo = &definition{
	name: "gossip_info", comment: "lists the gossip information for the cluster",
	columns: join([]column{
		key("address", cqltype.Inet), clustering("port", cqltype.Int),
		regular("hostname", cqltype.Text), regular("generation", cqltype.Int), regular("heartbeat", cqltype.Int), regular("tokens_version", cqltype.Int),
	}, gossipColumns()),
	rows: func(t *Tables) []record {
		var rows []record
		for _, n := range call(t.config.Gossip) {
			host := n.Hostname
			if host == "" {
				host = n.Address.Addr().Unmap().String()
			}
			r := record{n.Address.Addr(), int(n.Address.Port()), host, n.Generation, n.Heartbeat, nil}
			if s := n.States["tokens"]; s.Version > 0 {
				r[len(r)-1] = s.Version
			}
			for _, name := range gossipStates {
				if s := n.States[name]; s.Version > 0 {
					r = append(r, s.Value, s.Version)
				} else {
					r = append(r, nil, nil)
				}
			}
			rows = append(rows, r)
		}
		return rows
	},
}

func gossipColumns() []column {
	var list []column
	for _, name := range gossipStates {
		list = append(list, regular(name, cqltype.Text), regular(name+"_version", cqltype.Int))
	}
	return list
}
