package row

import (
	"context"
	"errors"
	"sync"
)

// Barrier lets a caller that makes several writes wait for the log once: the store takes each write at once, and Wait
// returns when all of them are where commitlog_sync wants them before an answer. Until then nobody may be told that
// they were made. It is safe for concurrent use.
type Barrier struct {
	mu     sync.Mutex
	passed bool
	stores []LogWaiter
}

// LogWaiter is a store with writes that its log has not been waited for.
type LogWaiter interface {
	// WaitForLog returns when all that was written before is safe.
	WaitForLog() error
}

type barrierKey struct{}

// WithBarrier makes the writes under the context returned leave their wait to b.
func WithBarrier(ctx context.Context, b *Barrier) context.Context {
	return context.WithValue(ctx, barrierKey{}, b)
}

// BarrierOf is the barrier of a context; nil mostly.
func BarrierOf(ctx context.Context) *Barrier {
	b, _ := ctx.Value(barrierKey{}).(*Barrier)
	return b
}

// Defer leaves the wait for a write that was just made to Wait. It reports false when Wait was called before, so that
// nobody would wait.
func (b *Barrier) Defer(s LogWaiter) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.passed {
		return false
	}
	for _, known := range b.stores {
		if known == s {
			return true
		}
	}
	b.stores = append(b.stores, s)
	return true
}

// Wait returns when everything deferred is safe. It is called once.
func (b *Barrier) Wait() error {
	b.mu.Lock()
	b.passed = true
	stores := b.stores
	b.mu.Unlock()
	var errs []error
	for _, s := range stores {
		errs = append(errs, s.WaitForLog())
	}
	return errors.Join(errs...)
}
