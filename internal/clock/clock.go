// Package clock is where every other package reads the time.
//
// It exists so that a test can set the time (Manual), move the machine's time by a skew (Offset), or use the
// real one (System). A component takes a Clock in its Config and never calls time.Now for anything that a
// client or another node can see: expiry, tombstones, write timestamps, cache validity, failure detection.
// Deadlines of sockets and contexts stay with the runtime's own clock.
//
// Timestamps hands out coordinator write timestamps: microseconds since 1970, unique and rising within the
// process, even when the machine's time stands still or jumps back.
//
// It is a leaf: it imports only the standard library.
package clock

import (
	"sync"
	"sync/atomic"
	"time"
)

// Clock tells the time and makes timers that follow the same time. Safe for concurrent use.
type Clock interface {
	// Now is the current time; it may jump, in both directions.
	Now() time.Time
	// NewTimer fires once, d after now; a d of zero or less fires at once.
	NewTimer(d time.Duration) Timer
}

// Timer is what time.Timer is, for any Clock.
type Timer interface {
	// C receives the time once, when the timer fires.
	C() <-chan time.Time
	// Stop prevents a firing that has not happened yet and reports whether it did.
	Stop() bool
	// Reset arms the timer again, d from now, and reports whether it was armed.
	Reset(d time.Duration) bool
}

var (
	_ Clock = System{}
	_ Clock = (*Offset)(nil)
	_ Clock = (*Manual)(nil)
)

// System is the machine's clock.
type System struct{}

// Now is time.Now.
func (System) Now() time.Time { return time.Now() }

// NewTimer is time.NewTimer.
func (System) NewTimer(d time.Duration) Timer { return systemTimer{time.NewTimer(d)} }

type systemTimer struct{ *time.Timer }

func (t systemTimer) C() <-chan time.Time { return t.Timer.C }

// Offset is another clock, shifted by a skew that may change while it is in use: a node whose time is wrong.
// The zero value is not usable; call NewOffset.
type Offset struct {
	base Clock
	skew atomic.Int64
}

// NewOffset shifts base by skew.
func NewOffset(base Clock, skew time.Duration) *Offset {
	o := &Offset{base: base}
	o.SetSkew(skew)
	return o
}

// SetSkew replaces the skew; timers that are already running keep their time.
func (o *Offset) SetSkew(skew time.Duration) { o.skew.Store(int64(skew)) }

// Skew is what is added to the base clock.
func (o *Offset) Skew() time.Duration { return time.Duration(o.skew.Load()) }

// Now is the base's time plus the skew.
func (o *Offset) Now() time.Time { return o.base.Now().Add(o.Skew()) }

// NewTimer is the base's: a skew moves the time of day, not the length of a wait.
func (o *Offset) NewTimer(d time.Duration) Timer { return o.base.NewTimer(d) }

// Manual stands still until it is told to move. Timers fire inside Set and Advance.
type Manual struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*manualTimer]struct{}
}

// NewManual starts at the given time.
func NewManual(start time.Time) *Manual {
	return &Manual{now: start, timers: map[*manualTimer]struct{}{}}
}

// Now is the time that was set last.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set jumps to t, also backwards, and fires the timers that are due.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = t
	for timer := range m.timers {
		timer.fireIfDue()
	}
}

// Advance moves the time by d and fires the timers that are due.
func (m *Manual) Advance(d time.Duration) { m.Set(m.Now().Add(d)) }

// Timers is how many timers are armed, so that a test can wait until the code under test is waiting.
func (m *Manual) Timers() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.timers)
}

// NewTimer fires when Set or Advance reach d from now.
func (m *Manual) NewTimer(d time.Duration) Timer {
	t := &manualTimer{clock: m, c: make(chan time.Time, 1)}
	t.Reset(d)
	return t
}

type manualTimer struct {
	clock *Manual
	at    time.Time
	c     chan time.Time
}

func (t *manualTimer) C() <-chan time.Time { return t.c }

func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	_, armed := t.clock.timers[t]
	delete(t.clock.timers, t)
	t.drain()
	return armed
}

func (t *manualTimer) Reset(d time.Duration) bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	_, armed := t.clock.timers[t]
	t.drain()
	t.at = t.clock.now.Add(d)
	t.clock.timers[t] = struct{}{}
	t.fireIfDue()
	return armed
}

// drain drops a firing that nobody received, as time.Timer does since Go 1.23.
func (t *manualTimer) drain() {
	select {
	case <-t.c:
	default:
	}
}

func (t *manualTimer) fireIfDue() {
	if t.at.After(t.clock.now) {
		return
	}
	delete(t.clock.timers, t)
	select {
	case t.c <- t.clock.now:
	default:
	}
}
