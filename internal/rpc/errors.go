package rpc

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"alexandra/internal/cqlerr"
)

// Reasons why a replica failed, numbered as in READ_FAILURE and WRITE_FAILURE.
const (
	ReasonUnknown            uint16 = 0
	ReasonTombstones         uint16 = 1
	ReasonTimeout            uint16 = 2
	ReasonIncompatibleSchema uint16 = 3
	ReasonReadSize           uint16 = 4
	ReasonNodeDown           uint16 = 5
	ReasonIndexNotAvailable  uint16 = 6
)

// Error is what a peer answered instead of a body.
type Error struct {
	Reason  uint16
	Message string
	// Client is set when the peer made an error for the client; it is passed on as it is.
	Client *cqlerr.Error
}

// Error is the peer's message.
func (e *Error) Error() string { return e.Message }

// Unwrap makes cqlerr.As find the client's error.
func (e *Error) Unwrap() error {
	if e.Client == nil {
		return nil
	}
	return e.Client
}

// Failed makes an Error with a reason.
func Failed(reason uint16, format string, args ...any) *Error {
	return &Error{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// Answers start with one of these bytes.
const (
	answerOK byte = iota
	answerError
)

// wireError is the JSON form of an Error: errors are rare, and their details may grow.
type wireError struct {
	Reason  uint16
	Message string
	Client  *wireClient `json:",omitempty"`
}

type wireClient struct {
	Code        cqlerr.Code
	Message     string
	Warnings    []string            `json:",omitempty"`
	Unavailable *cqlerr.Unavailable `json:",omitempty"`
	Timeout     *cqlerr.Timeout     `json:",omitempty"`
	Failure     *cqlerr.Failure     `json:",omitempty"`
	Function    *cqlerr.Function    `json:",omitempty"`
	Exists      *cqlerr.Exists      `json:",omitempty"`
}

func encodeError(err error) []byte {
	w := wireError{Message: err.Error()}
	var e *Error
	if errors.As(err, &e) {
		w.Reason = e.Reason
	}
	if c := cqlerr.As(err); c != nil {
		w.Client = encodeClient(c)
	}
	out, jsonErr := json.Marshal(w)
	if jsonErr != nil {
		out = []byte("{}")
	}
	return append([]byte{answerError}, out...)
}

func encodeClient(c *cqlerr.Error) *wireClient {
	w := &wireClient{Code: c.Code, Message: c.Message, Warnings: c.Warnings}
	switch d := c.Detail.(type) {
	case *cqlerr.Unavailable:
		w.Unavailable = d
	case *cqlerr.Timeout:
		w.Timeout = d
	case *cqlerr.Failure:
		w.Failure = d
	case *cqlerr.Function:
		w.Function = d
	case *cqlerr.Exists:
		w.Exists = d
	}
	return w
}

// decodeAnswer takes an answer apart; bytes that are no answer are an error too.
func decodeAnswer(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, Failed(ReasonUnknown, "empty answer")
	}
	switch b[0] {
	case answerOK:
		return b[1:], nil
	case answerError:
		var w wireError
		if err := json.Unmarshal(b[1:], &w); err != nil {
			return nil, Failed(ReasonUnknown, "malformed error answer")
		}
		return nil, w.decode()
	}
	return nil, Failed(ReasonUnknown, "malformed answer")
}

func (w wireError) decode() *Error {
	e := &Error{Reason: w.Reason, Message: w.Message}
	c := w.Client
	if c == nil {
		return e
	}
	e.Client = &cqlerr.Error{Code: c.Code, Message: c.Message, Warnings: c.Warnings}
	switch {
	case c.Unavailable != nil:
		e.Client.Detail = c.Unavailable
	case c.Timeout != nil:
		e.Client.Detail = c.Timeout
	case c.Failure != nil:
		e.Client.Detail = c.Failure
	case c.Function != nil:
		e.Client.Detail = c.Function
	case c.Exists != nil:
		e.Client.Detail = c.Exists
	}
	return e
}

// frame puts the OK mark before a body.
func frame(body []byte) []byte {
	return append(append(make([]byte, 0, len(body)+1), answerOK), body...)
}

// Broadcast bodies may start with an epoch; these two keep its form in one place.

// AppendEpoch appends a number that only grows, such as the version of an auth cache.
func AppendEpoch(dst []byte, epoch uint64) []byte { return binary.BigEndian.AppendUint64(dst, epoch) }

// Epoch reads what AppendEpoch wrote.
func Epoch(b []byte) (epoch uint64, rest []byte, ok bool) {
	if len(b) < 8 {
		return 0, nil, false
	}
	return binary.BigEndian.Uint64(b), b[8:], true
}
