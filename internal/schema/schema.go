// Package schema is what the cluster agrees on: keyspaces, tables, types, functions, indexes and views.
//
// Everything here is immutable once published. A schema change takes the current Schema, makes a copy that shares all
// that did not change, and hands the copy and the list of changes to whoever stores and announces them. Nobody locks
// to read: a request takes one *Schema at its start and keeps it.
//
// The package knows the rules of CREATE, ALTER and DROP, with Cassandra's words for what is refused, and the digest
// that drivers compare as schema_version. It does not know how the schema is stored (internal/syskeyspace) or spread
// (internal/coord).
package schema

import (
	"github.com/google/uuid"

	"alexandra/internal/cqltype"
)

// Schema is all keyspaces at one moment, system and virtual ones included.
type Schema struct {
	Keyspaces map[string]*Keyspace
	// Version is the digest of all replicated keyspaces, as in system.local.schema_version.
	Version uuid.UUID

	sums tableSums // what Version was computed of
}

// Keyspace returns the keyspace of that exact name, or nil.
func (s *Schema) Keyspace(name string) *Keyspace { return s.Keyspaces[name] }

// Table returns a table, view or virtual table, or nil.
func (s *Schema) Table(keyspace, name string) *Table {
	if ks := s.Keyspaces[keyspace]; ks != nil {
		return ks.Tables[name]
	}
	return nil
}

// Keyspace is a namespace with a replication setting.
type Keyspace struct {
	Name          string
	Replication   Replication
	DurableWrites bool
	Virtual       bool              // rows come from internal/virtual, not from storage
	Tables        map[string]*Table // base tables, views (View != nil) and virtual tables
	Types         map[string]*cqltype.UserType
	Functions     map[string][]*Function  // overloads by name
	Aggregates    map[string][]*Aggregate // overloads by name

	// order is how the tables came to be; messages list them so. Tables that it does not name come last, by name.
	order []string
}

// Replication is a strategy class and its options; Options never holds "class".
type Replication struct {
	Class   string // fully qualified, e.g. "org.apache.cassandra.locator.NetworkTopologyStrategy"
	Options map[string]string
}

// ColumnKind is the part a column plays in its table.
type ColumnKind uint8

// The kinds, in the order in which columns are listed.
const (
	PartitionKey ColumnKind = iota
	Clustering
	Static
	Regular
)

// Column is one column of a table.
type Column struct {
	Keyspace, Table string // where it belongs: result metadata shows both
	Name            string
	Kind            ColumnKind
	Type            cqltype.Type
	Position        int  // within the partition key or the clustering; -1 otherwise
	Desc            bool // clustering order
	Mask            *Mask
}

// Mask is the masking function of a column (dynamic data masking).
type Mask struct {
	Keyspace, Function string // "system" and "mask_default", for example
	// ArgTypes and ArgValues are the partial arguments after the column; a nil value is null.
	ArgTypes  []cqltype.Type
	ArgValues [][]byte
}

// DroppedColumn is remembered so that data written before the drop stays invisible.
type DroppedColumn struct {
	Name string
	Type cqltype.Type
	Kind ColumnKind // Static or Regular
	// Time is the drop's timestamp in microseconds: cells with a timestamp <= Time are gone.
	Time int64
}

// Table is a base table, a materialized view, or a virtual table.
type Table struct {
	Keyspace, Name string
	ID             uuid.UUID

	PartitionKey []*Column // in key order, at least one
	Clustering   []*Column // in clustering order
	Statics      []*Column // by name
	Regulars     []*Column // by name; for SELECT * order see Columns

	Columns map[string]*Column // all of them

	Dropped  map[string]*DroppedColumn
	Options  Options
	Indexes  map[string]*Index
	Triggers map[string]*Trigger
	View     *View // non-nil when this is a materialized view

	Counter bool // its regular columns are counters
	Compact bool // WITH COMPACT STORAGE: Dense or not Compound
	// Dense and Compound are the layout of tables WITH COMPACT STORAGE, as in the flags of system_schema.tables. Other
	// tables are compound and not dense.
	Dense, Compound bool
	Virtual         bool
}

// Index is a secondary index.
type Index struct {
	Name    string
	Kind    string            // COMPOSITES, KEYS or CUSTOM, as in system_schema.indexes
	Options map[string]string // includes "target" and, for CUSTOM, "class_name"
}

// Trigger is the record of a CREATE TRIGGER.
type Trigger struct{ Name, Class string }

// View is what makes a table a materialized view.
type View struct {
	BaseTable   string // in the same keyspace
	BaseID      uuid.UUID
	WhereClause string // CQL text as stored
	AllColumns  bool   // SELECT *
}

// Function is a user-defined function: kept, described, granted; its body is not run.
type Function struct {
	Keyspace, Name    string
	ArgNames          []string
	ArgTypes          []cqltype.Type
	ReturnType        cqltype.Type
	CalledOnNullInput bool
	Language, Body    string
	Deterministic     bool
}

// Aggregate is a user-defined aggregate.
type Aggregate struct {
	Keyspace, Name        string
	ArgTypes              []cqltype.Type
	StateFunc, FinalFunc  string // FinalFunc may be empty
	StateType, ReturnType cqltype.Type
	InitCond              []byte // wire bytes; nil is null
	Deterministic         bool
}

// Options are the table options of system_schema.tables. Durations are seconds unless named otherwise.
type Options struct {
	AdditionalWritePolicy   string
	AllowAutoSnapshot       bool
	BloomFilterFPChance     float64
	Caching                 map[string]string
	CDC                     bool
	Comment                 string
	Compaction              map[string]string
	Compression             map[string]string
	Memtable                string
	CRCCheckChance          float64
	DefaultTTL              int
	Extensions              map[string][]byte
	GCGraceSeconds          int
	IncrementalBackups      bool
	MaxIndexInterval        int
	MemtableFlushPeriodInMs int
	MinIndexInterval        int
	ReadRepair              string
	SpeculativeRetry        string
}

// Change is one element that a schema change created, updated or dropped; it becomes a SCHEMA_CHANGE event.
type Change struct {
	Kind     ChangeKind
	Target   string // KEYSPACE, TABLE, TYPE, FUNCTION, AGGREGATE
	Keyspace string
	Name     string   // empty for KEYSPACE
	ArgTypes []string // for FUNCTION and AGGREGATE
}

// ChangeKind is CREATED, UPDATED or DROPPED, the protocol's words.
type ChangeKind string

// The kinds of change.
const (
	Created ChangeKind = "CREATED"
	Updated ChangeKind = "UPDATED"
	Dropped ChangeKind = "DROPPED"
)
