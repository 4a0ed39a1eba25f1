package coord

import (
	"context"
	"sync"
	"time"

	"alexandra/internal/ring"
	"alexandra/internal/row"
)

// acks counts the answers to one mutation.
type acks struct {
	need      need
	writeType string

	mu          sync.Mutex
	received    int // answers that count
	each        map[string]int
	outstanding int // nodes that count and may still answer
	failures    []failure
	closed      bool
	done        chan struct{} // closed when the level is met or cannot be met any more
}

func newAcks(n need, writeType string, targets []*ring.Endpoint) *acks {
	a := &acks{need: n, writeType: writeType, done: make(chan struct{})}
	for _, e := range targets {
		if n.counts(e) {
			a.outstanding++
		}
	}
	if n.each != nil {
		a.each = map[string]int{}
	}
	a.settle()
	return a
}

// satisfied says whether enough nodes have answered.
func (a *acks) satisfied() bool {
	if a.each == nil {
		return a.received >= a.need.blockFor
	}
	for dc, n := range a.need.each {
		if a.each[dc] < n {
			return false
		}
	}
	return true
}

// settle closes done as soon as the outcome is known. Late nodes may still make up for failed ones.
func (a *acks) settle() {
	if !a.closed && (a.satisfied() || a.outstanding == 0) {
		a.closed = true
		close(a.done)
	}
}

func (a *acks) ok(e *ring.Endpoint) {
	if !a.need.counts(e) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.received++
	a.outstanding--
	if a.each != nil {
		a.each[e.Datacenter]++
	}
	a.settle()
}

// hinted counts a stored hint, which satisfies ANY.
func (a *acks) hinted() {
	if a.need.cl != row.Any {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.received++
	a.settle()
}

func (a *acks) failed(e *ring.Endpoint, reason uint16) {
	if !a.need.counts(e) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.outstanding--
	a.failures = append(a.failures, failure{e, reason})
	a.settle()
}

// wait blocks until the level is met, cannot be met, or time is up.
func (a *acks) wait(ctx context.Context, deadline time.Time) error {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-a.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	return a.result()
}

func (a *acks) result() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.satisfied():
		return nil
	case len(a.failures) > 0 && !allTimeouts(a.failures):
		return orMoved(writeFailure(a.need.cl, a.received, a.need.blockFor, a.failures, a.writeType), a.failures)
	}
	return writeTimeout(a.need.cl, a.received, a.need.blockFor, a.writeType)
}
