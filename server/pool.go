package server

import (
	"context"
	"sync"
	"time"
)

// task is a request that waits for a worker.
type task struct {
	c      *conn
	r      *request
	queued time.Time
}

// pool runs requests in at most max workers. Workers keep their grown stacks and end after a while without work.
type pool struct {
	max   int
	tasks chan task

	mu      sync.Mutex
	workers int
	busy    int // running or queued
	quiet   *sync.Cond
}

// workerPatience is how long a worker waits for its next task.
const workerPatience = 5 * time.Second

func newPool(max int) *pool {
	p := &pool{max: max, tasks: make(chan task)}
	p.quiet = sync.NewCond(&p.mu)
	return p
}

// run hands a task to a waiting worker or a new one; with all workers busy it blocks, which stops the reading of that
// connection.
func (p *pool) run(t task) {
	p.mu.Lock()
	p.busy++
	p.mu.Unlock()
	select {
	case p.tasks <- t:
		return
	default:
	}
	p.mu.Lock()
	if p.workers < p.max {
		p.workers++
		p.mu.Unlock()
		go p.work(t)
		return
	}
	p.mu.Unlock()
	p.tasks <- t
}

func (p *pool) work(t task) {
	timer := time.NewTimer(workerPatience)
	defer timer.Stop()
	for {
		t.c.run(t.r, t.queued)
		p.done()
		timer.Reset(workerPatience)
		select {
		case t = <-p.tasks:
		case <-timer.C:
			p.mu.Lock()
			p.workers--
			p.mu.Unlock()
			return
		}
	}
}

func (p *pool) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy--; p.busy == 0 {
		p.quiet.Broadcast()
	}
}

// idle waits until nothing runs; false when ctx ended first.
func (p *pool) idle(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.quiet.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.busy > 0 && ctx.Err() == nil {
		p.quiet.Wait()
	}
	return p.busy == 0
}
