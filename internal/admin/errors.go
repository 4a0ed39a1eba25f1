package admin

import (
	"errors"
	"fmt"
)

// Error is a refusal or a failure that crossed the wire.
type Error struct {
	Message string
	// IsUsage says that the operator asked for something that cannot be: nodetool then exits with 1 instead of 2.
	IsUsage bool
}

func (e *Error) Error() string { return e.Message }

// Usage makes the error of a wrong request. The message is Cassandra's where Cassandra has one.
func Usage(format string, args ...any) error {
	return &Error{Message: fmt.Sprintf(format, args...), IsUsage: true}
}

// Failed makes the error of something that the node could not do.
func Failed(format string, args ...any) error {
	return &Error{Message: fmt.Sprintf(format, args...)}
}

func toError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Message: err.Error()}
}
