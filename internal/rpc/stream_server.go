package rpc

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// serveCalls serves one peer's stream until it ends.
func (s *Server) serveCalls(_ any, stream grpc.ServerStream) error {
	ctx, cancel := context.WithCancel(stream.Context())
	out := newMailbox()
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() {
		if out.send(ctx, func(m *[]byte) error { return stream.SendMsg(m) }) != nil {
			cancel()
		}
	})
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err != nil {
			return err
		}
		var together []record
		r := recordReader{b: message}
		for c, ok := r.call(); ok; c, ok = r.call() {
			if frequent[c.verb] {
				together = append(together, c)
				continue
			}
			running.Add(1)
			s.workers.run(func() {
				defer running.Done()
				s.answerTogether(ctx, out, []record{c})
			})
		}
		if r.err != nil {
			return status.Error(codes.InvalidArgument, r.err.Error())
		}
		if len(together) > 0 {
			running.Add(1)
			s.workers.run(func() {
				defer running.Done()
				s.answerTogether(ctx, out, together)
			})
		}
	}
}

// answerTogether answers calls one after the other. Several share what Config.Together gives them, and no answer is sent
// before all are made.
func (s *Server) answerTogether(ctx context.Context, out *mailbox, calls []record) {
	wait := func() error { return nil }
	if len(calls) > 1 && s.config.Together != nil {
		ctx, wait = s.config.Together(ctx)
	}
	answers := make([]record, len(calls))
	for i, c := range calls {
		answers[i] = s.answerCall(ctx, c)
	}
	err := wait()
	for i := range answers {
		if err != nil && answers[i].outcome == answered {
			answers[i].body = encodeError(err)
		}
		out.put(len(answers[i].body)+32, answers[i].appendAnswer)
	}
}

func (s *Server) answerCall(ctx context.Context, c record) record {
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	body, silence := s.answer(ctx, c.verb, c.body)
	switch {
	case silence != nil && status.Code(silence) == codes.DeadlineExceeded:
		return record{id: c.id, outcome: timedOut}
	case silence != nil:
		return record{id: c.id, outcome: stopped}
	case len(body) > s.config.MaxMessage-64:
		body = encodeError(Failed(ReasonReadSize, "an answer of %d bytes is longer than %d", len(body), s.config.MaxMessage))
	}
	return record{id: c.id, body: body}
}

// workers run tasks in goroutines that are used again, since a new one has to grow its stack first.
type workers struct {
	tasks   chan func()
	quit    chan struct{}
	idle    atomic.Int64
	running sync.WaitGroup
}

const (
	// workerPatience is how long a worker waits for its next task.
	workerPatience = 5 * time.Second
	// maxIdle is how many wait at once.
	maxIdle = 16
)

func newWorkers() *workers { return &workers{tasks: make(chan func()), quit: make(chan struct{})} }

func (w *workers) run(task func()) {
	select {
	case w.tasks <- task:
	default:
		w.running.Go(func() { w.work(task) })
	}
}

func (w *workers) work(task func()) {
	timer := time.NewTimer(workerPatience)
	defer timer.Stop()
	for next := true; next; {
		task()
		if w.idle.Add(1) > maxIdle {
			next = false
		} else {
			timer.Reset(workerPatience)
			select {
			case task = <-w.tasks:
			case <-timer.C:
				next = false
			case <-w.quit:
				next = false
			}
		}
		w.idle.Add(-1)
	}
}

// stop ends the workers; nothing runs and no task comes any more.
func (w *workers) stop() {
	close(w.quit)
	w.running.Wait()
}
