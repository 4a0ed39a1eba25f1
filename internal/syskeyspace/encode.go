package syskeyspace

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"sort"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// record is one row of a table of system_schema: its clustering and its cells. A nil value is null.
type record struct {
	clustering [][]byte
	cells      map[string][]byte
}

func (r record) key() string {
	var b []byte
	for _, c := range r.clustering {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(c))), c...)
	}
	return string(b)
}

// records are all rows of one keyspace, by table and then by clustering.
type records map[string]map[string]record

func (rs records) add(table string, cells map[string][]byte, clustering ...[]byte) {
	r := record{clustering, cells}
	if rs[table] == nil {
		rs[table] = map[string]record{}
	}
	rs[table][r.key()] = r
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// encodeKeyspace is a mutation for each table of system_schema that changes; before or after may be nil.
func (c *Codec) encodeKeyspace(name string, before, after *schema.Keyspace, ts int64) []*row.Mutation {
	was, is := recordsOf(before, after), recordsOf(after, before)
	var out []*row.Mutation
	for _, t := range c.tables {
		key := []byte(name)
		m := &row.Mutation{Table: t, Partition: row.Partition{Key: key, Token: token.Of(key), Deletion: row.Live}}
		if after == nil {
			m.Deletion = deletion(ts)
		} else {
			m.Rows = changedRows(t, was[t.Name], is[t.Name], ts)
		}
		if after == nil || len(m.Rows) > 0 {
			out = append(out, m)
		}
	}
	return out
}

func deletion(ts int64) row.Deletion { return row.Deletion{Timestamp: ts, LocalTime: ts / 1e6} }

// changedRows are the rows to write so that was becomes is. A row that changes is written whole.
func changedRows(t *schema.Table, was, is map[string]record, ts int64) []*row.Row {
	var out []*row.Row
	for key, r := range was {
		if _, ok := is[key]; !ok {
			gone := newRow(r.clustering)
			gone.Deletion = deletion(ts)
			out = append(out, gone)
		}
	}
	for key, r := range is {
		before, existed := was[key]
		if existed && maps.EqualFunc(before.cells, r.cells, bytes.Equal) {
			continue
		}
		out = append(out, writeRow(t, before, r, ts))
	}
	compare := row.NewComparator(t).Compare
	sort.Slice(out, func(i, j int) bool { return compare(out[i].Clustering, out[j].Clustering) < 0 })
	return out
}

func newRow(clustering [][]byte) *row.Row {
	if clustering == nil {
		clustering = [][]byte{}
	}
	return row.NewRow(clustering)
}

func writeRow(t *schema.Table, before, r record, ts int64) *row.Row {
	out := newRow(r.clustering)
	out.Liveness = row.Liveness{Timestamp: ts}
	if t.Columns[createdColumn] != nil && !bytes.Equal(before.cells["id"], r.cells["id"]) {
		out.Cells = append(out.Cells, row.Cell{Column: createdColumn, Timestamp: ts, Value: cqltype.EncodeBigint(ts)})
	}
	for name, v := range r.cells {
		switch {
		case v != nil:
			out.Cells = append(out.Cells, row.Cell{Column: name, Timestamp: ts, Value: v})
		case before.cells[name] != nil:
			out.Cells = append(out.Cells, row.Cell{Column: name, Kind: row.Tombstone, Timestamp: ts, Expiry: ts / 1e6})
		}
	}
	out.Sort()
	return out
}

// recordsOf are the rows of a keyspace, without those of tables that are the same in other.
func recordsOf(k, other *schema.Keyspace) records {
	rs := records{}
	if k == nil {
		return rs
	}
	replication := map[string]string{"class": k.Replication.Class}
	maps.Copy(replication, k.Replication.Options)
	rs.add("keyspaces", map[string][]byte{"durable_writes": boolean(k.DurableWrites), "replication": textMap(replication)})
	for name, t := range k.Tables {
		if other == nil || other.Tables[name] != t {
			rs.addTable(t)
		}
	}
	for _, u := range k.Types {
		names, types := make([]string, len(u.Fields)), make([]cqltype.Type, len(u.Fields))
		for i, f := range u.Fields {
			names[i], types[i] = f.Name, f.Type
		}
		rs.add("types", map[string][]byte{"field_names": texts(names), "field_types": typeTexts(types)}, text(u.Name))
	}
	for _, f := range k.ListFunctions() {
		rs.add("functions", map[string][]byte{
			"argument_names": texts(f.ArgNames), "body": text(f.Body), "called_on_null_input": boolean(f.CalledOnNullInput),
			"language": text(f.Language), "return_type": text(typeText(f.ReturnType)), deterministicColumn: flag(f.Deterministic),
		}, text(f.Name), typeTexts(f.ArgTypes))
	}
	for _, a := range k.ListAggregates() {
		rs.addAggregate(a)
	}
	return rs
}

func (rs records) addAggregate(a *schema.Aggregate) {
	cells := map[string][]byte{
		"final_func": nil, "initcond": nil, "return_type": text(typeText(a.ReturnType)),
		"state_func": text(a.StateFunc), "state_type": text(typeText(a.StateType)), deterministicColumn: flag(a.Deterministic),
	}
	if a.FinalFunc != "" {
		cells["final_func"] = text(a.FinalFunc)
	}
	if a.InitCond != nil {
		cells["initcond"] = text(a.StateType.Format(a.InitCond))
	}
	rs.add("aggregates", cells, text(a.Name), typeTexts(a.ArgTypes))
}

func (rs records) addTable(t *schema.Table) {
	cells := optionCells(t.Options)
	cells["id"] = id(t.ID)
	if v := t.View; v != nil {
		cells["base_table_id"], cells["base_table_name"] = id(v.BaseID), text(v.BaseTable)
		cells["include_all_columns"], cells["where_clause"] = boolean(v.AllColumns), text(v.WhereClause)
		rs.add("views", cells, text(t.Name))
	} else {
		cells["flags"] = textSet(flags(t)...)
		rs.add("tables", cells, text(t.Name))
	}
	for _, c := range t.Columns {
		rs.addColumn(t, c)
	}
	for _, d := range t.Dropped {
		rs.add("dropped_columns", map[string][]byte{
			"dropped_time": millis(d.Time), "kind": text(kindTexts[d.Kind]), "type": text(typeText(d.Type)),
			droppedColumn: cqltype.EncodeBigint(d.Time),
		}, text(t.Name), text(d.Name))
	}
	for _, x := range t.Indexes {
		rs.add("indexes", map[string][]byte{"kind": text(x.Kind), "options": textMap(x.Options)}, text(t.Name), text(x.Name))
	}
	for _, g := range t.Triggers {
		rs.add("triggers", map[string][]byte{"options": textMap(map[string]string{"class": g.Class})}, text(t.Name), text(g.Name))
	}
}

var kindTexts = [...]string{schema.PartitionKey: "partition_key", schema.Clustering: "clustering", schema.Static: "static", schema.Regular: "regular"}

func flags(t *schema.Table) []string {
	var out []string
	if t.Compound {
		out = append(out, "compound")
	}
	if t.Counter {
		out = append(out, "counter")
	}
	if t.Dense {
		out = append(out, "dense")
	}
	return out
}

// optionCells are a table's options. As in Cassandra cdc (where the node has it disabled), the usual memtable and what
// is true by default are not stored.
func optionCells(o schema.Options) map[string][]byte {
	cells := map[string][]byte{
		"additional_write_policy": text(o.AdditionalWritePolicy), "bloom_filter_fp_chance": double(o.BloomFilterFPChance),
		"caching": textMap(o.Caching), "cdc": nil, "comment": text(o.Comment), "compaction": textMap(o.Compaction),
		"compression": textMap(o.Compression), "crc_check_chance": double(o.CRCCheckChance),
		"dclocal_read_repair_chance": double(0), "default_time_to_live": integer(o.DefaultTTL), "extensions": blobMap(o.Extensions),
		"gc_grace_seconds": integer(o.GCGraceSeconds), "max_index_interval": integer(o.MaxIndexInterval), "memtable": nil,
		"memtable_flush_period_in_ms": integer(o.MemtableFlushPeriodInMs), "min_index_interval": integer(o.MinIndexInterval),
		"read_repair": text(o.ReadRepair), "read_repair_chance": double(0), "speculative_retry": text(o.SpeculativeRetry),
		"allow_auto_snapshot": nil, "incremental_backups": nil, cdcColumn: flag(o.CDC),
	}
	if o.Memtable != "default" {
		cells["memtable"] = text(o.Memtable)
	}
	if !o.AllowAutoSnapshot {
		cells["allow_auto_snapshot"] = boolean(false)
	}
	if !o.IncrementalBackups {
		cells["incremental_backups"] = boolean(false)
	}
	return cells
}

func (rs records) addColumn(t *schema.Table, c *schema.Column) {
	order := "none"
	if c.Kind == schema.Clustering {
		order = "asc"
		if c.Desc {
			order = "desc"
		}
	}
	rs.add("columns", map[string][]byte{
		"clustering_order": text(order), "column_name_bytes": text(c.Name), "kind": text(kindTexts[c.Kind]),
		"position": integer(c.Position), "type": text(typeText(c.Type)),
	}, text(t.Name), text(c.Name))
	m := c.Mask
	if m == nil {
		return
	}
	nulls, values := make([][]byte, len(m.ArgValues)), make([]string, len(m.ArgValues))
	for i, v := range m.ArgValues {
		nulls[i] = boolean(v == nil)
		if v != nil {
			values[i] = stringOf(m.ArgTypes[i], v)
		}
	}
	rs.add("column_masks", map[string][]byte{
		"function_argument_nulls": cqltype.EncodeList(nulls), "function_argument_types": typeTexts(m.ArgTypes),
		"function_argument_values": texts(values), "function_keyspace": text(m.Keyspace), "function_name": text(m.Function),
	}, text(t.Name), text(c.Name))
}
