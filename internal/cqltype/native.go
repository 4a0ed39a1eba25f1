package cqltype

import (
	"errors"

	"alexandra/internal/cqlerr"
)

// classPrefix is the package of Cassandra's own types; class names without a
// dot are looked up in it.
const classPrefix = "org.apache.cassandra.db.marshal."

// native is what the native types have in common.
type native struct {
	kind  Kind
	class string // without classPrefix
}

func (n native) Kind() Kind        { return n.kind }
func (n native) String() string    { return n.kind.String() }
func (n native) Class() string     { return classPrefix + n.class }
func (n native) IsMultiCell() bool { return false }

// invalid is a MarshalException: what it says goes to the client.
func invalid(format string, args ...any) error {
	return cqlerr.Invalid(format, args...)
}

// final is an InvalidRequestException of Cassandra's own: like a
// MarshalException, but what reads JSON puts no words in front of it.
func final(format string, args ...any) error {
	return &finalError{cqlerr.Invalid(format, args...)}
}

type finalError struct{ err *cqlerr.Error }

func (e *finalError) Error() string { return e.err.Message }
func (e *finalError) Unwrap() error { return e.err }

// PlainJSON is an error of FromJSON that goes to the client as it is; nil for others.
func PlainJSON(err error) *cqlerr.Error {
	var plain *finalError
	if errors.As(err, &plain) {
		return plain.err
	}
	return nil
}

// WrapJSON is err as INSERT JSON reports it for a column.
func WrapJSON(column string, err error) error {
	if plain := PlainJSON(err); plain != nil {
		return plain
	}
	var known *cqlerr.Error
	if errors.As(err, &known) && known.Code != cqlerr.InvalidRequest {
		return known
	}
	return cqlerr.Invalid("Error decoding JSON value for %s: %s", column, err)
}
