package server

import (
	"context"
	"errors"
	"sync"
	"time"
)

// maxQueued is how many bytes of answers may wait for a slow client before its requests are no longer read.
const maxQueued = 16 << 20

var errClosed = errors.New("connection closed")

// outQueue holds encoded envelopes for the writer. All that gathers while a write is under way goes out in the next.
type outQueue struct {
	mu      sync.Mutex
	ready   *sync.Cond // something to write, or closed
	drained chan struct{}
	pending [][]byte
	bytes   int
	// framedFrom is how many of the first pending envelopes go out unframed although the connection has turned to
	// segments since: the answer to STARTUP.
	framedFrom int
	framed     bool
	compressed bool
	closed     bool
}

func (q *outQueue) init() {
	q.ready = sync.NewCond(&q.mu)
	q.drained = make(chan struct{}, 1)
}

// push queues an envelope; nil is ignored. It never blocks.
func (q *outQueue) push(e []byte) {
	if e == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.pending = append(q.pending, e)
	q.bytes += len(e)
	q.ready.Signal()
}

// startFraming makes everything pushed from now on go out in segments.
func (q *outQueue) startFraming(compressed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.framed {
		q.framed, q.framedFrom, q.compressed = true, len(q.pending), compressed
	}
}

// take blocks until there is something to write. It returns the envelopes to write as they are and those for segments;
// ok is false when the queue is closed and empty.
func (q *outQueue) take() (plain, framed [][]byte, compressed, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.pending) == 0 && !q.closed {
		q.ready.Wait()
	}
	plain, q.pending, q.bytes = q.pending, nil, 0
	if q.framed {
		plain, framed = plain[:q.framedFrom], plain[q.framedFrom:]
		q.framedFrom = 0
	}
	select {
	case q.drained <- struct{}{}:
	default:
	}
	return plain, framed, q.compressed, len(plain)+len(framed) > 0
}

// wait blocks while too much is queued.
func (q *outQueue) wait(ctx context.Context) error {
	for {
		q.mu.Lock()
		full, closed := q.bytes > maxQueued, q.closed
		q.mu.Unlock()
		if closed {
			return errClosed
		}
		if !full {
			return nil
		}
		select {
		case <-q.drained:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// close lets the writer end once everything queued is written.
func (q *outQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.ready.Signal()
}

// abort drops what is queued.
func (q *outQueue) abort() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.pending, q.bytes, q.framedFrom = true, nil, 0, 0
	q.ready.Signal()
	select {
	case q.drained <- struct{}{}:
	default:
	}
}

// writeTimeout ends connections of clients that stopped reading.
const writeTimeout = 30 * time.Second

// writeLoop writes until the queue is closed or the peer is gone.
func (c *conn) writeLoop() {
	var sw segmentWriter
	var buf []byte
	for {
		plain, framed, compressed, ok := c.out.take()
		if !ok {
			return
		}
		buf = buf[:0]
		for _, e := range plain {
			buf = append(buf, e...)
		}
		sw.compressed = compressed
		buf = sw.appendSegments(buf, framed)
		_ = c.nc.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := c.nc.Write(buf); err != nil {
			c.out.abort()
			c.cancel()
			_ = c.nc.Close()
			return
		}
		if idle := c.srv.cfg.IdleTimeout; idle > 0 && stage(c.stage.Load()) == stageReady {
			_ = c.nc.SetReadDeadline(time.Now().Add(idle))
		}
		if cap(buf) > 1<<20 {
			buf = nil
		}
	}
}
