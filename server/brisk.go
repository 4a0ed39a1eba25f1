package server

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
	for i, r := range c.batch {
		c.batch[i] = nil
		c.hold(c.respond(c.ctx, r))
		c.srv.limits.done(c, r)
	}
	c.batch = c.batch[:0]
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
