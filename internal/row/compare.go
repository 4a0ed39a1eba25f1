package row

import (
	"bytes"
	"slices"
	"sort"

	"alexandra/internal/schema"
)

// Comparator orders the clusterings of one table, DESC columns respected. The zero value orders a table without
// clustering columns. It is a small value: pass it by value, make a new one for each request.
type Comparator struct{ columns []*schema.Column }

// NewComparator is the clustering order of t.
func NewComparator(t *schema.Table) Comparator { return Comparator{columns: t.Clustering} }

// Compare orders two clusterings, or prefixes of them: only the components that both have count.
func (c Comparator) Compare(a, b [][]byte) int {
	n := min(len(a), len(b), len(c.columns))
	for i := range n {
		d := c.columns[i].Type.Compare(a[i], b[i])
		if d == 0 {
			continue
		}
		if c.columns[i].Desc {
			return -d
		}
		return d
	}
	return 0
}

// Cut is a place between clusterings: before or after everything that starts with Prefix.
type Cut struct {
	Prefix [][]byte
	After  bool
}

// StartCut is where a slice with this start begins.
func StartCut(b Bound) Cut {
	return Cut{Prefix: b.Values, After: len(b.Values) > 0 && !b.Inclusive}
}

// EndCut is where a slice with this end stops.
func EndCut(b Bound) Cut {
	return Cut{Prefix: b.Values, After: len(b.Values) == 0 || b.Inclusive}
}

// Start is the bound of a slice that begins at the cut.
func (c Cut) Start() Bound { return Bound{Values: c.Prefix, Inclusive: len(c.Prefix) == 0 || !c.After} }

// End is the bound of a slice that stops at the cut.
func (c Cut) End() Bound { return Bound{Values: c.Prefix, Inclusive: len(c.Prefix) == 0 || c.After} }

// CompareCuts orders two places.
func (c Comparator) CompareCuts(a, b Cut) int {
	if d := c.Compare(a.Prefix, b.Prefix); d != 0 {
		return d
	}
	switch {
	case len(a.Prefix) < len(b.Prefix):
		return a.side()
	case len(a.Prefix) > len(b.Prefix):
		return -b.side()
	}
	return (a.side() - b.side()) / 2
}

// CompareToCut is negative when the clustering lies before the cut and positive when it lies behind it.
func (c Comparator) CompareToCut(clustering [][]byte, cut Cut) int {
	if d := c.Compare(clustering, cut.Prefix); d != 0 {
		return d
	}
	return -cut.side()
}

func (c Cut) side() int {
	if c.After {
		return 1
	}
	return -1
}

// Contains says whether the clustering lies within the slice.
func (c Comparator) Contains(s Slice, clustering [][]byte) bool {
	return c.CompareToCut(clustering, StartCut(s.Start)) > 0 && c.CompareToCut(clustering, EndCut(s.End)) < 0
}

// IsEmpty says whether no clustering can lie within the slice.
func (c Comparator) IsEmpty(s Slice) bool {
	return c.CompareCuts(StartCut(s.Start), EndCut(s.End)) >= 0
}

// Intersect is what two slices have in common; false when that is nothing.
func (c Comparator) Intersect(a, b Slice) (Slice, bool) {
	out := a
	if c.CompareCuts(StartCut(b.Start), StartCut(a.Start)) > 0 {
		out.Start = b.Start
	}
	if c.CompareCuts(EndCut(b.End), EndCut(a.End)) < 0 {
		out.End = b.End
	}
	return out, !c.IsEmpty(out)
}

// ContainsAny says whether one of the slices holds the clustering. Nil slices are the whole partition.
func (c Comparator) ContainsAny(slices []Slice, clustering [][]byte) bool {
	if slices == nil {
		return true
	}
	i := sort.Search(len(slices), func(i int) bool { return c.CompareToCut(clustering, EndCut(slices[i].End)) < 0 })
	return i < len(slices) && c.Contains(slices[i], clustering)
}

// ClipRanges are the parts of range tombstones that lie within the slices, in order. Nil slices clip nothing.
func (c Comparator) ClipRanges(ranges []RangeTombstone, slices []Slice) []RangeTombstone {
	if slices == nil || len(ranges) == 0 {
		return ranges
	}
	var out []RangeTombstone
	for _, r := range ranges {
		for _, s := range slices {
			if part, ok := c.Intersect(r.Slice, s); ok {
				out = append(out, RangeTombstone{Slice: part, Deletion: r.Deletion})
			}
		}
	}
	return out
}

// SlicesAfter are the parts of the slices that follow a clustering (in reading direction): what a next page reads.
// Nil slices are the whole partition; the answer is never nil, and empty when nothing is left.
func (c Comparator) SlicesAfter(slices []Slice, clustering [][]byte, reversed bool) []Slice {
	if slices == nil {
		slices = []Slice{{}}
	}
	rest := Slice{Start: Bound{Values: clustering}}
	if reversed {
		rest = Slice{End: Bound{Values: clustering}}
	}
	out := []Slice{}
	for _, s := range slices {
		if part, ok := c.Intersect(s, rest); ok {
			out = append(out, part)
		}
	}
	return out
}

// IsPoint says whether a slice holds just the row of one whole clustering of n values.
func (s Slice) IsPoint(n int) bool {
	return len(s.Start.Values) == n && len(s.End.Values) == n && s.Start.Inclusive && s.End.Inclusive &&
		slices.EqualFunc(s.Start.Values, s.End.Values, bytes.Equal)
}
