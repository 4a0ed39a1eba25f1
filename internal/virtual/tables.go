package virtual

import (
	"context"
	"slices"

	"alexandra/internal/clock"
	"alexandra/internal/cqlerr"
	"alexandra/internal/metrics"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Config is what the tables look at. Every field may be its zero value: its tables are empty then, or show zeros.
// Functions are called with each read, by several goroutines at once, and return what the caller may keep.
type Config struct {
	Clock clock.Clock // nil: the machine's
	// Schema is the newest schema; tables about tables list those of it that are stored.
	Schema  func() *schema.Schema
	Metrics *metrics.Metrics

	Settings           func() []Setting
	Properties         func() map[string]string
	Clients            func() []Client
	Caches             func() []Cache
	ThreadPools        func() []ThreadPool
	PreparedStatements func() int
	Gossip             func() []GossipNode
	Peers              func() []Peer
	PendingHints       func() []PendingHint
	Queries            func() []Query
	Tasks              func() []Task
	Snapshots          func() []Snapshot
	Sizes              func(keyspace, table string) Sizes
	IndexState         func(keyspace, index string) IndexState
	Logs               *Logs

	RolesCache, NetworkPermissionsCache, PermissionsCache, CredentialsCache, JMXPermissionsCache AuthCache

	// Rows of the tables about repairs and streams, by column name, see encode for the Go types.
	Repairs, RepairSessions, RepairJobs, RepairParticipates, RepairValidations, Streams func() []map[string]any
}

// Tables is both virtual keyspaces. Safe for concurrent use.
type Tables struct {
	config    Config
	keyspaces []*schema.Keyspace
	tables    map[tableName]*definition
}

type tableName struct{ keyspace, table string }

// New makes the tables.
func New(c Config) *Tables {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Metrics == nil {
		c.Metrics = metrics.New(c.Clock)
	}
	t := &Tables{config: c, tables: map[tableName]*definition{}}
	for _, k := range keyspaces {
		ks := schema.NewKeyspace(k.name, schema.Replication{})
		ks.Virtual = true
		for _, d := range k.tables {
			ks.Tables[d.name] = d.table(k.name)
			t.tables[tableName{k.name, d.name}] = d
		}
		t.keyspaces = append(t.keyspaces, ks)
	}
	return t
}

// Keyspaces are system_views and system_virtual_schema, for the schema. They are not to be changed.
func (t *Tables) Keyspaces() []*schema.Keyspace { return slices.Clone(t.keyspaces) }

// Read returns the rows of one table, in the order of their keys by type; with a key those of one partition. It
// implements exec.VirtualTables.
func (t *Tables) Read(ctx context.Context, table *schema.Table, key [][]byte) ([]*row.Partition, error) {
	d := t.tables[tableName{table.Keyspace, table.Name}]
	if d == nil {
		return nil, cqlerr.Server("Unknown virtual table: %s.%s", table.Keyspace, table.Name)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := &builder{table: table, definition: d, now: t.config.Clock.Now().UnixMicro(), only: key, partitions: map[string]*row.Partition{}}
	for _, r := range d.rows(t) {
		if err := b.add(r); err != nil {
			return nil, err
		}
	}
	return b.build(), nil
}

// Write applies a mutation, or empties the table when m is nil, where the table allows it. It implements
// exec.VirtualTables.
func (t *Tables) Write(_ context.Context, table *schema.Table, m *row.Mutation) error {
	d := t.tables[tableName{table.Keyspace, table.Name}]
	name := table.Keyspace + "." + table.Name
	switch {
	case d == nil:
		return cqlerr.Server("Unknown virtual table: %s", name)
	case m == nil && d.truncate == nil:
		return cqlerr.Invalid("Truncation is not supported by table %s", name)
	case m == nil:
		d.truncate(t)
		return nil
	case !d.mutable:
		return cqlerr.Invalid("Modification is not supported by table %s", name)
	}
	what := change(m)
	switch {
	case what == "":
		return nil
	case what == rowDeletion && len(table.Clustering) == 0:
		what = partitionDeletion
	}
	if what != partitionDeletion || d.remove == nil {
		return cqlerr.Invalid("%s is not supported by table %s", what, name)
	}
	key, err := row.SplitKey(table, m.Key)
	if err != nil {
		return cqlerr.Invalid("%s", err)
	}
	d.remove(t, key)
	return nil
}

const (
	partitionDeletion = "Partition deletion"
	rowDeletion       = "Row deletion"
)

// change says what a mutation does, in Cassandra's words; empty when it does nothing.
func change(m *row.Mutation) string {
	switch {
	case len(m.Ranges) > 0:
		return "Range deletion"
	case !m.Deletion.IsLive():
		return partitionDeletion
	}
	for _, r := range append([]*row.Row{m.Static}, m.Rows...) {
		switch {
		case r == nil:
		case !r.Deletion.IsLive():
			return rowDeletion
		case len(r.Columns) > 0, len(r.Cells) > 0 && r.Cells[0].Kind == row.Tombstone:
			return "Column deletion"
		default:
			return "Column modification"
		}
	}
	return ""
}

// builder sorts records into partitions.
type builder struct {
	table      *schema.Table
	definition *definition
	now        int64 // microseconds
	only       [][]byte
	partitions map[string]*row.Partition
	keys       [][][]byte
}

func (b *builder) add(r record) error {
	columns := b.definition.columns
	values := make([][]byte, len(columns))
	for i, c := range columns {
		if i >= len(r) {
			break
		}
		var err error
		if values[i], err = encode(c.typ, r[i]); err != nil {
			return cqlerr.Server("%s.%s.%s: %s", b.table.Keyspace, b.table.Name, c.name, err)
		}
	}
	nk, nc := len(b.table.PartitionKey), len(b.table.Clustering)
	if slices.ContainsFunc(values[:nk+nc], func(v []byte) bool { return v == nil }) {
		return nil // not to be named
	}
	key := values[:nk]
	if b.only != nil && !slices.EqualFunc(b.only, key, func(x, y []byte) bool { return string(x) == string(y) }) {
		return nil
	}
	full := row.ComposeKey(key)
	p := b.partitions[string(full)]
	if p == nil {
		p = &row.Partition{Key: full, Deletion: row.Live}
		b.partitions[string(full)] = p
		b.keys = append(b.keys, key)
	}
	out := &row.Row{
		Clustering: values[nk : nk+nc : nk+nc],
		Liveness:   row.Liveness{Timestamp: b.now}, Deletion: row.Live,
	}
	for i := nk + nc; i < len(columns); i++ {
		if values[i] != nil {
			out.Cells = append(out.Cells, row.Cell{Column: b.table.Columns[columns[i].name].Name, Timestamp: row.NoTimestamp, Value: values[i]})
		}
	}
	slices.SortFunc(out.Cells, func(x, y row.Cell) int { return row.CompareCellNames(&x, &y) })
	p.Rows = append(p.Rows, out)
	return nil
}

// build is what was added, in order. Of rows with the same key the last one stays.
func (b *builder) build() []*row.Partition {
	slices.SortFunc(b.keys, func(x, y [][]byte) int {
		for i, c := range b.table.PartitionKey {
			if n := c.Type.Compare(x[i], y[i]); n != 0 {
				return n
			}
		}
		return 0
	})
	if b.definition.descending {
		slices.Reverse(b.keys)
	}
	c := row.NewComparator(b.table)
	out := make([]*row.Partition, len(b.keys))
	for i, k := range b.keys {
		p := b.partitions[string(row.ComposeKey(k))]
		slices.Reverse(p.Rows)
		slices.SortStableFunc(p.Rows, func(x, y *row.Row) int { return c.Compare(x.Clustering, y.Clustering) })
		p.Rows = slices.CompactFunc(p.Rows, func(x, y *row.Row) bool { return c.Compare(x.Clustering, y.Clustering) == 0 })
		out[i] = p
	}
	return out
}
