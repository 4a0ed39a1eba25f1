package row

import (
	"container/heap"
	"slices"
	"sort"
)

// Span is a deletion from Start up to End, in a space of positions of any kind: cuts here, key bytes on disk.
type Span[P any] struct {
	Start, End P
	Deletion
}

// Flatten turns overlapping spans into the one sorted, disjoint list that deletes the same: each place keeps the
// strongest deletion above it, neighbours of equal strength become one, and what floor deletes anyway is left out.
// The result depends only on the set of spans, so a merge of spans in any order ends up the same.
func Flatten[P any](spans []Span[P], compare func(a, b P) int, floor Deletion) []Span[P] {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s Span[P]) bool {
		return s.Timestamp <= floor.Timestamp || compare(s.Start, s.End) >= 0
	})
	if len(spans) < 2 {
		return spans
	}
	sort.Slice(spans, func(i, j int) bool { return compare(spans[i].Start, spans[j].Start) < 0 })
	places := make([]P, 0, 2*len(spans))
	for _, s := range spans {
		places = append(places, s.Start, s.End)
	}
	slices.SortFunc(places, compare)

	var active spanHeap[P]
	out := make([]Span[P], 0, len(spans))
	next := 0
	for i := 0; i+1 < len(places); i++ {
		from, to := places[i], places[i+1]
		for next < len(spans) && compare(spans[next].Start, from) <= 0 {
			heap.Push(&active, spans[next])
			next++
		}
		for len(active) > 0 && compare(active[0].End, from) <= 0 {
			heap.Pop(&active)
		}
		if len(active) == 0 || compare(from, to) >= 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Deletion == active[0].Deletion && compare(out[n-1].End, from) == 0 {
			out[n-1].End = to
			continue
		}
		out = append(out, Span[P]{Start: from, End: to, Deletion: active[0].Deletion})
	}
	return out
}

// spanHeap has the strongest deletion on top.
type spanHeap[P any] []Span[P]

func (h spanHeap[P]) Len() int           { return len(h) }
func (h spanHeap[P]) Less(i, j int) bool { return h[i].Supersedes(h[j].Deletion) }
func (h spanHeap[P]) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *spanHeap[P]) Push(x any)        { *h = append(*h, x.(Span[P])) }

func (h *spanHeap[P]) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// FlattenRanges is Flatten for the range tombstones of a partition whose own deletion is floor.
func (c Comparator) FlattenRanges(ranges []RangeTombstone, floor Deletion) []RangeTombstone {
	if len(ranges) == 0 {
		return nil
	}
	spans := make([]Span[Cut], len(ranges))
	for i, r := range ranges {
		spans[i] = Span[Cut]{Start: StartCut(r.Start), End: EndCut(r.End), Deletion: r.Deletion}
	}
	spans = Flatten(spans, c.CompareCuts, floor)
	if len(spans) == 0 {
		return nil
	}
	out := make([]RangeTombstone, len(spans))
	for i, s := range spans {
		out[i] = RangeTombstone{Slice: Slice{Start: s.Start.Start(), End: s.End.End()}, Deletion: s.Deletion}
	}
	return out
}

// DeletionOf is the strongest deletion above a clustering: the partition's or that of the range around it. The
// ranges must be flat.
func (c Comparator) DeletionOf(p *Partition, clustering [][]byte) Deletion {
	if len(p.Ranges) == 0 {
		return p.Deletion
	}
	i := sort.Search(len(p.Ranges), func(i int) bool {
		return c.CompareToCut(clustering, EndCut(p.Ranges[i].End)) < 0
	})
	if i < len(p.Ranges) && c.CompareToCut(clustering, StartCut(p.Ranges[i].Start)) > 0 {
		return p.Deletion.Max(p.Ranges[i].Deletion)
	}
	return p.Deletion
}
