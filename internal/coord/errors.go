package coord

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// Write types of WRITE_TIMEOUT and WRITE_FAILURE.
const (
	typeSimple   = "SIMPLE"
	typeBatch    = "BATCH"
	typeUnlogged = "UNLOGGED_BATCH"
	typeView     = "VIEW"
	typeCounter  = "COUNTER"
	typeBatchLog = "BATCH_LOG"
	typeCAS      = "CAS"
)

func unavailable(cl row.Consistency, where string, required, alive int) error {
	e := cqlerr.New(cqlerr.UnavailableCode, "Cannot achieve consistency level %s%s", cl, where)
	e.Detail = &cqlerr.Unavailable{Consistency: uint16(cl), Required: required, Alive: alive}
	return e
}

func writeTimeout(cl row.Consistency, received, blockFor int, writeType string) error {
	received = min(received, blockFor-1)
	e := cqlerr.New(cqlerr.WriteTimeout, "Operation timed out - received only %d responses.", received)
	e.Detail = &cqlerr.Timeout{Consistency: uint16(cl), Received: received, BlockFor: blockFor, WriteType: writeType}
	return e
}

func readTimeout(cl row.Consistency, received, blockFor int, dataPresent bool) error {
	e := cqlerr.New(cqlerr.ReadTimeout, "Operation timed out - received only %d responses.", received)
	e.Detail = &cqlerr.Timeout{Consistency: uint16(cl), Received: received, BlockFor: blockFor, DataPresent: dataPresent}
	return e
}

func casTimeout(cl row.Consistency, received, blockFor, contentions int) error {
	e := cqlerr.New(cqlerr.WriteTimeout, "CAS operation timed out: received %d of %d required responses after %d contention retries",
		received, blockFor, contentions)
	e.Detail = &cqlerr.Timeout{
		Consistency: uint16(cl), Received: received, BlockFor: blockFor, WriteType: typeCAS, Contentions: contentions,
	}
	return e
}

func casUnknown(cl row.Consistency, received, blockFor int) error {
	e := cqlerr.New(cqlerr.CASWriteUnknown, "CAS operation result is unknown - proposal accepted by %d but not a quorum.", received)
	e.Detail = &cqlerr.Timeout{Consistency: uint16(cl), Received: received, BlockFor: blockFor, WriteType: typeCAS}
	return e
}

// reasons of READ_FAILURE and WRITE_FAILURE, by code.
var reasonNames = [...]string{
	"UNKNOWN", "READ_TOO_MANY_TOMBSTONES", "TIMEOUT", "INCOMPATIBLE_SCHEMA", "READ_SIZE", "NODE_DOWN",
	"INDEX_NOT_AVAILABLE", "READ_TOO_MANY_INDEXES",
}

func reasonName(code uint16) string {
	if int(code) < len(reasonNames) {
		return reasonNames[code]
	}
	return reasonNames[0]
}

// failure is one replica that answered with an error.
type failure struct {
	node   *ring.Endpoint
	reason uint16
}

// reasonOf maps a replica's error to its code; expired deadlines and broken connections are timeouts.
func reasonOf(err error) uint16 {
	var e *rpc.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return rpc.ReasonTimeout
}

// allTimeouts says whether every failed replica was merely late: then the answer is a timeout.
func allTimeouts(fs []failure) bool {
	for _, f := range fs {
		if f.reason != rpc.ReasonTimeout {
			return false
		}
	}
	return true
}

func failureText(received int, fs []failure) string {
	texts := make([]string, len(fs))
	for i, f := range fs {
		texts[i] = fmt.Sprintf("%s from %s", reasonName(f.reason), f.node)
	}
	sort.Strings(texts)
	text := fmt.Sprintf("Operation failed - received %d responses and %d failures", received, len(fs))
	if len(fs) > 0 {
		text += ": " + strings.Join(texts, ", ")
	}
	return text
}

func failureDetail(cl row.Consistency, received, blockFor int, fs []failure) *cqlerr.Failure {
	d := &cqlerr.Failure{Consistency: uint16(cl), Received: received, BlockFor: blockFor, Reasons: map[string]uint16{}}
	for _, f := range fs {
		reason := f.reason
		if int(reason) >= len(reasonNames) {
			reason = rpc.ReasonUnknown
		}
		d.Reasons[f.node.Address.Addr().String()] = reason
	}
	return d
}

func writeFailure(cl row.Consistency, received, blockFor int, fs []failure, writeType string) error {
	e := cqlerr.New(cqlerr.WriteFailure, "%s", failureText(received, fs))
	d := failureDetail(cl, received, blockFor, fs)
	d.WriteType = writeType
	e.Detail = d
	return e
}

func readFailure(cl row.Consistency, received, blockFor int, fs []failure, dataPresent bool) error {
	e := cqlerr.New(cqlerr.ReadFailure, "%s", failureText(received, fs))
	d := failureDetail(cl, received, blockFor, fs)
	d.DataPresent = dataPresent
	e.Detail = d
	return e
}
