package clock

import "sync/atomic"

// Timestamps makes the write timestamps of one coordinator. Two calls never return the same value and a later
// call never returns a smaller one, as in Cassandra's ClientState.getTimestamp. Safe for concurrent use.
type Timestamps struct {
	clock Clock
	last  atomic.Int64
}

// NewTimestamps reads the time from c.
func NewTimestamps(c Clock) *Timestamps { return &Timestamps{clock: c} }

// Next is the current time in microseconds, or one more than the previous answer when the clock has not moved on.
func (t *Timestamps) Next() int64 { return t.NextAfter(0) }

// NextAfter is Next, but also greater than floor: a conditional update must be newer than what it replaces.
func (t *Timestamps) NextAfter(floor int64) int64 {
	for {
		last := t.last.Load()
		next := max(t.clock.Now().UnixMicro(), last+1, floor+1)
		if t.last.CompareAndSwap(last, next) {
			return next
		}
	}
}
