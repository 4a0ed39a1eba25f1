package metrics

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/clock"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestOffsetsAreCassandras(t *testing.T) {
	require.Equal(t, []int64{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 35, 42, 50, 60, 72, 86, 103, 124, 149, 179, 215, 258, 310}, offsets[:28])
	// Values that nodetool proxyhistograms of Cassandra 5.0.5 printed.
	for _, v := range []int64{1109, 3311, 3973, 5722, 14237, 24601, 29521, 51012, 61214, 73457, 126934, 152321, 182785, 219342, 263210, 379022} {
		require.Contains(t, offsets, v)
	}
}

func TestHistogramQuantiles(t *testing.T) {
	c := clock.NewManual(start)
	h := NewHistogram(c)
	require.Equal(t, []int64{0, 0, 0}, []int64{h.Snapshot().Quantile(0.5), h.Snapshot().Max(), h.Snapshot().Min()})
	require.Zero(t, h.Snapshot().Mean())
	for range 99 {
		h.Update(9)
	}
	h.Update(1000)
	s := h.Snapshot()
	require.EqualValues(t, 10, s.Quantile(0.5))
	require.EqualValues(t, 10, s.Quantile(0.99))
	require.EqualValues(t, 1109, s.Quantile(0.999))
	require.EqualValues(t, 1109, s.Max())
	require.EqualValues(t, 9, s.Min())
	require.EqualValues(t, 100, h.Count())
	require.EqualValues(t, 99*9+1000, h.Sum())
	h.Update(math.MaxInt64)
	require.EqualValues(t, math.MaxInt64, h.Snapshot().Max())
}

func TestHistogramForgets(t *testing.T) {
	c := clock.NewManual(start)
	h := NewHistogram(c)
	h.Update(500)
	c.Advance(20 * time.Minute)
	require.Zero(t, h.Snapshot().Max())
	h.Update(7)
	require.EqualValues(t, 7, h.Snapshot().Max())
	require.EqualValues(t, 2, h.Lifetime().Count())
	require.EqualValues(t, 535, h.Lifetime().Max())
	c.Set(start.Add(-time.Hour)) // the clock was set back
	h.Update(8)
	require.EqualValues(t, 8, h.Snapshot().Max())
}

func TestHistogramHoldsItsValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 50).Draw(t, "values")
		q := rapid.Float64Range(0.01, 1).Draw(t, "q")
		h := NewHistogram(clock.NewManual(start))
		for _, v := range values {
			h.Update(v)
		}
		slices.Sort(values)
		exact := values[int(math.Ceil(float64(len(values))*q))-1]
		got := h.Snapshot().Quantile(q)
		require.GreaterOrEqual(t, got, exact)
		require.LessOrEqual(t, float64(got), math.Max(1, float64(exact)*1.5))
	})
}

// The figures are those of a Cassandra node: 300 reads at once, asked after 5 and after 65 seconds.
func TestMeterAverages(t *testing.T) {
	c := clock.NewManual(start)
	m := NewMeter(c)
	m.Mark(300)
	require.Zero(t, m.FiveMinuteRate())
	c.Advance(5 * time.Second)
	require.InDelta(t, 60, m.FiveMinuteRate(), 1e-9)
	c.Advance(time.Minute)
	require.InDelta(t, 49.124, m.FiveMinuteRate(), 0.001)
	require.InDelta(t, 60/math.E, m.OneMinuteRate(), 0.001)
	require.Greater(t, m.FifteenMinuteRate(), m.FiveMinuteRate())
	require.EqualValues(t, 300, m.Count())
	c.Set(start)
	m.Mark(1)
	require.EqualValues(t, 301, m.Count())
}

func TestMetricsByName(t *testing.T) {
	m := New(clock.NewManual(start))
	require.Nil(t, m.Peek("ks", "t"))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				m.Table("ks", "t").LocalRead.Record(3 * time.Millisecond)
				m.CIDR.Accept("office")
				m.Dropped("READ_REQ").Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 400, m.Peek("ks", "t").LocalRead.Count())
	require.EqualValues(t, 3311, m.Table("ks", "t").LocalRead.Snapshot().Quantile(0.5))
	require.Equal(t, map[string]int64{"office": 400}, m.CIDR.Accepted())
	require.Empty(t, m.CIDR.Rejected())
	m.EachDropped(func(verb string, n int64) {
		require.Equal(t, "READ_REQ 400", verb+" "+"400")
		require.EqualValues(t, 400, n)
	})
	m.Forget("ks", "t")
	require.Nil(t, m.Peek("ks", "t"))
	var none *Latency
	none.Record(time.Second)
}

func BenchmarkLatency(b *testing.B) {
	l := NewLatency(clock.System{})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l.Record(time.Millisecond)
		}
	})
}

func TestLatencyPercentile(t *testing.T) {
	c := clock.NewManual(start)
	l := NewLatency(c)
	_, ok := l.Percentile(0.99)
	require.False(t, ok, "nothing noted")
	for range 98 {
		l.Record(100 * time.Microsecond)
	}
	for range 2 {
		l.Record(40 * time.Hour)
	}
	requirePercentile := func(q float64, least, most time.Duration) {
		t.Helper()
		d, ok := l.Percentile(q)
		require.True(t, ok)
		require.GreaterOrEqual(t, d, least)
		require.LessOrEqual(t, d, most)
	}
	requirePercentile(0.5, 100*time.Microsecond, 120*time.Microsecond)
	requirePercentile(0.99, time.Hour, time.Hour)
	for range 900 {
		l.Record(100 * time.Microsecond)
	}
	requirePercentile(0.99, time.Hour, time.Hour) // reckoned a moment ago
	c.Set(start.Add(percentileAge + time.Second))
	requirePercentile(0.99, 100*time.Microsecond, 120*time.Microsecond)
}
