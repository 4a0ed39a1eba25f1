// Package storage keeps rows on disk: one Pebble store per node, one key per CQL row.
//
// A write never reads: it merges a fragment of a row into what is there, and the store's merge operator reconciles
// fragments by the rules of package row, without a schema. Key order is the order of scans: token, partition key,
// clustering. Reads return unreconciled partitions, tombstones included, because other replicas may know better; or,
// when asked, what is live.
//
// It also keeps the entries of secondary indexes (written in the batch of their rows, verified when read), counters
// (the one write that reads, under a lock), and a small ordered space for the node's own durable state: see [Local].
//
// It knows nothing of replicas, consistency levels or statements; the coordinator calls it, locally and through the
// node-to-node service. Nobody else imports Pebble. DESIGN.md describes the layout and what is durable when.
package storage
