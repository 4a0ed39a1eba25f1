package exec

import (
	"bytes"
	"slices"

	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// writes collects mutations, at most one for each partition of a table: what statements of a batch do to the same
// partition is merged.
type writes struct {
	list []written
	at   map[writeKey]int // places in list, once there are many
}

// written is what was done to one partition.
type written struct {
	table *schema.Table
	first *row.Partition
	more  []*row.Partition
}

type writeKey struct{ keyspace, table, key string }

// fewWrites is up to how many partitions are looked through one by one.
const fewWrites = 8

// add takes a change of one partition.
func (w *writes) add(t *schema.Table, p *row.Partition) {
	if i := w.find(t, p.Key); i >= 0 {
		w.list[i].more = append(w.list[i].more, p)
		return
	}
	w.list = append(w.list, written{table: t, first: p})
	if w.at != nil {
		w.at[writeKey{t.Keyspace, t.Name, string(p.Key)}] = len(w.list) - 1
	}
}

// find is the place of a partition in list, or -1.
func (w *writes) find(t *schema.Table, key []byte) int {
	if len(w.list) <= fewWrites {
		return slices.IndexFunc(w.list, func(x written) bool {
			return bytes.Equal(x.first.Key, key) && x.table.Name == t.Name && x.table.Keyspace == t.Keyspace
		})
	}
	if w.at == nil {
		w.at = make(map[writeKey]int, 2*len(w.list))
		for i, x := range w.list {
			w.at[writeKey{x.table.Keyspace, x.table.Name, string(x.first.Key)}] = i
		}
	}
	if i, ok := w.at[writeKey{t.Keyspace, t.Name, string(key)}]; ok {
		return i
	}
	return -1
}

// mutations are the merged changes, in the order in which their partitions were first changed.
func (w *writes) mutations() []*row.Mutation {
	all, out := make([]row.Mutation, len(w.list)), make([]*row.Mutation, len(w.list))
	for i, x := range w.list {
		p := x.first
		if len(x.more) > 0 {
			p = row.Merge(x.table, append([]*row.Partition{p}, x.more...)...)
		}
		all[i] = row.Mutation{Table: x.table, Partition: *p}
		out[i] = &all[i]
	}
	return out
}

func newWrites() *writes { return &writes{} }

// newPartition is an empty change of a partition.
func newPartition(key []byte) *row.Partition {
	return &row.Partition{Key: key, Token: token.Of(key), Deletion: row.Live}
}

// sortRows puts rows into clustering order and merges those that repeat.
func sortRows(t *schema.Table, rows []*row.Row) []*row.Row {
	if len(rows) < 2 {
		return rows
	}
	c := row.NewComparator(t)
	slices.SortStableFunc(rows, func(a, b *row.Row) int { return c.Compare(a.Clustering, b.Clustering) })
	out := rows[:0]
	for _, r := range rows {
		if n := len(out); n > 0 && c.Compare(out[n-1].Clustering, r.Clustering) == 0 {
			out[n-1] = row.MergeRows(out[n-1], r)
			continue
		}
		out = append(out, r)
	}
	return out
}

// findRow finds the row of a clustering; nil when there is none.
func findRow(t *schema.Table, p *row.Partition, clustering [][]byte) *row.Row {
	if p == nil {
		return nil
	}
	c := row.NewComparator(t)
	i, ok := slices.BinarySearchFunc(p.Rows, clustering, func(r *row.Row, target [][]byte) int { return c.Compare(r.Clustering, target) })
	if !ok {
		return nil
	}
	return p.Rows[i]
}

// pointSlices are the slices that hold just these rows, in clustering order.
func pointSlices(t *schema.Table, clusterings [][][]byte) []row.Slice {
	c := row.NewComparator(t)
	sorted := slices.Clone(clusterings)
	slices.SortFunc(sorted, c.Compare)
	sorted = slices.CompactFunc(sorted, func(a, b [][]byte) bool { return c.Compare(a, b) == 0 })
	out := make([]row.Slice, len(sorted))
	for i, v := range sorted {
		b := row.Bound{Values: v, Inclusive: true}
		out[i] = row.Slice{Start: b, End: b}
	}
	return out
}
