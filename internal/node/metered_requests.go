package node

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
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

// requests are those of clients that run now, for system_views.queries. They are kept in shards, so that processors do not
// wait for each other.
type requests struct {
	clock  clock.Clock
	stage  *metrics.Stage
	shards [requestShards]requestShard
}

const requestShards = 32

type requestShard struct {
	mu    sync.Mutex
	slots []running
	free  []int
	_     [64]byte // shards do not share cache lines
}

type running struct {
	since time.Time
	task  func() string // nil while the slot is free
}

func newRequests(c clock.Clock, m *metrics.Metrics, limit int) *requests {
	r := &requests{clock: c, stage: m.Stage("Native-Transport-Requests")}
	r.stage.Limit.Store(int64(limit))
	return r
}

// begin notes the start of a request and returns what notes its end. task is called while the request runs.
func (r *requests) begin(task func() string) (end func()) {
	now := r.clock.Now()
	r.stage.Active.Add(1)
	s := &r.shards[rand.Uint32()%requestShards]
	s.mu.Lock()
	at := len(s.slots)
	if n := len(s.free); n > 0 {
		at, s.free = s.free[n-1], s.free[:n-1]
		s.slots[at] = running{now, task}
	} else {
		s.slots = append(s.slots, running{now, task})
	}
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		s.slots[at] = running{}
		s.free = append(s.free, at)
		s.mu.Unlock()
		r.stage.Active.Add(-1)
		r.stage.Completed.Add(1)
	}
}

// count is how many run now.
func (r *requests) count() int {
	n := 0
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		n += len(s.slots) - len(s.free)
		s.mu.Unlock()
	}
	return n
}

// list is what runs now, longest first. Each has a number, as threads of a pool would.
func (r *requests) list() []virtual.Query {
	now := r.clock.Now()
	var out []virtual.Query
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		for _, q := range s.slots {
			if q.task != nil {
				thread := "Native-Transport-Requests-" + strconv.Itoa(len(out)+1)
				out = append(out, virtual.Query{Thread: thread, Running: now.Sub(q.since), Task: q.task()})
			}
		}
		s.mu.Unlock()
	}
	slices.SortFunc(out, func(a, b virtual.Query) int { return cmp.Compare(b.Running, a.Running) })
	return out
}
