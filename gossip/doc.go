// Package gossip knows who is in the cluster: addresses, datacenters, tokens, schema versions, up or down.
//
// Membership and failure detection are memberlist's; only this package imports it. What Cassandra calls application
// state travels beside it: each node announces small versioned texts (status, tokens, schema version, load, ...), and of
// two announcements the one with the larger (generation, version) wins on every node. A change is sent to all live nodes
// at once and spreads by push/pull besides.
//
// The package also owns the one port between nodes. Its Transport listens on storage_port and tells gossip streams,
// gossip packets and rpc connections apart by their first bytes, does TLS as server_encryption_options asks, refuses
// other clusters by name, and can cut, delay or drop the traffic with a peer for tests. It hands rpc connections on as a
// net.Listener and knows nothing of what runs over them.
//
// It knows nothing of token ranges, replicas or rows: node translates its events for ring, coord and server. See
// DESIGN.md.
package gossip
