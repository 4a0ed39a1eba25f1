package row

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// MergeResults reconciles what several replicas answered to the same read. Partitions and rows keep the reading
// order. A replica that a limit stopped knows nothing of what follows: the merge ends at the earliest such place,
// with More set, and the caller reads on from there when too few rows came out. The answers are not changed.
func MergeResults(read *Read, results []*Result) *Result {
	m := resultMerger{read: read, compare: NewComparator(read.Table), results: results}
	m.rankKeys()
	out := &Result{}
	end := rank{order: math.MaxUint64}
	for _, r := range results {
		if !r.More {
			continue
		}
		out.More = true
		if n := len(r.Partitions); n > 0 {
			if last := m.rank(r.Partitions[n-1]); compareRanks(last, end) < 0 || end.order == math.MaxUint64 {
				end = last
			}
		}
	}
	for _, parts := range m.group() {
		if out.More && end.order != math.MaxUint64 && compareRanks(m.rank(parts[0].p), end) > 0 {
			break
		}
		p, complete := m.merge(parts)
		if !p.IsEmpty() {
			out.Partitions = append(out.Partitions, p)
		}
		if !complete {
			out.More = true
			break
		}
	}
	return out
}

// rank is a partition's place in the answer.
type rank struct {
	order uint64
	key   []byte
}

func compareRanks(a, b rank) int {
	return cmp.Or(cmp.Compare(a.order, b.order), bytes.Compare(a.key, b.key))
}

type resultMerger struct {
	read    *Read
	compare Comparator
	results []*Result
	keys    map[string]uint64
}

// part is one replica's view of a partition; last says that a limit ended that replica's answer here.
type part struct {
	p    *Partition
	last bool
}

func (m *resultMerger) rankKeys() {
	if m.read.Keys == nil {
		return
	}
	m.keys = make(map[string]uint64, len(m.read.Keys))
	for i, k := range slices.Backward(m.read.Keys) {
		m.keys[string(k)] = uint64(i)
	}
}

func (m *resultMerger) rank(p *Partition) rank {
	if m.keys != nil {
		return rank{order: m.keys[string(p.Key)]}
	}
	return rank{order: uint64(p.Token) - uint64(m.read.Range.Start) - 1, key: p.Key}
}

// group collects the views of each partition, partitions in reading order.
func (m *resultMerger) group() [][]part {
	index := map[string]int{}
	var out [][]part
	for _, r := range m.results {
		for i, p := range r.Partitions {
			at, ok := index[string(p.Key)]
			if !ok {
				at = len(out)
				index[string(p.Key)] = at
				out = append(out, nil)
			}
			out[at] = append(out[at], part{p: p, last: r.More && i == len(r.Partitions)-1})
		}
	}
	slices.SortStableFunc(out, func(a, b []part) int { return compareRanks(m.rank(a[0].p), m.rank(b[0].p)) })
	return out
}

func (m *resultMerger) order(a, b *Row) int {
	d := m.compare.Compare(a.Clustering, b.Clustering)
	if m.read.Reversed {
		return -d
	}
	return d
}

// merge reconciles the views of one partition up to the row where the first limited replica stopped. It is not
// complete when rows behind that place may belong into the answer.
func (m *resultMerger) merge(parts []part) (*Partition, bool) {
	views := make([]*Partition, len(parts))
	var end *Row
	ended := false
	for i, v := range parts {
		views[i] = v.p
		live := m.liveRows(v.p)
		full := m.read.PerPartition > 0 && live >= m.read.PerPartition
		if live == 0 || !full && !v.last {
			continue // nothing ended within the partition: one without live rows was read to its end
		}
		ended = ended || v.last
		if last := v.p.Rows[len(v.p.Rows)-1]; end == nil || m.order(last, end) < 0 {
			end = last
		}
	}
	out := m.mergeViews(views)
	if end == nil {
		return out, true
	}
	n, _ := slices.BinarySearchFunc(out.Rows, end, func(r, end *Row) int {
		if m.order(r, end) <= 0 {
			return -1
		}
		return 1
	})
	out.Rows = out.Rows[:n]
	return out, !ended && m.liveRows(out) >= m.read.PerPartition
}

// mergeViews merges in reading order; rows are in clustering order only for the time of the merge.
func (m *resultMerger) mergeViews(views []*Partition) *Partition {
	if !m.read.Reversed {
		return MergePartitions(m.compare, views...)
	}
	turned := make([]*Partition, len(views))
	for i, v := range views {
		p := *v
		p.Rows = slices.Clone(v.Rows)
		p.Reverse()
		turned[i] = &p
	}
	out := MergePartitions(m.compare, turned...)
	out.Rows = slices.Clone(out.Rows)
	out.Reverse()
	return out
}

func (m *resultMerger) liveRows(p *Partition) int {
	n := 0
	for _, r := range p.Rows {
		if r.IsLive(m.read.Now) {
			n++
		}
	}
	return n
}

// PurgeResult is Purge for all partitions of a merged result; the limits of the read are applied afterwards. A
// partition that an earlier page began and that has no more rows is left out: its static row was seen.
func PurgeResult(read *Read, r *Result) *Result {
	out := &Result{More: r.More}
	left := read.Limit
	wantStatic := read.WantsStatic()
	for _, p := range r.Partitions {
		live := Purge(p, read.Table, read.Now)
		if live == nil {
			continue
		}
		perPartition := read.PerPartition
		if read.After != nil && bytes.Equal(read.After.Key, p.Key) {
			if len(live.Rows) == 0 {
				continue
			}
			if perPartition > 0 {
				perPartition = max(perPartition-read.After.Seen, 1)
			}
		}
		if read.Limit > 0 && left <= 0 {
			out.More = true
			break
		}
		if perPartition > 0 && len(live.Rows) > perPartition {
			live.Rows = live.Rows[:perPartition]
		}
		if read.Limit > 0 && len(live.Rows) > left {
			live.Rows = live.Rows[:left]
			out.More = true
		}
		left -= CountLive(live, wantStatic)
		out.Partitions = append(out.Partitions, live)
	}
	return out
}
