// Package rawclient is a client of the native protocol for tests: one connection, one request at a time, every frame in
// the hands of the test. Drivers retry, reconnect and hide errors; this does not.
//
// Dial connects and, unless told otherwise, logs in. Request sends any message and returns the answer; Query, Prepare,
// Execute and Batch are its usual forms. Send, Receive and Write are for what no driver would do. Errors of the server
// are *Error. Nothing but tests imports it.
package rawclient

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/frame"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/datastax/go-cassandra-native-protocol/segment"
)

// Options say how to connect.
type Options struct {
	// User and Password log in; without User nobody does.
	User, Password string
	// Version is 3, 4 or 5; 0 is 4.
	Version int
	// TLS is how to speak TLS; nil: not at all.
	TLS *tls.Config
	// Startup are more options of STARTUP.
	Startup map[string]string
	// Bare only connects: no STARTUP, no login.
	Bare bool
	// Local is the address to connect from; empty: the system's choice.
	Local string
	// Timeout bounds every answer; 0 is 20 seconds.
	Timeout time.Duration
}

// Error is an ERROR of the server.
type Error struct {
	Code    int
	Message string
	// Full is the whole message, with the details that some errors have.
	Full message.Error
}

// Error is the code in hex and the message.
func (e *Error) Error() string { return fmt.Sprintf("0x%04X %s", e.Code, e.Message) }

// Code is the code of a server's error, or -1 for any other one.
func Code(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return -1
}

// Client is one connection. It is not safe for concurrent use.
type Client struct {
	// Conn is the connection, with TLS around it where that was asked for.
	Conn net.Conn
	// Events are the events that came so far; NextEvent waits for one.
	Events []message.Event
	// Warnings are those of the last answer.
	Warnings []string

	version primitive.ProtocolVersion
	timeout time.Duration
	stream  int16
	framed  bool
	codec   frame.Codec
	pending bytes.Buffer // unread envelopes of a segment
}

// Dial connects to address:port.
func Dial(address string, o Options) (*Client, error) {
	if o.Version == 0 {
		o.Version = 4
	}
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	dialer := net.Dialer{Timeout: o.Timeout}
	if o.Local != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(o.Local)}
	}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c := &Client{Conn: conn, version: primitive.ProtocolVersion(o.Version), timeout: o.Timeout, codec: frame.NewCodec()}
	if o.TLS != nil {
		t := tls.Client(conn, o.TLS)
		c.Conn = t
		_ = conn.SetDeadline(time.Now().Add(o.Timeout))
		if err := t.Handshake(); err != nil {
			c.Close()
			return nil, err
		}
	}
	if o.Bare {
		return c, nil
	}
	if err := c.login(o); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Client) login(o Options) error {
	answer, err := c.Startup(o.Startup)
	if err != nil {
		return err
	}
	if _, ready := answer.(*message.Ready); ready {
		return nil
	}
	if o.User == "" {
		return fmt.Errorf("the server asks for a login: %v", answer)
	}
	return c.Authenticate(o.User, o.Password)
}

// Startup sends STARTUP and goes over to segments in version 5.
func (c *Client) Startup(options map[string]string) (message.Message, error) {
	startup := message.NewStartup()
	for k, v := range options {
		startup.Options[k] = v
	}
	answer, err := c.Request(startup)
	if c.version >= primitive.ProtocolVersion5 && (err == nil || Code(err) >= 0) {
		c.framed = true
	}
	return answer, err
}

// Authenticate logs in by name and password; nil is AUTH_SUCCESS.
func (c *Client) Authenticate(user, password string) error {
	return c.Token([]byte("\x00" + user + "\x00" + password))
}

// Token sends an AUTH_RESPONSE; nil is AUTH_SUCCESS.
func (c *Client) Token(token []byte) error {
	answer, err := c.Request(&message.AuthResponse{Token: token})
	if err != nil {
		return err
	}
	if _, ok := answer.(*message.AuthSuccess); !ok {
		return fmt.Errorf("unexpected answer to AUTH_RESPONSE: %v", answer)
	}
	return nil
}

// Close ends the connection.
func (c *Client) Close() { _ = c.Conn.Close() }

// Request sends a message and returns its answer; events that come in between are kept.
func (c *Client) Request(m message.Message) (message.Message, error) {
	stream, err := c.Send(m)
	if err != nil {
		return nil, err
	}
	for {
		got, id, err := c.Receive()
		if id == stream || err != nil && id == 0 {
			return got, err
		}
		if err != nil {
			return nil, fmt.Errorf("answer for stream %d: %w", id, err)
		}
	}
}

// Send sends a message and returns the stream id that its answer will have.
func (c *Client) Send(m message.Message) (int16, error) {
	c.stream = c.stream%1000 + 1
	var envelope bytes.Buffer
	if err := c.codec.EncodeFrame(frame.NewFrame(c.version, c.stream, m), &envelope); err != nil {
		return 0, err
	}
	return c.stream, c.Write(envelope.Bytes())
}

// Write sends envelopes as they are; from STARTUP on version 5 puts them into segments.
func (c *Client) Write(envelopes []byte) error {
	_ = c.Conn.SetWriteDeadline(time.Now().Add(c.timeout))
	if !c.framed {
		_, err := c.Conn.Write(envelopes)
		return err
	}
	var out bytes.Buffer
	whole := len(envelopes) <= segment.MaxPayloadLength
	for len(envelopes) > 0 {
		n := min(len(envelopes), segment.MaxPayloadLength)
		s := &segment.Segment{Header: &segment.Header{IsSelfContained: whole}, Payload: &segment.Payload{UncompressedData: envelopes[:n]}}
		if err := segment.NewCodec().EncodeSegment(s, &out); err != nil {
			return err
		}
		envelopes = envelopes[n:]
	}
	_, err := c.Conn.Write(out.Bytes())
	return err
}

// Receive reads the next answer. An ERROR is returned as *Error, with its stream id.
func (c *Client) Receive() (message.Message, int16, error) {
	_ = c.Conn.SetReadDeadline(time.Now().Add(c.timeout))
	for {
		f, err := c.readFrame()
		if err != nil {
			return nil, 0, err
		}
		c.Warnings = f.Body.Warnings
		switch m := f.Body.Message.(type) {
		case message.Event:
			c.Events = append(c.Events, m)
		case message.Error:
			return nil, f.Header.StreamId, &Error{int(m.GetErrorCode()), m.GetErrorMessage(), m}
		default:
			return m, f.Header.StreamId, nil
		}
	}
}

func (c *Client) readFrame() (*frame.Frame, error) {
	if !c.framed {
		return c.codec.DecodeFrame(c.Conn)
	}
	for {
		if b := c.pending.Bytes(); len(b) >= 9 {
			if n := 9 + int(b[5])<<24 + int(b[6])<<16 + int(b[7])<<8 + int(b[8]); len(b) >= n {
				return c.codec.DecodeFrame(bytes.NewReader(c.pending.Next(n)))
			}
		}
		s, err := segment.NewCodec().DecodeSegment(c.Conn)
		if err != nil {
			return nil, err
		}
		c.pending.Write(s.Payload.UncompressedData)
	}
}

// NextEvent takes the oldest event, waiting up to limit for one; nil when none came.
func (c *Client) NextEvent(limit time.Duration) message.Event {
	deadline := time.Now().Add(limit)
	for len(c.Events) == 0 {
		_ = c.Conn.SetReadDeadline(deadline)
		f, err := c.readFrame()
		if err != nil {
			return nil
		}
		if e, ok := f.Body.Message.(message.Event); ok {
			c.Events = append(c.Events, e)
		}
	}
	e := c.Events[0]
	c.Events = c.Events[1:]
	return e
}

// Register asks for events of these kinds.
func (c *Client) Register(kinds ...primitive.EventType) error {
	_, err := c.Request(&message.Register{EventTypes: kinds})
	return err
}

// MustExec runs a statement that has to succeed.
func (c *Client) MustExec(t testing.TB, cql string) *Rows {
	t.Helper()
	rows, err := c.Query(cql)
	if err != nil {
		t.Fatalf("%s\n%v", cql, err)
	}
	return rows
}
