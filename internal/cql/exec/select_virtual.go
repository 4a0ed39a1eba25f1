package exec

import (
	"context"
	"slices"

	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// readVirtual reads a virtual table with the semantics of Coordinator.Read. Its rows are computed as a whole, so that
// limits do not matter here.
func (e *Executor) readVirtual(ctx context.Context, read *row.Read) (*row.Result, error) {
	if e.Virtual == nil {
		return &row.Result{}, nil
	}
	t := read.Table
	var partitions []*row.Partition
	if len(read.Keys) == 1 {
		key, err := row.SplitKey(t, read.Keys[0])
		if err != nil {
			return nil, err
		}
		if partitions, err = e.Virtual.Read(ctx, t, key); err != nil {
			return nil, err
		}
	} else {
		var err error
		if partitions, err = e.Virtual.Read(ctx, t, nil); err != nil {
			return nil, err
		}
	}
	v := virtualRead{read: read, order: row.NewComparator(t), slices: read.Slices}
	return v.pick(partitions)
}

type virtualRead struct {
	read   *row.Read
	order  row.Comparator
	slices []row.Slice
}

type keyedPartition struct {
	key [][]byte
	p   *row.Partition
}

// pick sorts the partitions by their keys, downwards for tables that give them so, and takes those that the read asks
// for.
func (v *virtualRead) pick(partitions []*row.Partition) (*row.Result, error) {
	t := v.read.Table
	sorted := make([]keyedPartition, 0, len(partitions))
	for _, p := range partitions {
		key, err := row.SplitKey(t, p.Key)
		if err != nil {
			return nil, err
		}
		sorted = append(sorted, keyedPartition{key, p})
	}
	direction := 1
	if len(sorted) > 1 && slices.IsSortedFunc(sorted, func(a, b keyedPartition) int { return compareKeys(t, b.key, a.key) }) {
		direction = -1
	}
	slices.SortStableFunc(sorted, func(a, b keyedPartition) int { return direction * compareKeys(t, a.key, b.key) })
	var after [][]byte
	if v.read.After != nil {
		var err error
		if after, err = row.SplitKey(t, v.read.After.Key); err != nil {
			return nil, err
		}
	}
	out := &row.Result{}
	for _, k := range sorted {
		if v.read.Keys != nil && !slices.ContainsFunc(v.read.Keys, func(w []byte) bool { return string(w) == string(k.p.Key) }) {
			continue
		}
		cut := v.slices
		if after != nil {
			d := direction * compareKeys(t, k.key, after)
			if d < 0 || d == 0 && v.read.After.Done {
				continue
			}
			if d == 0 && v.read.After.Clustering != nil {
				cut = v.order.SlicesAfter(cut, v.read.After.Clustering, v.read.Reversed)
			}
		}
		if p := v.cut(k.p, cut); len(p.Rows) > 0 || p.Static != nil {
			out.Partitions = append(out.Partitions, p)
		}
	}
	return out, nil
}

// cut takes the rows within the slices, in reading order.
func (v *virtualRead) cut(p *row.Partition, within []row.Slice) *row.Partition {
	out := *p
	out.Rows = nil
	for _, r := range p.Rows {
		if within == nil || v.order.ContainsAny(within, r.Clustering) {
			out.Rows = append(out.Rows, r)
		}
	}
	slices.SortStableFunc(out.Rows, func(a, b *row.Row) int { return v.order.Compare(a.Clustering, b.Clustering) })
	if v.read.Reversed {
		slices.Reverse(out.Rows)
	}
	return &out
}

// compareKeys orders partition keys by their values: virtual tables know no tokens.
func compareKeys(t *schema.Table, a, b [][]byte) int {
	for i := range a {
		if d := t.PartitionKey[i].Type.Compare(a[i], b[i]); d != 0 {
			return d
		}
	}
	return 0
}
