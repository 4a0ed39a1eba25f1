package token

import (
	"cmp"
	"math/bits"
	"slices"
)

// Range is the tokens after Start up to and including End. It wraps around the
// ring when Start is not before End; with both the same it is the whole ring.
type Range struct {
	Start, End Token
}

// Full is the whole ring.
var Full = Range{Minimum, Minimum}

// String is the form of Cassandra's logs and tools.
func (r Range) String() string { return "(" + r.Start.String() + "," + r.End.String() + "]" }

// Wraps says that the range passes the end of the ring. A range that ends at
// Minimum does not: it ends with the ring.
func (r Range) Wraps() bool { return r.Start >= r.End && r.End != Minimum }

// Contains says that t lies in the range.
func (r Range) Contains(t Token) bool {
	switch {
	case r.Start == r.End:
		return true
	case r.Start < r.End:
		return r.Start < t && t <= r.End
	}
	return t > r.Start || t <= r.End
}

// ContainsRange says that all of other lies in the range.
func (r Range) ContainsRange(other Range) bool {
	covered := uint64(0)
	for _, part := range r.Intersect(other) {
		covered += part.width()
	}
	if other.Start == other.End {
		return r.Start == r.End
	}
	return r.Start == r.End || covered == other.width()
}

// width is the number of tokens in the range; 0 for the whole ring.
func (r Range) width() uint64 { return uint64(r.End) - uint64(r.Start) }

// Unwrap returns the one or two ranges, in ring order, that do not wrap. Each
// has a Start below its End or ends at Minimum.
func (r Range) Unwrap() []Range {
	if !r.Wraps() {
		return []Range{r}
	}
	return []Range{{Minimum, r.End}, {r.Start, Minimum}}
}

// endsBefore compares the ends of ranges that do not wrap: Minimum is last there.
func endsBefore(a, b Token) bool {
	if a == Minimum || b == Minimum {
		return a != Minimum && b == Minimum
	}
	return a < b
}

// Intersect returns what two ranges have in common, unwrapped and in ring
// order.
func (r Range) Intersect(other Range) []Range {
	var out []Range
	for _, a := range r.Unwrap() {
		for _, b := range other.Unwrap() {
			common := Range{max(a.Start, b.Start), a.End}
			if endsBefore(b.End, a.End) {
				common.End = b.End
			}
			if common.Start < common.End || common.End == Minimum {
				out = append(out, common)
			}
		}
	}
	slices.SortFunc(out, compareStarts)
	return out
}

// Intersects says that two ranges have a token in common.
func (r Range) Intersects(other Range) bool { return len(r.Intersect(other)) > 0 }

// Subtract returns what is in r but not in other, unwrapped and in ring order.
func (r Range) Subtract(other Range) []Range {
	if other.Start == other.End {
		return nil
	}
	return r.Intersect(Range{other.End, other.Start})
}

// SubtractAll takes every range of others away.
func (r Range) SubtractAll(others []Range) []Range {
	left := r.Unwrap()
	for _, other := range others {
		var next []Range
		for _, l := range left {
			next = append(next, l.Subtract(other)...)
		}
		left = next
	}
	return left
}

// Split cuts the range into at most n parts of about the same width, in order.
func (r Range) Split(n int) []Range {
	width := r.width()
	if n <= 1 || width != 0 && width < uint64(n) {
		return []Range{r}
	}
	out := make([]Range, 0, n)
	start := r.Start
	for i := 1; i <= n; i++ {
		end := r.End
		if i < n {
			end = Token(uint64(r.Start) + fraction(width, uint64(i), uint64(n)))
		}
		if end == start {
			continue
		}
		out = append(out, Range{start, end})
		start = end
	}
	return out
}

// fraction is width*i/n, where a width of 0 stands for 2^64.
func fraction(width, i, n uint64) uint64 {
	hi, lo := bits.Mul64(width, i)
	if width == 0 {
		hi, lo = i, 0
	}
	quotient, _ := bits.Div64(hi, lo, n)
	return quotient
}

// Midpoint is the token half way along the range.
func (r Range) Midpoint() Token { return Token(uint64(r.Start) + fraction(r.width(), 1, 2)) }

// Normalize unwraps ranges, sorts them and joins those that touch or overlap.
func Normalize(ranges []Range) []Range {
	var flat []Range
	for _, r := range ranges {
		if r.Start == r.End {
			return []Range{Full}
		}
		flat = append(flat, r.Unwrap()...)
	}
	slices.SortFunc(flat, compareStarts)
	var out []Range
	for _, r := range flat {
		if n := len(out); n > 0 && (out[n-1].End == Minimum || r.Start <= out[n-1].End) {
			if endsBefore(out[n-1].End, r.End) {
				out[n-1].End = r.End
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

func compareStarts(a, b Range) int { return cmp.Compare(a.Start, b.Start) }
