package node

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// gate lets the statements of clients wait while the data of all nodes is kept or put back.
type gate struct {
	held atomic.Pointer[chan struct{}]

	mu    sync.Mutex // held while the gate is shut or opened
	timer *time.Timer
}

const (
	// holdLimit opens a gate that nobody has opened.
	holdLimit = 10 * time.Second
	// quietLimit is how long running statements may take to end; those that hang, for example because of a cut link, are
	// not waited for.
	quietLimit = 300 * time.Millisecond
)

// shut lets the statements that come from now on wait.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held.Load() != nil {
		g.timer.Reset(holdLimit)
		return
	}
	held := make(chan struct{})
	g.held.Store(&held)
	g.timer = time.AfterFunc(holdLimit, g.open)
}

// open lets them go on.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if held := g.held.Swap(nil); held != nil {
		g.timer.Stop()
		close(*held)
	}
}

// isShut says whether statements wait.
func (g *gate) isShut() bool { return g.held.Load() != nil }

// enter notes a statement with begin, unless it has to wait first. The statement is noted before the gate is looked at, so
// that who shuts the gate and then sees no statement can be sure.
func (g *gate) enter(ctx context.Context, begin func() (end func())) (end func(), err error) {
	for {
		end := begin()
		held := g.held.Load()
		if held == nil {
			return end, nil
		}
		end()
		select {
		case <-*held:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
