package syskeyspace

import (
	"crypto/sha256"
	"slices"
	"sync"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Name is the keyspace that holds the schema.
const Name = "system_schema"

// What system_schema has no column for is kept in cells of columns that only the codec's tables have: clients never
// see them, because their tables lack these columns, and storage keeps cells of columns that it does not know.
// Cassandra forgets these facts when it restarts.
const (
	createdColumn       = "(created)"       // microseconds: the order in which tables came to be
	cdcColumn           = "(cdc)"           // the option cdc, when it is true
	droppedColumn       = "(dropped_time)"  // dropped_time in microseconds
	deterministicColumn = "(deterministic)" // functions and aggregates, when they are
)

// extraColumns are the codec's own columns by table.
var extraColumns = map[string][]schema.Column{
	"tables":          {{Name: createdColumn, Type: cqltype.Bigint}, {Name: cdcColumn, Type: cqltype.Boolean}},
	"views":           {{Name: createdColumn, Type: cqltype.Bigint}, {Name: cdcColumn, Type: cqltype.Boolean}},
	"dropped_columns": {{Name: droppedColumn, Type: cqltype.Bigint}},
	"functions":       {{Name: deterministicColumn, Type: cqltype.Boolean}},
	"aggregates":      {{Name: deterministicColumn, Type: cqltype.Boolean}},
}

// ownRevision is the timestamp of the rows that describe the node's own keyspaces: one more with every release that
// changes them. It lies before the timestamps of all statements.
const ownRevision = 1

// Codec turns schemas into rows of system_schema and back. It remembers what it decoded last, so that what did not
// change since is the same *schema.Keyspace and *schema.Table again. It is safe for concurrent use.
type Codec struct {
	base   *schema.Schema
	tables []*schema.Table // of system_schema, with the codec's own columns
	byName map[string]*schema.Table

	mu      sync.Mutex
	last    map[string]*decoded
	decoded *schema.Schema // the newest result
}

// decoded is a keyspace with digests of the rows that it was made of.
type decoded struct {
	keyspace *schema.Keyspace
	sum      digest
	tables   map[string]digest
}

type digest [sha256.Size]byte

// NewCodec returns the codec of a node whose own keyspaces, virtual ones included, are those of base. What else base
// holds does not matter.
func NewCodec(base *schema.Schema) *Codec {
	c := &Codec{base: base, byName: map[string]*schema.Table{}, last: map[string]*decoded{}}
	k := base.Keyspace(Name)
	if k == nil {
		return c
	}
	for _, name := range sorted(k.Tables) {
		t := k.Tables[name].Copy()
		for _, extra := range extraColumns[name] {
			extra.Kind = schema.Regular
			t.Add(&extra)
		}
		c.tables = append(c.tables, t)
		c.byName[name] = t
	}
	return c
}

// Tables are the tables of system_schema, by name.
func (c *Codec) Tables() []*schema.Table { return slices.Clone(c.tables) }

// Encode is what has to be written so that old becomes now: new and changed rows, and tombstones for what is gone, all
// with the timestamp micros, which must be later than that of every change before. The node's own keyspaces are left
// out.
func (c *Codec) Encode(old, now *schema.Schema, micros int64) []*row.Mutation {
	names := map[string]bool{}
	for _, s := range []*schema.Schema{old, now} {
		for name, k := range s.Keyspaces {
			if !k.Virtual && !schema.IsLocal(name) {
				names[name] = true
			}
		}
	}
	var out []*row.Mutation
	for _, name := range sorted(names) {
		if before, after := old.Keyspace(name), now.Keyspace(name); before != after {
			out = append(out, c.encodeKeyspace(name, before, after, micros)...)
		}
	}
	return out
}

// Own are the rows that describe the node's own keyspaces, system and system_schema. A node writes them whenever it
// starts, for clients to read; nobody else does. Writing them again changes nothing.
func (c *Codec) Own() []*row.Mutation {
	var out []*row.Mutation
	for _, name := range sorted(c.base.Keyspaces) {
		if k := c.base.Keyspaces[name]; schema.IsLocal(name) && !k.Virtual {
			out = append(out, c.encodeKeyspace(name, nil, k, ownRevision)...)
		}
	}
	return out
}

// isOwn says whether a keyspace comes from base, whatever system_schema says.
func (c *Codec) isOwn(name string) bool {
	if schema.IsLocal(name) {
		return true
	}
	k := c.base.Keyspace(name)
	return k != nil && k.Virtual
}
