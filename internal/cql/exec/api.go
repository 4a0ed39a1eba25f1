package exec

import (
	"context"
	"net/netip"

	"alexandra/auth"
	"alexandra/internal/cql/plan"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Consistency is a consistency level, numbered as in the native protocol.
type Consistency = row.Consistency

// Session is one client connection's state: who is logged in, the current keyspace, what a USE changed.
// The server owns it and runs at most the requests of that connection with it; User and Keyspace are replaced
// atomically, so concurrent requests of one connection are safe.
type Session struct {
	Remote  netip.AddrPort
	Version int // native protocol version, 3 to 5
	// internal is set for the node's own statements: no login, no permission checks.
	internal bool
	user     atomicValue[auth.User]
	keyspace atomicValue[string]
	// warnedUse: the anti-pattern warning for USE with prepared statements is given once a connection.
	warnedUse atomicFlag
}

// Options are the parameters of QUERY and EXECUTE.
type Options struct {
	Consistency      Consistency
	Serial           Consistency // 0 means absent: SERIAL
	Values           []BoundValue
	Names            []string // parallel to Values when the names flag was set; nil otherwise
	PageSize         int      // 0: no paging
	PagingState      []byte
	Timestamp        int64 // microseconds; valid when HasTimestamp
	HasTimestamp     bool
	Keyspace         string // v5 keyspace option; empty when absent
	Now              int64  // v5 now_in_seconds; valid when HasNow
	HasNow           bool
	SkipMetadata     bool
	ResultMetadataID []byte // v5 EXECUTE
	Tracing          *Trace // nil: not traced
	CustomPayload    map[string][]byte
}

// BoundValue is one bound variable: wire bytes, null, or unset.
type BoundValue = plan.BoundValue

// BatchItem is one statement of a BATCH message: text or a prepared id.
type BatchItem struct {
	Query  string
	ID     []byte
	Values []BoundValue
}

// BatchType is the kind of a batch, numbered as in the protocol.
type BatchType uint8

// The batch kinds.
const (
	Logged BatchType = iota
	Unlogged
	CounterBatch
)

// Result is what a statement answered. Exactly one of the pointers is set, or none: VOID.
type Result struct {
	Rows         *Rows
	SetKeyspace  string // non-empty after USE
	SchemaChange *schema.Change
	Warnings     []string
}

// ColumnSpec is one column of a result or one bind variable.
type ColumnSpec = plan.ColumnSpec

// Rows is a RESULT of kind Rows: one page. Values are wire bytes; nil is null.
type Rows struct {
	Columns     []ColumnSpec
	Rows        [][][]byte
	PagingState []byte // nil on the last page
	// MetadataID is the id of Columns (v5). MetadataChanged asks the server to send it with flag 8.
	MetadataID      []byte
	MetadataChanged bool
	NoMetadata      bool // the client asked to skip, and may
}

// PreparedResult answers PREPARE.
type PreparedResult struct {
	ID               []byte
	ResultMetadataID []byte
	Variables        []ColumnSpec
	PKIndices        []int // index of the bind variable for each partition key column, or nil
	ResultColumns    []ColumnSpec
	HasResult        bool // false: flags NO_METADATA, no columns
	Warnings         []string
}

// Coordinator is what a statement needs of the cluster. internal/coord implements it; every method blocks until the
// consistency level is met, the timeout of its kind has passed or ctx is done, and returns *cqlerr.Error.
type Coordinator interface {
	// Write applies mutations. Each is atomic on its partition; a logged batch is atomic as a whole.
	Write(ctx context.Context, ms []*row.Mutation, o WriteOptions) error
	// Read returns reconciled partitions: tombstones and dead cells are gone, what is left is live at read.Now.
	Read(ctx context.Context, read *row.Read, cl Consistency) (*row.Result, error)
	// CompareAndSet runs one round of Paxos on a partition. decide sees the current live partition (nil when there is
	// none) and returns the mutation to apply, or nil when the conditions did not hold. It may run more than once.
	CompareAndSet(ctx context.Context, read *row.Read, serial, commit Consistency,
		decide func(current *row.Partition) (*row.Mutation, error)) error
	// Exclusively runs do while nobody in the cluster runs one for any of these partitions, and until what do writes with
	// its context is at all live replicas or hinted. Each partition's stamp is a timestamp that is newer than the one of any
	// do before. A lock that is not free within the write timeout is a WRITE_TIMEOUT of type VIEW at this level.
	Exclusively(ctx context.Context, parts []row.PartitionKey, cl Consistency, do func(ctx context.Context, stamps []int64) error) error
	// Truncate empties a table on every node.
	Truncate(ctx context.Context, t *schema.Table) error
	// AlterSchema runs change on the newest schema, stores and spreads what it returns, and tells listeners of the
	// changes before it returns. change may run more than once; no changes means nothing happened.
	AlterSchema(ctx context.Context, change func(*schema.Schema) (*schema.Schema, []schema.Change, error)) ([]schema.Change, error)
	// Schema is the newest schema.
	Schema() *schema.Schema
	// Datacenters are the names of all datacenters with nodes, sorted, the local one included.
	Datacenters() []string
	// Topology describes the cluster for warnings and DESCRIBE CLUSTER.
	Topology() Topology
}

// Topology is what statements may know of the cluster.
type Topology = row.Topology

// WriteKind says how mutations belong together; it decides the write type in errors.
type WriteKind = row.WriteKind

// The kinds of write.
const (
	SimpleWrite   = row.SimpleWrite
	LoggedBatch   = row.LoggedBatch
	UnloggedBatch = row.UnloggedBatch
	CounterWrite  = row.CounterWrite
)

// WriteOptions go with a Write. Traces travel in the context: row.WithTrace.
type WriteOptions = row.WriteOptions

// VirtualTables serves keyspaces whose rows are computed. internal/virtual implements it.
type VirtualTables interface {
	// Read returns the rows of one table; key narrows to one partition when not nil (a hint, callers filter again). The
	// order of the partitions does not matter, but if it is downwards it stays so.
	Read(ctx context.Context, t *schema.Table, key [][]byte) ([]*row.Partition, error)
	// Write applies DELETE, UPDATE, INSERT and TRUNCATE (m nil) where the table allows, else says so.
	Write(ctx context.Context, t *schema.Table, m *row.Mutation) error
}
