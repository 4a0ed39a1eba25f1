package metrics

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/internal/clock"
)

// tick is how often the averages of a meter move.
const tick = 5 * time.Second

// windows are the spans of a meter's averages.
var windows = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}

// Meter counts events and averages their rate, with exponential weights. Safe for concurrent use; make it with
// NewMeter.
type Meter struct {
	clock clock.Clock
	count atomic.Int64
	fresh atomic.Int64 // events since the last tick
	last  atomic.Int64 // when that was, in nanoseconds of Unix time

	mu      sync.Mutex
	started bool
	rates   [len(windows)]float64 // events a second
}

// NewMeter is a meter that has seen nothing.
func NewMeter(c clock.Clock) *Meter {
	m := &Meter{clock: c}
	m.last.Store(c.Now().UnixNano())
	return m
}

// Mark notes n events.
func (m *Meter) Mark(n int64) { m.mark(n, m.clock.Now()) }

func (m *Meter) mark(n int64, now time.Time) {
	m.advance(now)
	m.count.Add(n)
	m.fresh.Add(n)
}

// Count is the number of events ever.
func (m *Meter) Count() int64 { return m.count.Load() }

// OneMinuteRate is the events a second, averaged over about a minute.
func (m *Meter) OneMinuteRate() float64 { return m.rate(0) }

// FiveMinuteRate is the events a second, averaged over about five minutes.
func (m *Meter) FiveMinuteRate() float64 { return m.rate(1) }

// FifteenMinuteRate is the events a second, averaged over about a quarter of an hour.
func (m *Meter) FifteenMinuteRate() float64 { return m.rate(2) }

func (m *Meter) rate(window int) float64 {
	m.advance(m.clock.Now())
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rates[window]
}

// advance makes up for the ticks since the last one: the first of them takes what is fresh, the others saw nothing.
func (m *Meter) advance(now time.Time) {
	last := m.last.Load()
	elapsed := now.UnixNano() - last
	if elapsed >= 0 && elapsed < int64(tick) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last.Load() != last {
		return
	}
	if elapsed < 0 { // the clock was set back
		m.last.Store(now.UnixNano())
		return
	}
	ticks := elapsed / int64(tick)
	m.last.Store(last + ticks*int64(tick))
	fresh := float64(m.fresh.Swap(0)) / tick.Seconds()
	if !m.started {
		m.started = true
		for i := range m.rates {
			m.rates[i] = fresh
		}
		ticks--
		fresh = 0
		if ticks == 0 {
			return
		}
	}
	for i, w := range windows {
		keep := math.Exp(-tick.Seconds() / w.Seconds())
		m.rates[i] += (1 - keep) * (fresh - m.rates[i])
		m.rates[i] *= math.Pow(keep, float64(ticks-1))
	}
}

// Counter is a number that only grows, or a gauge that is added to and taken from. The zero value is ready.
type Counter = atomic.Int64

// Latency is how long something took, and how often it happened. Safe for concurrent use; make it with NewLatency.
type Latency struct {
	*Histogram // microseconds
	meter      *Meter
	percentile atomic.Pointer[percentile]
}

// percentile is one that was reckoned a while ago.
type percentile struct {
	q     float64
	at    time.Time
	value int64
}

// percentileAge is how long a percentile is good for: Cassandra renews those that decide on speculative reads once in the
// default read_request_timeout.
const percentileAge = 5 * time.Second

// NewLatency is a latency of nothing yet.
func NewLatency(c clock.Clock) *Latency {
	return &Latency{Histogram: NewHistogram(c), meter: NewMeter(c)}
}

// Record notes one operation. Nothing happens when l is nil.
func (l *Latency) Record(d time.Duration) {
	if l == nil {
		return
	}
	now := l.clock.Now()
	l.update(max(d.Microseconds(), 0), now)
	l.meter.mark(1, now)
}

// Percentile is what the fraction q (0 to 1) of the latest operations took at most; false when there were none. It is cheap
// to ask for often, and up to percentileAge old.
func (l *Latency) Percentile(q float64) (time.Duration, bool) {
	now := l.clock.Now()
	p := l.percentile.Load()
	if p == nil || p.q != q || now.Sub(p.at).Abs() > percentileAge {
		p = &percentile{q, now, l.Snapshot().Quantile(q)}
		if p.value == 0 {
			return 0, false
		}
		l.percentile.Store(p)
	}
	return time.Duration(min(p.value, time.Hour.Microseconds())) * time.Microsecond, true
}

// Rate is the meter of the operations.
func (l *Latency) Rate() *Meter { return l.meter }
