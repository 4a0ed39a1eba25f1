package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/auth"
	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
)

// stage is how far a connection's login has come.
type stage int32

const (
	stageEstablished stage = iota
	stageAuthenticating
	stageReady
)

var stageNames = [...]string{"established", "authenticating", "ready"}

// conn is one client connection. One goroutine reads it (serve) and runs what takes no time, see brisk.go; other requests
// run beside each other in the server's pool. Whoever finishes an answer while nobody writes sees to its writing.
type conn struct {
	srv  *Server
	nc   net.Conn
	r    *bufio.Reader
	id   string // eight hex digits, as in Cassandra's channel ids
	info *clientInfo

	session    *exec.Session
	negotiator auth.Negotiator
	stage      atomic.Int32
	registered atomic.Uint32 // eventKind bits

	version         atomic.Int32 // 0 until STARTUP was understood
	framed          atomic.Bool  // answers go out in segments
	compressed      atomic.Bool  // STARTUP was answered: compress applies
	compress        compressor   // set by STARTUP, before compressed
	throwOnOverload bool

	out        outQueue
	writeUntil time.Time // the deadline of writes; the writer's
	readUntil  time.Time // the deadline of the handshake, once set; the reader's
	batch      []*request
	load       *addressLoad
	inFlight   sync.WaitGroup
	ctx        context.Context
	cancel     context.CancelFunc
}

func newConn(s *Server, nc net.Conn, remote netip.AddrPort) *conn {
	ctx, cancel := context.WithCancel(s.ctx)
	c := &conn{
		srv: s, nc: nc, r: bufio.NewReaderSize(nc, 8<<10), id: s.nextID(), ctx: ctx, cancel: cancel,
		info: newClientInfo(remote), session: exec.NewSession(remote, currentVersion), load: s.limits.join(remote.Addr()),
	}
	c.out.init()
	if !s.auth.RequireAuthentication() {
		c.session.SetUser(auth.User{Name: auth.AnonymousName})
	}
	return c
}

// protocolVersion is what answers are encoded in.
func (c *conn) protocolVersion() int {
	if v := c.version.Load(); v != 0 {
		return int(v)
	}
	return currentVersion
}

// bodyCompressor is the agreed compression of versions 3 and 4.
func (c *conn) bodyCompressor() compressor {
	if c.compressed.Load() && !c.framed.Load() {
		return c.compress
	}
	return nil
}

// peerCertificates returns the chain that the client showed; nil without TLS or certificate.
func (c *conn) peerCertificates() []*x509.Certificate {
	if t, ok := c.nc.(*tls.Conn); ok {
		return t.ConnectionState().PeerCertificates
	}
	return nil
}

// serve reads until the connection ends. It owns c.r.
func (c *conn) serve() {
	err := c.handshakeTLS()
	if err == nil {
		err = c.serveGuarded()
	}
	c.runBatch()
	c.farewell(err)
	c.inFlight.Wait()
	c.flush()
	c.cancel()
	c.out.close()
	reset(c.nc)
}

// serveGuarded is serveInitial; a bug in it costs this connection and nothing else.
func (c *conn) serveGuarded() (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.srv.log.Error("connection failed", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errClosed
		}
	}()
	return c.serveInitial()
}

// farewell tells the client of a fatal error, and the log of an idle or strange end.
func (c *conn) farewell(err error) {
	var fatal errFatal
	var crc errCRC
	switch {
	case errors.As(err, &fatal):
		c.sendError(fatal.cause, fatal.stream)
	case errors.As(err, &crc):
		c.sendError(crc.cause, 0)
	case isTimeout(err) && c.srv.cfg.IdleTimeout > 0:
		c.srv.log.Info(fmt.Sprintf("Closing client connection %s after timeout of %dms", c.session.Remote, c.srv.cfg.IdleTimeout.Milliseconds()))
	}
}

// errFatal is an error after which the connection is closed.
type errFatal struct {
	cause  *cqlerr.Error
	stream int16
}

func (e errFatal) Error() string { return e.cause.Message }

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func (c *conn) handshakeTLS() error {
	t, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.srv.cfg.HandshakeTimeout)
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		c.srv.logTLSError(c.session.Remote, err)
		return err
	}
	c.info.setTLS(t.ConnectionState())
	return nil
}

// serveInitial answers unframed requests until a STARTUP settles the version, then goes on in that version's way.
func (c *conn) serveInitial() error {
	started := false
	for {
		e, row, err := c.readEnvelope()
		if err != nil {
			return err
		}
		if row == nil {
			continue
		}
		if row.op != opStartup && row.op != opOptions {
			stream := int16(0)
			if started {
				stream = e.stream
			}
			c.sendErrorAs(cqlerr.Protocol("Unexpected message %s, expecting STARTUP or OPTIONS", row.name), stream, e.version)
			continue
		}
		if row.op == opOptions {
			c.answerAs(e, row)
			continue
		}
		settled, ok := c.startup(e, row)
		started = started || settled
		switch {
		case settled && e.version >= currentVersion:
			c.framed.Store(true)
			c.out.startFraming(c.compress != nil)
			return c.serveSegments()
		case ok:
			return c.serveLegacy()
		}
	}
}

// startup handles a STARTUP. settled says that its version now binds the connection, ok that it succeeded.
func (c *conn) startup(e *envelope, row *opcodeRow) (settled, ok bool) {
	c.session.Version = e.version
	r := &request{envelope: *e, row: row}
	if err := r.decode(); err != nil {
		c.sendErrorAs(err, 0, e.version)
		return false, false
	}
	resp, err := c.handle(c.ctx, r)
	var compression errCompression
	if err != nil {
		c.sendErrorAs(c.clientError(err, r), e.stream, e.version)
		return !errors.As(err, &compression), false
	}
	c.version.Store(int32(e.version))
	c.info.setVersion(e.version)
	if c.compress != nil && e.version < currentVersion {
		c.compressed.Store(true)
	}
	c.hold(c.finish(resp, e.stream, nil))
	return true, true
}

// answerAs answers a request made before the connection has a version, in the request's own.
func (c *conn) answerAs(e *envelope, row *opcodeRow) {
	resp, err := row.handle(c.ctx, c, &request{envelope: *e, row: row})
	if err != nil {
		c.sendErrorAs(cqlerr.As(err), e.stream, e.version)
		return
	}
	putHeader(resp.body, e.version, 0, e.stream, resp.op)
	c.hold(resp)
}

// serveLegacy serves versions 3 and 4: one envelope after the other.
func (c *conn) serveLegacy() error {
	for {
		e, row, err := c.readEnvelope()
		if err != nil {
			return err
		}
		if row == nil {
			continue
		}
		if bound := int(c.version.Load()); e.version != bound {
			c.sendError(cqlerr.Protocol("Invalid message version. Got %s but previous messages on this connection had version %s",
				versionName(e.version), versionName(bound)), e.stream)
			continue
		}
		if e.flags&flagCompressed != 0 && c.compress != nil {
			body, cerr := c.compress.decompress(e.body, c.messageLimit())
			if cerr != nil {
				c.sendError(cerr, 0)
				continue
			}
			e.body = body
		}
		if _, err := c.dispatch(e, row); err != nil {
			return err
		}
	}
}

// messageLimit is the largest envelope accepted now: small before the login.
func (c *conn) messageLimit() int {
	if stage(c.stage.Load()) != stageReady {
		return c.srv.cfg.MaxUnauthenticatedMessage
	}
	return c.srv.cfg.MaxFrameSize
}

// readEnvelope reads one unframed envelope. What is wrong with its header is answered here: then the row is nil.
func (c *conn) readEnvelope() (*envelope, *opcodeRow, error) {
	if !c.hasEnvelope() {
		c.settle()
	}
	first, err := c.r.Peek(2)
	if err != nil {
		return nil, nil, endOfStream(nil, err)
	}
	h := header{version: int(first[0] & 0x7f), flags: first[1]}
	if cerr := h.checkVersion(c.srv.allowOld.Load()); cerr != nil {
		return nil, nil, c.refuseVersion(h.version, cerr)
	}
	head, err := c.r.Peek(headerSize)
	if err != nil {
		return nil, nil, endOfStream(nil, err)
	}
	h = parseHeader(head)
	if _, err := c.r.Discard(headerSize); err != nil {
		return nil, nil, err
	}
	if h.length < 0 {
		// Cassandra waits for a body of negative length for ever; so do we, without keeping what comes.
		_, err := io.Copy(io.Discard, c.r)
		return nil, nil, errors.Join(io.EOF, err)
	}
	row, cerr := h.checkOpcode()
	total := int64(h.length) + headerSize
	if limit := int64(c.messageLimit()); cerr == nil && total > limit {
		cerr = cqlerr.Invalid("Request is too big: length %d exceeds maximum allowed length %d.", total, limit)
	}
	if cerr != nil {
		if _, err := io.CopyN(io.Discard, c.r, int64(h.length)); err != nil {
			return nil, nil, endOfStream(nil, err)
		}
		c.sendError(cerr, h.stream)
		return nil, nil, nil
	}
	body, err := readBody(c.r, int(h.length))
	return &envelope{header: h, body: body}, row, err
}

// refuseVersion drops what has arrived and says which versions there are, in a form that the client's version can read.
func (c *conn) refuseVersion(version int, cerr *cqlerr.Error) error {
	if _, err := c.r.Discard(c.r.Buffered()); err != nil {
		return err
	}
	c.srv.logProtocolError(cerr.Message)
	switch {
	case version == 1 || version == 2:
		body := errorResponse(cerr, minVersion).body[1:]
		body[0], body[1], body[2], body[3] = byte(version)|0x80, 0, 0, byte(opError)
		n := len(body) - headerSizeV2
		body[4], body[5], body[6], body[7] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
		c.push(&response{op: opError, body: body})
	case version >= minVersion && version <= betaVersion:
		c.sendErrorAs(cerr, 0, version)
	default:
		c.sendError(cerr, 0)
	}
	return nil
}

// readBody reads n bytes, taking memory as they arrive.
func readBody(r io.Reader, n int) ([]byte, error) {
	const step = 64 << 10
	body := make([]byte, min(n, step))
	for read := 0; ; {
		m, err := io.ReadFull(r, body[read:])
		read += m
		if err != nil {
			return nil, endOfStream(nil, err)
		}
		if read == n {
			return body, nil
		}
		body = append(body, make([]byte, min(n-read, max(read, step)))...)
	}
}

// dispatch decodes a request, checks it against the limits and runs it: at once before the login, in the pool after it.
// decoded is false when the client was told what is wrong with the body.
func (c *conn) dispatch(e *envelope, row *opcodeRow) (decoded bool, err error) {
	r := &request{envelope: *e, row: row}
	c.info.count()
	if !c.srv.accepting() {
		c.sendError(cqlerr.New(cqlerr.Overloaded, "Server is shutting down"), e.stream)
		return true, nil
	}
	if cerr := r.decode(); cerr != nil {
		c.sendError(cerr, e.stream)
		return false, nil
	}
	return true, c.start(r)
}

// start runs a decoded request.
func (c *conn) start(r *request) error {
	if stage(c.stage.Load()) != stageReady {
		c.hold(c.respond(c.ctx, r))
		return nil
	}
	if err := c.srv.limits.admit(c, r); err != nil {
		c.sendError(err, r.stream)
		return nil
	}
	if c.out.full() {
		c.runBatch()
		c.flush()
		if err := c.out.wait(c.ctx); err != nil {
			c.srv.limits.done(c, r)
			return err
		}
	}
	if c.isBrisk(r) {
		c.join(r)
		return nil
	}
	c.inPool(r)
	return nil
}

// inPool has requests answered by one worker of the pool.
func (c *conn) inPool(requests ...*request) {
	c.inFlight.Add(1)
	c.srv.pool.run(task{c: c, requests: requests, queued: time.Now()})
}

// run answers requests in the pool, one after the other.
func (c *conn) run(requests []*request, queued time.Time) {
	defer c.inFlight.Done()
	if timeout := c.srv.cfg.RequestTimeout; timeout > 0 && time.Since(queued) > timeout {
		for _, r := range requests {
			c.sendError(cqlerr.New(cqlerr.Overloaded, "Query timed out before it could start"), r.stream)
			c.srv.limits.done(c, r)
		}
		return
	}
	c.respondAll(requests, c.push)
}

func (c *conn) checkStage(r *request) error {
	switch stage(c.stage.Load()) {
	case stageEstablished:
		if r.row.op != opStartup && r.row.op != opOptions {
			return cqlerr.Protocol("Unexpected message %s, expecting STARTUP or OPTIONS", r.row.name)
		}
	case stageAuthenticating:
		if r.row.op == opCredentials {
			return cqlerr.Protocol("Unsupported message")
		}
		if r.row.op != opAuthResponse {
			return cqlerr.Protocol("Unexpected message %s, expecting SASL_RESPONSE", r.row.name)
		}
	case stageReady:
		if r.row.op == opStartup {
			return cqlerr.Protocol("Unexpected message STARTUP, the connection is already initialized")
		}
	}
	return nil
}

// sendError answers with an error in the connection's version.
func (c *conn) sendError(e *cqlerr.Error, stream int16) {
	if e.Code == cqlerr.ProtocolError {
		c.srv.logProtocolError(e.Message)
	}
	c.push(c.finish(errorResponse(e, c.protocolVersion()), stream, nil))
}

// sendErrorAs answers with an error in the given version, while the connection has none.
func (c *conn) sendErrorAs(e *cqlerr.Error, stream int16, version int) {
	resp := errorResponse(e, version)
	putHeader(resp.body, version, 0, stream, resp.op)
	c.push(resp)
}

// extendDeadline gives the peer time for its next bytes: the handshake timeout until it is ready, then the idle timeout.
func (c *conn) extendDeadline() {
	switch idle := c.srv.cfg.IdleTimeout; {
	case stage(c.stage.Load()) != stageReady:
		if c.readUntil.IsZero() {
			c.readUntil = c.info.since.Add(c.srv.cfg.HandshakeTimeout)
			_ = c.nc.SetReadDeadline(c.readUntil)
		}
	case idle > 0:
		_ = c.nc.SetReadDeadline(time.Now().Add(idle))
	case !c.readUntil.IsZero():
		c.readUntil = time.Time{}
		_ = c.nc.SetReadDeadline(time.Time{})
	}
}

// reset closes with RST, as Cassandra does.
func reset(nc net.Conn) {
	inner := nc
	if t, ok := nc.(*tls.Conn); ok {
		inner = t.NetConn()
	}
	if s, ok := inner.(*sniffedConn); ok {
		inner = s.Conn
	}
	if t, ok := inner.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = inner.Close()
}
