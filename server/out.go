package server

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// maxQueued is how many bytes of answers may wait for a slow client before its requests are no longer read.
	maxQueued = 16 << 20
	// writeTimeout ends connections of clients that stopped reading.
	writeTimeout = 30 * time.Second
	// keepWriteBuffer is the largest buffer that is used again.
	keepWriteBuffer = 256 << 10
)

var errClosed = errors.New("connection closed")

// outQueue holds finished answers for whoever writes them: one goroutine at a time, see conn.drain. All that gathers
// while a write is under way goes out in the next.
type outQueue struct {
	mu      sync.Mutex
	quiet   *sync.Cond // nobody writes any more
	drained chan struct{}
	pending []*response
	spare   []*response // memory for the next pending
	bytes   int
	// framedFrom is how many of the first pending answers go out unframed although the connection has turned to
	// segments since: the answer to STARTUP.
	framedFrom int
	framed     bool
	compressed bool
	writing    bool
	closed     bool
}

func (q *outQueue) init() {
	q.quiet = sync.NewCond(&q.mu)
	q.drained = make(chan struct{}, 1)
}

// add queues an answer. wake asks to take the role of the writer when nobody has it: then the caller must see to a drain.
func (q *outQueue) add(r *response, wake bool) (write bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.pending = append(q.pending, r)
	q.bytes += len(r.body)
	if !wake || q.writing {
		return false
	}
	q.writing = true
	return true
}

// begin takes the role of the writer if there is something to write and nobody has it.
func (q *outQueue) begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.writing || len(q.pending) == 0 {
		return false
	}
	q.writing = true
	return true
}

// startFraming makes everything queued from now on go out in segments.
func (q *outQueue) startFraming(compressed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.framed {
		q.framed, q.framedFrom, q.compressed = true, len(q.pending), compressed
	}
}

// take returns what is queued, for the writer: the first plain answers as they are, the others in segments. With nothing
// queued the caller is the writer no more. done is what take returned before.
func (q *outQueue) take(done []*response) (answers []*response, plain int, compressed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if done != nil {
		clear(done)
		q.spare = done[:0]
	}
	if len(q.pending) == 0 {
		q.writing = false
		q.quiet.Broadcast()
		return nil, 0, false
	}
	answers, plain = q.pending, len(q.pending)
	q.pending, q.spare, q.bytes = q.spare, nil, 0
	if q.framed {
		plain, q.framedFrom = q.framedFrom, 0
	}
	select {
	case q.drained <- struct{}{}:
	default:
	}
	return answers, plain, q.compressed
}

// full says whether wait would block.
func (q *outQueue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes > maxQueued
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

// close takes no more and waits until everything queued is written.
func (q *outQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for q.writing {
		q.quiet.Wait()
	}
}

// abort drops what is queued; the caller is the writer no more.
func (q *outQueue) abort() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.pending, q.bytes, q.framedFrom, q.writing = true, nil, 0, 0, false
	q.quiet.Broadcast()
	select {
	case q.drained <- struct{}{}:
	default:
	}
}

// push queues a finished answer and has it written by a goroutine that ends when there is nothing left to write. It
// never blocks.
func (c *conn) push(r *response) {
	if r != nil && c.out.add(r, true) {
		go c.drain()
	}
}

// hold queues an answer that waits for flush, for the goroutine that reads.
func (c *conn) hold(r *response) { c.out.add(r, false) }

// flush writes what is queued, unless somebody is writing already.
func (c *conn) flush() {
	if c.out.begin() {
		c.drain()
	}
}

// writeBuffer is what a writer works with. Connections share few of them.
type writeBuffer struct {
	buf      []byte
	segments segmentWriter
}

var writeBuffers = sync.Pool{New: func() any { return &writeBuffer{} }}

// drain writes until nothing is queued; the caller has the role of the writer and loses it.
func (c *conn) drain() {
	w := writeBuffers.Get().(*writeBuffer)
	defer writeBuffers.Put(w)
	var answers []*response
	for {
		var plain int
		answers, plain, w.segments.compressed = c.out.take(answers)
		if answers == nil {
			return
		}
		w.buf = w.buf[:0]
		for _, r := range answers[:plain] {
			w.buf = append(w.buf, r.body...)
		}
		w.buf = w.segments.appendSegments(w.buf, answers[plain:])
		for _, r := range answers {
			r.release()
		}
		c.extendWriteDeadline()
		if _, err := c.nc.Write(w.buf); err != nil {
			c.out.abort()
			c.cancel()
			_ = c.nc.Close()
			return
		}
		if idle := c.srv.cfg.IdleTimeout; idle > 0 && stage(c.stage.Load()) == stageReady {
			_ = c.nc.SetReadDeadline(time.Now().Add(idle))
		}
		if cap(w.buf) > keepWriteBuffer {
			w.buf = nil
		}
	}
}

// extendWriteDeadline gives the next write time. Deadlines cost more than writes are apart, so that one lasts for many.
func (c *conn) extendWriteDeadline() {
	if now := time.Now(); c.writeUntil.Sub(now) < writeTimeout*2/3 {
		c.writeUntil = now.Add(writeTimeout)
		_ = c.nc.SetWriteDeadline(c.writeUntil)
	}
}
