package rpc

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// peerConn is the connection to one peer with the stream of its frequent calls.
type peerConn struct {
	*grpc.ClientConn

	calls   atomic.Int64 // under way
	retired atomic.Bool  // it is closed after the last of them

	mu     sync.Mutex
	stream *callStream // nil before the first call
}

// current is a stream that works; a new one after the last has failed.
func (p *peerConn) current() *callStream {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stream == nil || p.stream.ctx.Err() != nil {
		p.stream = newCallStream(p.ClientConn)
	}
	return p.stream
}

// Close ends the connection and waits for what its stream runs.
func (p *peerConn) Close() error {
	err := p.ClientConn.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stream != nil {
		p.stream.cancel(errClosed)
		p.stream.running.Wait()
	}
	return err
}

// callStream carries calls to one peer. When it fails, all calls under way do.
type callStream struct {
	out     *mailbox
	ctx     context.Context // ended with a cause when the stream has failed
	cancel  context.CancelCauseFunc
	running sync.WaitGroup

	mu      sync.Mutex
	next    uint64
	waiting map[uint64]chan record
}

func newCallStream(conn *grpc.ClientConn) *callStream {
	s := &callStream{out: newMailbox(), waiting: map[uint64]chan record{}}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.running.Go(func() { s.cancel(s.run(conn)) })
	return s
}

// run opens the stream and serves it until it fails.
func (s *callStream) run(conn *grpc.ClientConn) error {
	stream, err := conn.NewStream(s.ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/"+service+"/"+streamMethod)
	if err != nil {
		return err
	}
	s.running.Go(func() {
		// A stream that cannot be sent to says why when it is read.
		if err := s.out.send(s.ctx, func(m *[]byte) error { return stream.SendMsg(m) }); !errors.Is(err, io.EOF) {
			s.cancel(err)
		}
	})
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err != nil {
			if errors.Is(err, io.EOF) {
				err = status.Error(codes.Unavailable, "the peer ended the stream of calls")
			}
			return err
		}
		r := recordReader{b: message}
		for a, ok := r.answer(); ok; a, ok = r.answer() {
			if c := s.take(a.id); c != nil {
				c <- a
			}
		}
		if r.err != nil {
			return r.err
		}
	}
}

// take ends the wait for an answer; nil when nobody waits any more.
func (s *callStream) take(id uint64) chan record {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.waiting[id]
	delete(s.waiting, id)
	return c
}

// call sends a call and waits for its answer.
func (s *callStream) call(ctx context.Context, verb Verb, body []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, status.FromContextError(err).Err()
	}
	r := record{verb: verb, body: body}
	if deadline, ok := ctx.Deadline(); ok {
		r.timeout = min(max(time.Until(deadline), time.Microsecond), maxTimeout)
	}
	c := make(chan record, 1)
	s.mu.Lock()
	s.next++
	r.id = s.next
	s.waiting[r.id] = c
	s.mu.Unlock()
	s.out.put(len(body)+64, r.appendCall)
	select {
	case a := <-c:
		return a.result()
	case <-ctx.Done():
		s.take(r.id)
		return nil, status.FromContextError(ctx.Err()).Err()
	case <-s.ctx.Done():
		s.take(r.id)
		return nil, context.Cause(s.ctx)
	}
}

// result is what the caller gets for an answer.
func (r *record) result() ([]byte, error) {
	switch r.outcome {
	case answered:
		return decodeAnswer(r.body)
	case timedOut:
		return nil, silent(context.DeadlineExceeded)
	default:
		return nil, silent(context.Canceled)
	}
}
