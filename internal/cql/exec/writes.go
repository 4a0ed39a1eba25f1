package exec

import (
	"slices"

	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// writes collects mutations, at most one for each partition of a table: what statements of a batch do to the same
// partition is merged.
type writes struct {
	parts map[writeKey][]*row.Partition
	order []writeKey
	table map[writeKey]*schema.Table
}

type writeKey struct{ keyspace, table, key string }

func newWrites() *writes {
	return &writes{parts: map[writeKey][]*row.Partition{}, table: map[writeKey]*schema.Table{}}
}

// add takes a change of one partition.
func (w *writes) add(t *schema.Table, p *row.Partition) {
	k := writeKey{t.Keyspace, t.Name, string(p.Key)}
	if w.parts[k] == nil {
		w.order = append(w.order, k)
		w.table[k] = t
	}
	w.parts[k] = append(w.parts[k], p)
}

// mutations are the merged changes, in the order in which their partitions were first changed.
func (w *writes) mutations() []*row.Mutation {
	out := make([]*row.Mutation, 0, len(w.order))
	for _, k := range w.order {
		parts, t := w.parts[k], w.table[k]
		p := parts[0]
		if len(parts) > 1 {
			p = row.Merge(t, parts...)
		}
		out = append(out, &row.Mutation{Table: t, Partition: *p})
	}
	return out
}

// newPartition is an empty change of a partition.
func newPartition(key []byte) *row.Partition {
	return &row.Partition{Key: key, Token: token.Of(key), Deletion: row.Live}
}

// sortRows puts rows into clustering order and merges those that repeat.
func sortRows(t *schema.Table, rows []*row.Row) []*row.Row {
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
