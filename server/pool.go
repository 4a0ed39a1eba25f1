package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// task is requests of one connection that wait for a worker.
type task struct {
	c        *conn
	requests []*request
	queued   time.Time
}

// pool runs requests in at most max workers. Workers keep their grown stacks and end after a while without work.
type pool struct {
	max   int
	tasks chan task

	busy    atomic.Int64 // running or queued
	watched atomic.Bool  // somebody waits until none is

	mu      sync.Mutex
	workers int
	waiting int // tasks for which all workers were busy
	quiet   *sync.Cond
	quit    chan struct{} // closed by stop; then a new one for the next start
	running sync.WaitGroup
}

// workerPatience is how long a worker waits for its next task.
const workerPatience = 5 * time.Second

func newPool(max int) *pool {
	p := &pool{max: max, tasks: make(chan task), quit: make(chan struct{})}
	p.quiet = sync.NewCond(&p.mu)
	return p
}

// run hands a task to a waiting worker or a new one; with all workers busy it blocks, which stops the reading of that
// connection.
func (p *pool) run(t task) {
	p.begin()
	select {
	case p.tasks <- t:
		return
	default:
	}
	p.mu.Lock()
	if p.workers < p.max {
		p.workers++
		quit := p.quit
		p.running.Add(1)
		p.mu.Unlock()
		go p.work(t, quit)
		return
	}
	p.waiting++
	p.mu.Unlock()
	p.tasks <- t
	p.mu.Lock()
	p.waiting--
	p.mu.Unlock()
}

func (p *pool) work(t task, quit <-chan struct{}) {
	defer p.running.Done()
	timer := time.NewTimer(workerPatience)
	defer timer.Stop()
	for {
		t.c.run(t.requests, t.queued)
		p.done()
		for idle := true; idle; {
			timer.Reset(workerPatience)
			select {
			case t = <-p.tasks:
				idle = false
			case <-timer.C:
				if p.leave() {
					return
				}
			case <-quit:
				p.leave()
				return
			}
		}
	}
}

// leave counts a worker out, unless a task waits for one.
func (p *pool) leave() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting > 0 {
		return false
	}
	p.workers--
	return true
}

// stop ends all workers and waits for them. No task may be running or come in; run may be called again afterwards.
func (p *pool) stop() {
	p.mu.Lock()
	close(p.quit)
	p.quit = make(chan struct{})
	p.mu.Unlock()
	p.running.Wait()
}

// begin counts in work that idle has to wait for; done counts it out.
func (p *pool) begin() { p.busy.Add(1) }

func (p *pool) done() {
	if p.busy.Add(-1) == 0 && p.watched.Load() {
		p.mu.Lock()
		defer p.mu.Unlock()
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
	p.watched.Store(true)
	for p.busy.Load() > 0 && ctx.Err() == nil {
		p.quiet.Wait()
	}
	return p.busy.Load() == 0
}
