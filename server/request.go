package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/google/uuid"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
)

// request is one decoded envelope on its way through a handler.
type request struct {
	envelope
	row *opcodeRow
	// message is the decoded body, of the type that the row's decode returns.
	message any
	// payload is the custom payload of versions 4 and up; it is read and, like Cassandra's default handler does, dropped
	// unless Config.MirrorPayloads.
	payload map[string][]byte
	trace   *exec.Trace
	// warnings come before those of the result: overload notices.
	warnings []string
}

// response is an answer before its header is known. Its body starts with headerSize spare bytes.
type response struct {
	op       opcode
	body     []byte
	warnings []string
	// payload is the custom payload to send back, nil mostly.
	payload map[string][]byte
}

// keepResponse is the largest body whose memory is used again.
const keepResponse = 16 << 10

var responses = sync.Pool{New: func() any { return &response{body: make([]byte, headerSize, 128)} }}

// newResponse makes a response whose body the caller appends to.
func newResponse(op opcode) *response {
	r := responses.Get().(*response)
	r.op = op
	return r
}

// release gives a response back once it is written; nobody may hold it any more.
func (r *response) release() {
	if cap(r.body) < headerSize || cap(r.body) > keepResponse {
		return
	}
	*r = response{body: r.body[:headerSize]}
	responses.Put(r)
}

// respond runs a request to its end: stage check, body prefix, handler, encoding. It never fails: whatever happens
// becomes an envelope for the client.
func (c *conn) respond(ctx context.Context, r *request) *response {
	resp, err := c.handle(ctx, r)
	if err != nil {
		resp = errorResponse(c.clientError(err, r), c.protocolVersion())
	} else if c.srv.cfg.MirrorPayloads && r.row.traced {
		resp.payload = r.payload
	}
	if len(r.warnings) > 0 {
		resp.warnings = append(r.warnings, resp.warnings...)
	}
	var id *uuid.UUID
	if r.trace != nil {
		id = &r.trace.ID
	}
	return c.finish(resp, r.stream, id)
}

// finish puts header, tracing id and warnings in front of a body and compresses it where version 3 or 4 agreed to.
func (c *conn) finish(resp *response, stream int16, trace *uuid.UUID) *response {
	version := c.protocolVersion()
	if version < 4 {
		resp.warnings = nil
	}
	var flags byte
	body := resp.body
	if trace != nil || len(resp.warnings) > 0 || resp.payload != nil {
		body = make([]byte, headerSize, len(resp.body)+512)
		if trace != nil {
			flags |= flagTracing
			body = append(body, trace[:]...)
		}
		if len(resp.warnings) > 0 {
			flags |= flagWarning
			body = appendStringList(body, resp.warnings)
		}
		if resp.payload != nil {
			flags |= flagPayload
			body = appendBytesMap(body, resp.payload)
		}
		body = append(body, resp.body[headerSize:]...)
	}
	if z := c.bodyCompressor(); z != nil {
		flags |= flagCompressed
		body = append(make([]byte, headerSize, len(body)), z.compress(body[headerSize:])...)
	}
	putHeader(body, version, flags, stream, resp.op)
	resp.body = body
	return resp
}

func (c *conn) handle(ctx context.Context, r *request) (resp *response, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.srv.log.Error("request failed", "opcode", r.row.name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			resp, err = nil, cqlerr.Server("Unexpected error while answering %s", r.row.name)
		}
	}()
	if err := c.checkStage(r); err != nil {
		return nil, err
	}
	if r.row.needsLogin {
		if err := c.srv.exec.Guard(ctx, c.session); err != nil {
			return nil, err
		}
	}
	return r.row.handle(ctx, c, r)
}

// decode reads a request's body. What is wrong with it is answered before anything else is looked at.
func (r *request) decode() (cerr *cqlerr.Error) {
	d := decoder{body: r.body, version: r.version}
	if r.flags&flagPayload != 0 {
		if r.version < 4 {
			return cqlerr.Protocol("Received frame with CUSTOM_PAYLOAD flag for native protocol version < 4")
		}
		r.payload = d.bytesMap()
	}
	if d.err == nil && r.row.decode != nil {
		r.message = r.row.decode(&d)
	}
	return d.err
}

// startTrace begins a trace when the client asked for one. Handlers call it once the body is decoded: decode errors
// are not traced.
func (c *conn) startTrace(r *request) *exec.Trace {
	if r.row.traced && r.flags&flagTracing != 0 {
		r.trace = c.srv.exec.StartTrace(c.session)
	}
	return r.trace
}

// clientError is what the client gets for err; what is not meant for clients is logged and named in general words.
func (c *conn) clientError(err error, r *request) *cqlerr.Error {
	if e := cqlerr.As(err); e != nil {
		if e.Code == cqlerr.ProtocolError {
			c.srv.logProtocolError(e.Message)
		}
		return e
	}
	switch {
	case errors.Is(err, context.Canceled):
		return cqlerr.New(cqlerr.Overloaded, "Server is shutting down")
	case errors.Is(err, context.DeadlineExceeded):
		return cqlerr.New(cqlerr.Overloaded, "Query timed out before it could start")
	}
	c.srv.log.Log(context.Background(), slog.LevelError, "unexpected error during request", "opcode", r.row.name, "error", err)
	return cqlerr.Server("Unexpected error: %v", err)
}
