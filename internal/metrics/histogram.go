package metrics

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/internal/clock"
)

const (
	bucketCount = 164
	// fade is how long it takes for an entry's weight to fall to 1/e.
	fade = time.Minute
	// landmarkAge is when weights are brought back to small numbers.
	landmarkAge = 10 * time.Minute
)

// offsets are the upper ends of the buckets: 1, 2, 3, ... 8, 10, 12, 14, 17, 20, 24, ...
var offsets = bucketOffsets()

func bucketOffsets() []int64 {
	list := make([]int64, bucketCount)
	last := int64(1)
	for i := range list {
		if i > 0 {
			last = max(last+1, int64(math.Round(float64(last)*1.2)))
		}
		list[i] = last
	}
	return list
}

// bucketOf is the bucket that holds v; len(offsets) is the one for what is larger than all.
func bucketOf(v int64) int {
	i := firstOf[bits.Len64(uint64(max(v, 0)))]
	for i < len(offsets) && offsets[i] < v {
		i++
	}
	return i
}

// firstOf is the first bucket that can hold numbers of so many bits.
var firstOf = func() (first [65]int) {
	for n := 1; n < len(first); n++ {
		first[n], _ = slices.BinarySearch(offsets, int64(1)<<(n-1))
	}
	return first
}()

// weights are those of each age in seconds.
var weights = func() (list [landmarkAge/time.Second + 1]int64) {
	for i := range list {
		list[i] = int64(math.Round(math.Exp(float64(i) / fade.Seconds())))
	}
	return list
}()

// Histogram sorts values into exponential buckets, for good and with a weight that fades with age: percentiles tell
// of the last minutes. Zero counts as one, as in Cassandra. Safe for concurrent use; make it with NewHistogram.
type Histogram struct {
	clock clock.Clock

	count, sum atomic.Int64
	total      [bucketCount + 1]atomic.Int64

	mu       sync.RWMutex // held for writing only while weights are rescaled
	landmark time.Time    // when an entry weighed one
	recent   [bucketCount + 1]atomic.Int64
}

// NewHistogram is an empty histogram.
func NewHistogram(c clock.Clock) *Histogram {
	return &Histogram{clock: c, landmark: c.Now()}
}

// Update notes a value.
func (h *Histogram) Update(v int64) { h.update(v, h.clock.Now()) }

func (h *Histogram) update(v int64, now time.Time) {
	i := bucketOf(v)
	h.count.Add(1)
	h.sum.Add(v)
	h.total[i].Add(1)

	h.mu.RLock()
	age := now.Sub(h.landmark)
	if age < landmarkAge && age >= 0 {
		h.recent[i].Add(weight(age))
		h.mu.RUnlock()
		return
	}
	h.mu.RUnlock()
	h.rescale(now)
	h.mu.RLock()
	h.recent[i].Add(weight(min(max(now.Sub(h.landmark), 0), landmarkAge)))
	h.mu.RUnlock()
}

// weight is that of a value noted at that age of the landmark.
func weight(age time.Duration) int64 { return weights[age/time.Second] }

// rescale makes now the landmark, unless somebody else did. A clock that was set back starts afresh from there.
func (h *Histogram) rescale(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	age := now.Sub(h.landmark)
	if age >= 0 && age < landmarkAge {
		return
	}
	factor := math.Exp(max(age, 0).Seconds() / fade.Seconds())
	for i := range h.recent {
		h.recent[i].Store(int64(math.Round(float64(h.recent[i].Load()) / factor)))
	}
	h.landmark = now
}

// Count is how many values were noted ever.
func (h *Histogram) Count() int64 { return h.count.Load() }

// Sum is the sum of all values ever.
func (h *Histogram) Sum() int64 { return h.sum.Load() }

// Snapshot is the recent distribution, as it is now.
func (h *Histogram) Snapshot() Snapshot {
	now := h.clock.Now()
	h.mu.RLock()
	defer h.mu.RUnlock()
	factor := math.Exp(max(now.Sub(h.landmark), 0).Seconds() / fade.Seconds())
	s := Snapshot{buckets: make([]int64, bucketCount+1)}
	for i := range s.buckets {
		s.buckets[i] = int64(math.Round(float64(h.recent[i].Load()) / factor))
		s.count += s.buckets[i]
	}
	return s
}

// Lifetime is the distribution of all values ever.
func (h *Histogram) Lifetime() Snapshot {
	s := Snapshot{buckets: make([]int64, bucketCount+1)}
	for i := range s.buckets {
		s.buckets[i] = h.total[i].Load()
		s.count += s.buckets[i]
	}
	return s
}

// Snapshot is a distribution at one moment.
type Snapshot struct {
	buckets []int64
	count   int64
}

// Count is the number of values in the snapshot.
func (s Snapshot) Count() int64 { return s.count }

// Quantile is the upper end of the bucket in which the fraction q (0 to 1) of the values is reached; 0 without values.
func (s Snapshot) Quantile(q float64) int64 {
	want := int64(math.Ceil(float64(s.count) * q))
	if want <= 0 {
		return 0
	}
	seen := int64(0)
	for i, n := range s.buckets {
		if seen += n; seen >= want {
			return upper(i)
		}
	}
	return 0
}

// Max is the upper end of the largest bucket in use; 0 without values.
func (s Snapshot) Max() int64 {
	for i := len(s.buckets) - 1; i >= 0; i-- {
		if s.buckets[i] > 0 {
			return upper(i)
		}
	}
	return 0
}

// Min is the lower end of the smallest bucket in use; 0 without values.
func (s Snapshot) Min() int64 {
	for i, n := range s.buckets {
		switch {
		case n == 0:
		case i == 0:
			return 0
		default:
			return offsets[i-1] + 1
		}
	}
	return 0
}

// Mean is the average of the values, each taken as its bucket's upper end; 0 without values.
func (s Snapshot) Mean() float64 {
	if s.count == 0 {
		return 0
	}
	sum := 0.0
	for i, n := range s.buckets {
		sum += float64(n) * float64(upper(i))
	}
	return sum / float64(s.count)
}

// Buckets are the upper ends of the buckets in use and their counts.
func (s Snapshot) Buckets() (ends, counts []int64) {
	for i, n := range s.buckets {
		if n > 0 {
			ends, counts = append(ends, upper(i)), append(counts, n)
		}
	}
	return ends, counts
}

func upper(bucket int) int64 {
	if bucket >= len(offsets) {
		return math.MaxInt64
	}
	return offsets[bucket]
}
