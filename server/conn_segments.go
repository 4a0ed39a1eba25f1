package server

import (
	"alexandra/internal/cqlerr"
)

// serveSegments serves version 5 and up: envelopes inside segments.
func (c *conn) serveSegments() error {
	sr := &segmentReader{r: c.r, compressed: c.compress != nil, id: c.id}
	for {
		if !sr.ready() {
			c.settle()
		}
		payload, self, err := sr.next()
		if err != nil {
			return err
		}
		if self {
			err = c.serveSegment(payload)
		} else {
			err = c.serveLarge(sr, payload)
		}
		if err != nil {
			return err
		}
	}
}

// serveSegment takes the envelopes out of a self-contained segment. More than ErrorsPerSegment bad ones in a row end
// the connection.
func (c *conn) serveSegment(payload []byte) error {
	bad := 0
	for len(payload) > 0 {
		if len(payload) < headerSize {
			c.sendError(errNoEnvelope(len(payload), headerSize), 0)
			return nil
		}
		h := parseHeader(payload)
		if h.length < 0 {
			return errFatal{cqlerr.Protocol("Invalid value for envelope header body length field: %d", h.length), h.stream}
		}
		if int64(h.length) > int64(len(payload)-headerSize) {
			c.sendError(errNoEnvelope(len(payload)-headerSize, int(h.length)), 0)
			return nil
		}
		end := headerSize + int(h.length)
		body := payload[headerSize:end:end]
		payload = payload[end:]
		ok, err := c.serveFramed(&envelope{header: h, body: body})
		if err != nil {
			return err
		}
		if bad++; ok {
			bad = 0
		}
		if bad > c.srv.cfg.ErrorsPerSegment {
			return errClosed
		}
	}
	return nil
}

// serveFramed checks and dispatches an envelope of a segment; false when its header or body was wrong.
func (c *conn) serveFramed(e *envelope) (bool, error) {
	bound := int(c.version.Load())
	if bound == 0 {
		return true, c.retryStartup(e)
	}
	if err := e.checkVersion(c.srv.allowOld.Load()); err != nil {
		c.sendError(err, e.stream)
		return false, nil
	}
	row, err := e.checkOpcode()
	if err == nil && e.version != bound {
		// Cassandra's text lacks the space, too.
		err = cqlerr.Protocol("Invalid message version. Got %s but previousmessages on this connection had version %s",
			versionName(e.version), versionName(bound))
	}
	if err != nil {
		c.sendError(err, e.stream)
		return false, nil
	}
	return c.dispatch(e, row)
}

// retryStartup serves a version 5 connection whose first STARTUP failed: it is framed already, but has no login stage.
func (c *conn) retryStartup(e *envelope) error {
	row, err := e.checkOpcode()
	switch {
	case err != nil:
		c.sendError(err, e.stream)
	case row.op == opStartup:
		c.startup(e, row)
	case row.op == opOptions:
		c.answerAs(e, row)
	default:
		c.sendError(cqlerr.Protocol("Unexpected message %s, expecting STARTUP or OPTIONS", row.name), e.stream)
	}
	return nil
}

// serveLarge puts together a message that spans segments, of which first is the first.
func (c *conn) serveLarge(sr *segmentReader, first []byte) error {
	message := append([]byte(nil), first...)
	for len(message) < headerSize {
		payload, err := nextSlice(sr)
		if err != nil {
			return err
		}
		message = append(message, payload...)
	}
	h := parseHeader(message)
	if h.length < 0 {
		return errFatal{cqlerr.Protocol("Invalid value for envelope header body length field: %d", h.length), h.stream}
	}
	total := headerSize + int(h.length)
	if len(message) < total && stage(c.stage.Load()) != stageReady {
		// Cassandra's text lacks the space, too.
		row := findOpcode(h.opcode)
		name := "UNKNOWN"
		if row != nil {
			name = row.name
		}
		return errFatal{cqlerr.Protocol("The connection is not yet in a valid state to process multi frame CQL Messages, "+
			"usually thismeans that authentication is still pending. type = %s, size = %d", name, h.length), 0}
	}
	tooBig := len(message) < total && int(h.length) > c.srv.cfg.MaxMessageSize
	for received := len(message); received < total; {
		payload, err := nextSlice(sr)
		if err != nil {
			return err
		}
		received += len(payload)
		if !tooBig {
			message = append(message, payload...)
		}
	}
	if tooBig {
		c.sendError(cqlerr.Invalid("CQL Message of size %d bytes exceeds allowed maximum of %d bytes", h.length, c.srv.cfg.MaxMessageSize), h.stream)
		return nil
	}
	_, err := c.serveFramed(&envelope{header: h, body: message[headerSize:total]})
	return err
}

func nextSlice(sr *segmentReader) ([]byte, error) {
	payload, self, err := sr.next()
	if err == nil && self {
		err = errFatal{cqlerr.Protocol("A self-contained segment came in the middle of a message of several"), 0}
	}
	return payload, err
}
