package row

// Slab hands out short slices that share few allocations. What it gave out is never taken back: the memory lives as long
// as anything in it.
type Slab[T any] struct {
	free []T
	last int // how many were allocated at once
}

// Take returns n zero elements that nobody else has.
func (s *Slab[T]) Take(n int) []T {
	if n > len(s.free) {
		s.last = max(n, min(2*s.last, slabMost))
		s.free = make([]T, s.last)
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}
