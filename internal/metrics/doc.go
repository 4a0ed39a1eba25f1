// Package metrics counts what a node does: requests and their latencies, per table and in all, batches, statements
// and logins.
//
// The owner of a Metrics is the node; the coordinator, the storage and the server note what happens, and virtual
// tables and nodetool read. Noting costs a few atomic additions and never waits for a reader. Latencies are whole
// microseconds in the buckets that Cassandra uses (each a fifth larger than the one before), so percentiles have
// the same steps as there; what is older than some minutes fades away. Rates are moving averages over one, five and
// fifteen minutes.
//
// Nothing here is ever invented: what nobody noted stays zero, as on a node that has just started. The package is a
// leaf.
package metrics
