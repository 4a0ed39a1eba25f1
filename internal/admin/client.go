package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Connection reaches one node's server. The zero value is not usable: Host and Port are needed.
type Connection struct {
	Host           string
	Port           int
	User, Password string
	// ConnectTimeout limits connecting only: some operations run for hours. 0 is 5 seconds.
	ConnectTimeout time.Duration
}

// ConnectError says that no server answered there.
type ConnectError struct {
	Address string
	Cause   error
}

// Error is nodetool's sentence in Cassandra.
func (e *ConnectError) Error() string {
	return fmt.Sprintf("Failed to connect to '%s' - %s.", e.Address, e.cause())
}

func (e *ConnectError) Unwrap() error { return e.Cause }

// cause names what happened as Java does.
func (e *ConnectError) cause() string {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(e.Cause, syscall.ECONNREFUSED):
		return "ConnectException: 'Connection refused'"
	case errors.As(e.Cause, &dns):
		return "UnknownHostException: '" + dns.Name + "'"
	case errors.As(e.Cause, &timeout) && timeout.Timeout():
		return "SocketTimeoutException: 'Connect timed out'"
	}
	return "IOException: '" + e.Cause.Error() + "'"
}

func (c *Connection) address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

// call posts a request and reads lines up to the result.
func (c *Connection) call(ctx context.Context, name string, request any, progress Progress) (json.RawMessage, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	dialer := &net.Dialer{Timeout: c.ConnectTimeout}
	if dialer.Timeout == 0 {
		dialer.Timeout = 5 * time.Second
	}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.address()+"/"+name, bytes.NewReader(body))
	if err != nil {
		return nil, Usage("%v", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.User != "" {
		r.SetBasicAuth(c.User, c.Password)
	}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return nil, &ConnectError{Address: c.address(), Cause: err}
		}
		return nil, Failed("the node at %s did not answer: %v", c.address(), err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return nil, Failed("the node does not know the operation %s: it runs another version than this tool, or another program listens at %s", name, c.address())
	}
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<12))
		return nil, Usage("Failed to connect to '%s' - SecurityException: '%s'.", c.address(), strings.TrimSpace(string(text)))
	}
	return readLines(json.NewDecoder(answer.Body), progress)
}

func readLines(in *json.Decoder, progress Progress) (json.RawMessage, error) {
	for {
		var l line
		if err := in.Decode(&l); err != nil {
			return nil, Failed("the connection ended before the answer: %v", err)
		}
		switch {
		case l.Error != nil:
			return nil, l.Error
		case l.Progress != nil:
			progress(*l.Progress)
		default:
			return l.Result, nil
		}
	}
}
