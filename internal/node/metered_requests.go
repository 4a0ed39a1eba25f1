package node

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"alexandra/internal/clock"
	"alexandra/internal/cql/exec"
	"alexandra/internal/metrics"
	"alexandra/internal/virtual"
	"alexandra/server"
)

// meteredExecutor notes the statements of clients: how many there were, and which run now.
type meteredExecutor struct {
	server.Executor
	metrics  *metrics.Metrics
	requests *requests
	gate     *gate
}

var _ server.Executor = meteredExecutor{}

// begin notes a statement once it may run.
func (e meteredExecutor) begin(ctx context.Context, task func() string) (end func(), err error) {
	return e.gate.enter(ctx, func() func() { return e.requests.begin(task) })
}

// Query implements server.Executor.
func (e meteredExecutor) Query(ctx context.Context, s *exec.Session, text string, o *exec.Options) (*exec.Result, error) {
	end, err := e.begin(ctx, func() string {
		return fmt.Sprintf("QUERY %s [pageSize = %d] at consistency %s", masked(text), pageSize(o), o.Consistency)
	})
	if err != nil {
		return nil, err
	}
	defer end()
	result, err := e.Executor.Query(ctx, s, text, o)
	if err == nil {
		e.metrics.RegularExecuted.Add(1)
	}
	return result, err
}

// Execute implements server.Executor.
func (e meteredExecutor) Execute(ctx context.Context, s *exec.Session, id []byte, o *exec.Options) (*exec.Result, error) {
	end, err := e.begin(ctx, func() string {
		return fmt.Sprintf("EXECUTE %s with %d values at consistency %s", hex.EncodeToString(id), len(o.Values), o.Consistency)
	})
	if err != nil {
		return nil, err
	}
	defer end()
	result, err := e.Executor.Execute(ctx, s, id, o)
	if err == nil {
		e.metrics.PreparedExecuted.Add(1)
	}
	return result, err
}

// Batch implements server.Executor.
func (e meteredExecutor) Batch(ctx context.Context, s *exec.Session, kind exec.BatchType, items []exec.BatchItem, o *exec.Options) (*exec.Result, error) {
	end, err := e.begin(ctx, func() string { return batchText(items, o) })
	if err != nil {
		return nil, err
	}
	defer end()
	result, err := e.Executor.Batch(ctx, s, kind, items, o)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if item.ID != nil {
			e.metrics.PreparedExecuted.Add(1)
		} else {
			e.metrics.RegularExecuted.Add(1)
		}
	}
	return result, nil
}

func batchText(items []exec.BatchItem, o *exec.Options) string {
	texts := make([]string, len(items))
	for i, item := range items {
		query := masked(item.Query)
		if item.ID != nil {
			query = hex.EncodeToString(item.ID)
		}
		texts[i] = query + " with " + strconv.Itoa(len(item.Values)) + " values"
	}
	return "BATCH of [" + strings.Join(texts, ", ") + "] at consistency " + o.Consistency.String()
}

func pageSize(o *exec.Options) int {
	if o.PageSize == 0 {
		return -1
	}
	return o.PageSize
}

// masked hides what follows the word password.
func masked(query string) string {
	const word = "password"
	if i := strings.Index(strings.ToLower(query), word); i >= 0 {
		return query[:i+len(word)] + " *******"
	}
	return query
}

// requests are those of clients that run now, for system_views.queries. Each has a number, the smallest that is free,
// as threads of a pool would.
type requests struct {
	clock clock.Clock
	stage *metrics.Stage

	mu      sync.Mutex
	running map[int]running
	free    []int
}

type running struct {
	since time.Time
	task  func() string
}

func newRequests(c clock.Clock, m *metrics.Metrics, limit int) *requests {
	r := &requests{clock: c, stage: m.Stage("Native-Transport-Requests"), running: map[int]running{}}
	r.stage.Limit.Store(int64(limit))
	return r
}

// begin notes the start of a request and returns what notes its end. task is called while the request runs.
func (r *requests) begin(task func() string) (end func()) {
	now := r.clock.Now()
	over := r.stage.Begin()
	r.mu.Lock()
	id := len(r.running) + len(r.free) + 1
	if n := len(r.free); n > 0 {
		id, r.free = r.free[n-1], r.free[:n-1]
	}
	r.running[id] = running{now, task}
	r.mu.Unlock()
	return func() {
		r.mu.Lock()
		delete(r.running, id)
		r.free = append(r.free, id)
		r.mu.Unlock()
		over()
	}
}

// count is how many run now.
func (r *requests) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.running)
}

// list is what runs now, longest first.
func (r *requests) list() []virtual.Query {
	now := r.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]virtual.Query, 0, len(r.running))
	for id, q := range r.running {
		out = append(out, virtual.Query{Thread: "Native-Transport-Requests-" + strconv.Itoa(id), Running: now.Sub(q.since), Task: q.task()})
	}
	slices.SortFunc(out, func(a, b virtual.Query) int { return cmp.Compare(b.Running, a.Running) })
	return out
}
