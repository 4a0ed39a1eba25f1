package token

import (
	"math/rand/v2"
	"slices"
)

// Even returns the n tokens that cut the ring into equal parts, the first at
// Minimum: what an operator of single-token nodes would write as
// initial_token.
func Even(n int) []Token {
	out := make([]Token, 0, max(n, 0))
	for i := range n {
		out = append(out, Token(uint64(1)<<63+fraction(0, uint64(i), uint64(n))))
	}
	return out
}

// Random returns n different tokens that are not taken, sorted.
func Random(rng *rand.Rand, n int, taken []Token) []Token {
	used := make(map[Token]bool, len(taken)+n)
	for _, t := range taken {
		used[t] = true
	}
	out := make([]Token, 0, n)
	for len(out) < n {
		t := Token(rng.Uint64())
		if t == Minimum || used[t] {
			continue
		}
		used[t] = true
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

// Allocate returns n tokens for a new node, sorted: each halves the widest
// range that is left among taken, and so keeps ownership even. The first node
// of a ring gets evenly spread tokens from a random start.
func Allocate(rng *rand.Rand, n int, taken []Token) []Token {
	ring := slices.Clone(taken)
	slices.Sort(ring)
	ring = slices.Compact(ring)
	out := make([]Token, 0, n)
	if len(ring) == 0 {
		offset := rng.Uint64()
		for i := range n {
			out = append(out, avoidMinimum(Token(offset+fraction(0, uint64(i), uint64(n)))))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	for len(out) < n {
		t := widest(ring).Midpoint()
		at, found := slices.BinarySearch(ring, t)
		if found {
			break // the ring has no room left
		}
		ring = slices.Insert(ring, at, t)
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

func avoidMinimum(t Token) Token {
	if t == Minimum {
		return Maximum
	}
	return t
}

// widest is the widest range between neighbours on a sorted ring.
func widest(ring []Token) Range {
	best := Range{ring[len(ring)-1], ring[0]}
	for i := 1; i < len(ring); i++ {
		r := Range{ring[i-1], ring[i]}
		if best.width() != 0 && r.width() > best.width() {
			best = r
		}
	}
	return best
}
