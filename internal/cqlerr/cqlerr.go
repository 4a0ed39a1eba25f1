// Package cqlerr is the one error type that reaches a client.
//
// An Error carries the native protocol's error code, the words that Apache Cassandra 5.0.5 would use, and the typed
// details that some codes have (counts, write type, keyspace and table). It is made once, where the problem is found,
// and travels unchanged through every layer up to the server, which writes it as an ERROR frame. Errors that are not
// of this type are bugs or storage trouble; the server answers them with ServerError.
//
// Everybody imports it; it imports nothing of Alexandra.
package cqlerr

import (
	"errors"
	"fmt"
)

// Code is an error code of the native protocol, section 9 of its specification.
type Code uint32

// The codes, with the specification's names.
const (
	ServerError     Code = 0x0000
	ProtocolError   Code = 0x000A
	BadCredentials  Code = 0x0100
	UnavailableCode Code = 0x1000
	Overloaded      Code = 0x1001
	IsBootstrapping Code = 0x1002
	TruncateFailed  Code = 0x1003
	WriteTimeout    Code = 0x1100
	ReadTimeout     Code = 0x1200
	ReadFailure     Code = 0x1300
	FunctionFailure Code = 0x1400
	WriteFailure    Code = 0x1500
	CDCWriteFailure Code = 0x1600
	CASWriteUnknown Code = 0x1700
	SyntaxError     Code = 0x2000
	UnauthorizedErr Code = 0x2100
	InvalidRequest  Code = 0x2200
	ConfigError     Code = 0x2300
	AlreadyExists   Code = 0x2400
	UnpreparedErr   Code = 0x2500
)

// Error is an answer that a client gets instead of a result.
type Error struct {
	Code    Code
	Message string
	// Detail is nil or one of *Unavailable, *Timeout, *Failure, *Function, *Exists, *Unprepared: what the ERROR
	// body holds behind the message.
	Detail any
	// Warnings were collected before the error arose; they travel in the same response.
	Warnings []string
}

// Error returns the message alone.
func (e *Error) Error() string { return e.Message }

// Unavailable details code 0x1000. Consistency is the protocol's number of the level.
type Unavailable struct {
	Consistency     uint16
	Required, Alive int
}

// Timeout details codes 0x1100 and 0x1200, and 0x1700 (where WriteType is CAS).
type Timeout struct {
	Consistency        uint16
	Received, BlockFor int
	WriteType          string // SIMPLE, BATCH, UNLOGGED_BATCH, COUNTER, BATCH_LOG, CAS, VIEW, CDC; empty for reads
	DataPresent        bool   // reads only
	Contentions        int    // CAS only
}

// Failure details codes 0x1300 and 0x1500.
type Failure struct {
	Consistency        uint16
	Received, BlockFor int
	Reasons            map[string]uint16 // failing node's IP address to reason code (0 unknown, 1 tombstones, 2 timeout, ...)
	WriteType          string
	DataPresent        bool
}

// Function details code 0x1400.
type Function struct {
	Keyspace, Name string
	ArgTypes       []string
}

// Exists details code 0x2400; Table is empty when the keyspace exists already.
type Exists struct{ Keyspace, Table string }

// Unprepared details code 0x2500.
type Unprepared struct{ ID []byte }

// New makes an Error of any code.
func New(code Code, format string, args ...any) *Error {
	msg := format
	if len(args) > 0 {
		msg = fmt.Sprintf(format, args...)
	}
	return &Error{Code: code, Message: msg}
}

// Syntax is 0x2000, for text that is not CQL.
func Syntax(format string, args ...any) *Error { return New(SyntaxError, format, args...) }

// Invalid is 0x2200, for a statement that cannot be executed as it stands.
func Invalid(format string, args ...any) *Error { return New(InvalidRequest, format, args...) }

// Unauthorized is 0x2100, for a role that lacks a permission or a datacenter.
func Unauthorized(format string, args ...any) *Error { return New(UnauthorizedErr, format, args...) }

// Config is 0x2300, for schema options that cannot be.
func Config(format string, args ...any) *Error { return New(ConfigError, format, args...) }

// Protocol is 0x000A, for a message that breaks the native protocol.
func Protocol(format string, args ...any) *Error { return New(ProtocolError, format, args...) }

// Server is 0x0000, for trouble of the node's own.
func Server(format string, args ...any) *Error { return New(ServerError, format, args...) }

// Credentials is 0x0100, for a refused login.
func Credentials(format string, args ...any) *Error { return New(BadCredentials, format, args...) }

// KeyspaceExists is 0x2400 for CREATE KEYSPACE.
func KeyspaceExists(keyspace string) *Error {
	e := New(AlreadyExists, "Cannot add existing keyspace %q", keyspace)
	e.Detail = &Exists{Keyspace: keyspace}
	return e
}

// TableExists is 0x2400 for CREATE TABLE and CREATE MATERIALIZED VIEW.
func TableExists(keyspace, table string) *Error {
	e := New(AlreadyExists, "Cannot add already existing table %q to keyspace %q", table, keyspace)
	e.Detail = &Exists{Keyspace: keyspace, Table: table}
	return e
}

// As finds the Error in err's chain; nil when there is none.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is says whether err is an Error of this code.
func Is(err error, code Code) bool {
	e := As(err)
	return e != nil && e.Code == code
}
