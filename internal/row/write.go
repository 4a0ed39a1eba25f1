package row

// WriteKind says how mutations belong together; it decides the write type in errors.
type WriteKind uint8

// The kinds of write.
const (
	SimpleWrite WriteKind = iota
	LoggedBatch
	UnloggedBatch
	CounterWrite
)

// WriteOptions go with a write through the coordinator. What a traced request did is reported through the context,
// see WithTrace.
type WriteOptions struct {
	Consistency Consistency
	Kind        WriteKind
}

// Topology is what statements may know of the cluster.
type Topology struct {
	ClusterName, Partitioner, Snitch string
	LocalDatacenter                  string
	// NodesPerDatacenter counts token owners.
	NodesPerDatacenter map[string]int
	// RangeOwnership maps a range's right token to its replicas ("/127.0.0.1:7000") for a keyspace.
	RangeOwnership func(keyspace string) map[string][]string
}
