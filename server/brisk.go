package server

import "alexandra/internal/row"

// Requests whose statement has so far been answered at once (exec.Executor.Brisk) are not worth a change of goroutine.
// The reader gathers those that have arrived together, runs them itself before it waits for more bytes, and sends all
// their answers with one write. When a client sends more than briskBatch without a break, workers share them.

// briskBatch is how many requests one goroutine runs before others help.
const briskBatch = 16

// isBrisk says whether the reader may run a request itself.
func (c *conn) isBrisk(r *request) bool {
	m, ok := r.message.(*executeMessage)
	return ok && r.flags&flagTracing == 0 && c.srv.exec.Brisk(m.id)
}

// join puts a request into the batch.
func (c *conn) join(r *request) {
	if len(c.batch) == briskBatch {
		c.inPool(append([]*request(nil), c.batch...)...)
		c.batch = c.batch[:0]
	}
	c.batch = append(c.batch, r)
}

// runBatch answers the requests of the batch; flush sends the answers.
func (c *conn) runBatch() {
	if len(c.batch) == 0 {
		return
	}
	c.srv.pool.begin()
	defer c.srv.pool.done()
	c.respondAll(c.batch, c.hold)
	clear(c.batch)
	c.batch = c.batch[:0]
}

// respondAll runs requests one after the other and gives each answer to done. Several share one wait for the commit log, and
// no answer is given out before it.
func (c *conn) respondAll(requests []*request, done func(*response)) {
	if len(requests) == 1 {
		done(c.respond(c.ctx, requests[0]))
		c.srv.limits.done(c, requests[0])
		return
	}
	var memory [briskBatch]*response
	answers, barrier := memory[:0], &row.Barrier{}
	ctx := row.WithBarrier(c.ctx, barrier)
	for _, r := range requests {
		answers = append(answers, c.respond(ctx, r))
		c.srv.limits.done(c, r)
	}
	if err := barrier.Wait(); err != nil {
		c.srv.log.Error("the commit log failed", "error", err)
		for i, r := range requests {
			answers[i] = c.finish(errorResponse(c.clientError(err, r), c.protocolVersion()), r.stream, nil)
		}
	}
	for _, answer := range answers {
		done(answer)
	}
}

// settle finishes what has arrived, before the reader waits for more.
func (c *conn) settle() {
	c.runBatch()
	c.flush()
	c.extendDeadline()
}

// hasEnvelope says whether a whole unframed envelope has arrived.
func (c *conn) hasEnvelope() bool {
	n := c.r.Buffered()
	if n < headerSize {
		return false
	}
	head, err := c.r.Peek(headerSize)
	return err == nil && int64(n-headerSize) >= int64(parseHeader(head).length)
}
