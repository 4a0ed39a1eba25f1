package main

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// A client of native protocol version 4, as small as a login and one statement need: ccm proves with it that drivers can
// use the cluster.

const (
	protocolVersion = 4
	opError         = 0x00
	opStartup       = 0x01
	opReady         = 0x02
	opAuthenticate  = 0x03
	opQuery         = 0x07
	opResult        = 0x08
	opAuthResponse  = 0x0f
	opAuthSuccess   = 0x10
	// maxAnswer limits what is read of an answer.
	maxAnswer = 1 << 20
	// Consistency levels.
	levelAll = 0x05
	localOne = 0x0a
)

// serverError is an ERROR frame.
type serverError struct {
	code    uint32
	message string
}

func (e *serverError) Error() string { return e.message }

// session is an open connection.
type session struct{ conn net.Conn }

// login connects to a node and logs in as the superuser where the cluster asks for it.
func (c *cluster) login(ctx context.Context, n *node) (*session, error) {
	s, err := c.connect(ctx, n)
	if err != nil {
		return nil, err
	}
	if err := s.handshake(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// connect opens a connection and says nothing yet.
func (c *cluster) connect(ctx context.Context, n *node) (*session, error) {
	config, err := c.clientTLS(n)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", n.native().String())
	if err != nil {
		return nil, err
	}
	if config != nil {
		conn = tls.Client(conn, config)
	}
	return &session{conn}, nil
}

func (s *session) close() { _ = s.conn.Close() }

// startup begins the dialogue; the answer is opReady, or opAuthenticate where a login is asked for.
func (s *session) startup(ctx context.Context) (byte, error) {
	body := binary.BigEndian.AppendUint16(nil, 1)
	body = appendString(appendString(body, "CQL_VERSION"), "3.0.0")
	op, _, err := s.ask(ctx, opStartup, body)
	if err == nil && op != opReady && op != opAuthenticate {
		err = fmt.Errorf("unexpected answer 0x%02x to STARTUP", op)
	}
	return op, err
}

func (s *session) handshake(ctx context.Context) error {
	op, err := s.startup(ctx)
	if err != nil || op == opReady {
		return err
	}
	token := "\x00" + superuser + "\x00" + superuser
	body := append(binary.BigEndian.AppendUint32(nil, uint32(len(token))), token...)
	op, _, err = s.ask(ctx, opAuthResponse, body)
	if err == nil && op != opAuthSuccess {
		err = fmt.Errorf("unexpected answer 0x%02x to AUTH_RESPONSE", op)
	}
	return err
}

// query runs a statement at a consistency level and drops its rows.
func (s *session) query(ctx context.Context, cql string, level uint16) error {
	body := binary.BigEndian.AppendUint32(nil, uint32(len(cql)))
	body = append(body, cql...)
	body = append(binary.BigEndian.AppendUint16(body, level), 0)
	op, _, err := s.ask(ctx, opQuery, body)
	if err == nil && op != opResult {
		err = fmt.Errorf("unexpected answer 0x%02x to QUERY", op)
	}
	return err
}

// ask sends one frame and waits for the answer.
func (s *session) ask(ctx context.Context, op byte, body []byte) (byte, []byte, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(10 * time.Second)
	}
	_ = s.conn.SetDeadline(deadline)
	frame := []byte{protocolVersion, 0, 0, 0, op}
	frame = append(binary.BigEndian.AppendUint32(frame, uint32(len(body))), body...)
	if _, err := s.conn.Write(frame); err != nil {
		return 0, nil, err
	}
	var head [9]byte
	if _, err := io.ReadFull(s.conn, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[5:])
	if n > maxAnswer {
		return 0, nil, errors.New("the answer is too long")
	}
	answer := make([]byte, n)
	if _, err := io.ReadFull(s.conn, answer); err != nil {
		return 0, nil, err
	}
	if head[4] == opError {
		return 0, nil, readError(answer)
	}
	return head[4], answer, nil
}

func readError(b []byte) error {
	if len(b) < 6 || len(b) < 6+int(binary.BigEndian.Uint16(b[4:])) {
		return errors.New("malformed error")
	}
	return &serverError{binary.BigEndian.Uint32(b), string(b[6 : 6+binary.BigEndian.Uint16(b[4:])])}
}

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}
