// Package row is the shape of data between the planner and the disk: mutations, rows, cells, tombstones, and the
// commands that read them, with one reconciliation rule for all of them and one binary codec.
//
// A row travels unreconciled: it keeps timestamps, expiry and tombstones until the coordinator has merged what all
// replicas said. The merge needs no schema: cells are identified by column name and path and ordered by plain bytes.
// Values stay in their wire form. Storage, coordinator, node-to-node calls and the executor share these types; none of
// them has another.
package row

import (
	"math"

	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// NoTimestamp marks what was never written or never deleted.
const NoTimestamp = math.MinInt64

// Deletion is a tombstone's mark: everything with a timestamp <= Timestamp under it is gone.
type Deletion struct {
	Timestamp int64 // microseconds; NoTimestamp when nothing is deleted
	LocalTime int64 // seconds since 1970: when it was made, for gc_grace
}

// Live is the absence of a deletion.
var Live = Deletion{Timestamp: NoTimestamp}

// Liveness is the marker that an INSERT leaves so that a row exists without cells.
type Liveness struct {
	Timestamp int64 // NoTimestamp when there is none
	TTL       int32 // seconds; 0 when it does not expire
	Expiry    int64 // seconds since 1970, when TTL > 0
}

// CellKind says what a cell holds.
type CellKind uint8

// The kinds of cell.
const (
	Value     CellKind = iota // Value holds bytes (possibly none: the empty value)
	Tombstone                 // deleted at Timestamp, or with a TTL: expired, and the value is forgotten
	Counter                   // Value holds counter shards, see counter.go
)

// Cell is one value of one column, or one element of a multi-cell collection or user type.
type Cell struct {
	Column    string // the schema's own string
	Path      []byte // nil for a simple column; set: element; map: key; list: timeuuid; user type: 2-byte field index
	Kind      CellKind
	Timestamp int64 // microseconds
	TTL       int32 // seconds; 0 when it does not expire
	Expiry    int64 // seconds since 1970: end of life (TTL > 0) or local deletion time (Tombstone without TTL)
	Value     []byte
}

// ColumnDeletion is the tombstone of a whole multi-cell column (an overwrite or delete of the collection).
type ColumnDeletion struct {
	Column string
	Deletion
}

// Row is a row or a fragment of one. Clustering is nil for the static row.
type Row struct {
	Clustering [][]byte // wire values; len == number of clustering columns
	// Origin is when the bytes of Clustering were first written, in microseconds, for tables where bytes that differ may
	// be equal values (decimal 1.5 and 1.50): the oldest bytes stay. 0 where it does not matter or is not known.
	Origin   int64
	Liveness Liveness
	Deletion Deletion
	Columns  []ColumnDeletion // by column name
	Cells    []Cell           // by column name, then path bytes
}

// Bound is one end of a clustering range: a prefix of clustering values. An empty prefix is the partition's end.
type Bound struct {
	Values    [][]byte
	Inclusive bool
}

// Slice is a range of clusterings in clustering order (DESC columns respected).
type Slice struct{ Start, End Bound }

// RangeTombstone deletes a slice of a partition.
type RangeTombstone struct {
	Slice
	Deletion
}

// Partition is all or a part of one partition: a mutation's target and a read's answer alike.
type Partition struct {
	Key      []byte // serialized partition key: one raw value, or (uint16 length, bytes, 0x00) per component
	Token    token.Token
	Deletion Deletion
	Ranges   []RangeTombstone
	Static   *Row   // nil when nothing static is present
	Rows     []*Row // in clustering order
}

// Mutation is a write to one partition of one table.
type Mutation struct {
	Table *schema.Table
	Partition
}

// Position is a place between rows, where a page ended.
type Position struct {
	Key        []byte   // partition key
	Clustering [][]byte // last row seen; nil: nothing but the static row was seen
	Seen       int      // live rows of this partition seen so far: they count towards PerPartition
	Done       bool     // nothing more is wanted of this partition
	// Remaining limits are the reader's own business; see the paging state in cql/exec.
}

// Read is one read command. Exactly one of Keys and Range is used.
type Read struct {
	Table *schema.Table
	Keys  [][]byte // partitions to read, in the order wanted
	// Range selects partitions by token when Keys is nil; StartKey/EndKey, if set, sharpen its ends.
	Range        token.Range
	Slices       []Slice // ascending in clustering order, disjoint; nil: whole partition
	Reversed     bool    // rows of a partition in reverse clustering order
	NoRows       bool    // only partition deletion and static row are wanted
	Columns      []string
	PerPartition int // live rows a partition, 0: no limit
	Limit        int // live rows in all, 0: no limit. A partition with only a live static row counts as one.
	After        *Position
	Now          int64 // seconds since 1970: what is expired
	// Purged asks for what Purge would leave at Now: the answer will not be merged with those of other replicas.
	Purged bool
	// Raw leaves deletions in what the coordinator answers, for who merges more into it. It does not travel.
	Raw   bool
	Index *IndexRead
	// Streaming takes tombstone_failure_threshold off: whoever copies or compares data needs all of it. It does not travel.
	Streaming bool
}

// IndexRead narrows a Read to rows that a secondary index offers. The answer may hold rows that no longer match
// (another replica may know better): the caller filters after the merge.
type IndexRead struct {
	Index                          string // name
	Op                             IndexOp
	Value                          []byte // wire form of the indexed expression; of a SASI index a term
	Upper                          []byte // for ranges: Value is the lower end (nil: open), Upper the upper (nil: open)
	LowerInclusive, UpperInclusive bool
}

// IndexOp is what an index is asked.
type IndexOp uint8

// The questions that indexes answer.
const (
	IndexEq IndexOp = iota
	IndexRange
	// IndexPrefix, IndexSuffix and IndexContains look for Value at the beginning, at the end or anywhere in the terms of a
	// SASI index.
	IndexPrefix
	IndexSuffix
	IndexContains
)

// Result answers a Read.
type Result struct {
	Partitions []*Partition
	// More is set when a limit ended the read: there may be further rows.
	More bool
	// Scans say what the read had to pass, where it met anything deleted; see Scan.
	Scans []Scan
}
