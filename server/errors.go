package server

import (
	"net/netip"
	"sort"

	"alexandra/internal/cqlerr"
)

// errorEncoding says how the details of a code follow its message, and what the code becomes for older versions.
type errorEncoding struct {
	append func(b []byte, e *cqlerr.Error, version int) []byte
	// since is the first version that knows the code; below it instead is sent, whose details are encoded in its place.
	since   int
	instead cqlerr.Code
}

// errorEncodings has a row for every code with details. Other codes are a code and a message.
var errorEncodings = map[cqlerr.Code]errorEncoding{
	cqlerr.UnavailableCode: {append: appendUnavailable},
	cqlerr.WriteTimeout:    {append: appendWriteTimeout},
	cqlerr.ReadTimeout:     {append: appendReadTimeout},
	cqlerr.ReadFailure:     {append: appendReadFailure, since: 4, instead: cqlerr.ReadTimeout},
	cqlerr.WriteFailure:    {append: appendWriteFailure, since: 4, instead: cqlerr.WriteTimeout},
	cqlerr.FunctionFailure: {append: appendFunction, since: 4, instead: cqlerr.InvalidRequest},
	cqlerr.CDCWriteFailure: {since: 4, instead: cqlerr.InvalidRequest},
	cqlerr.CASWriteUnknown: {append: appendCASUnknown, since: 5, instead: cqlerr.WriteTimeout},
	cqlerr.AlreadyExists:   {append: appendExists},
	cqlerr.UnpreparedErr:   {append: appendUnprepared},
}

// errorResponse encodes an error for a client of that version.
func errorResponse(e *cqlerr.Error, version int) *response {
	code := e.Code
	enc := errorEncodings[code]
	message := e.Message
	if enc.since > version {
		code = enc.instead
		enc = errorEncodings[code]
		if e.Code == cqlerr.FunctionFailure {
			message = "ERROR FUNCTION_FAILURE: " + message
		}
	}
	r := newResponse(opError)
	r.body = appendString(appendInt(r.body, int(code)), message)
	if enc.append != nil {
		r.body = enc.append(r.body, e, version)
	}
	r.warnings = e.Warnings
	return r
}

func appendUnavailable(b []byte, e *cqlerr.Error, _ int) []byte {
	d, _ := e.Detail.(*cqlerr.Unavailable)
	if d == nil {
		d = &cqlerr.Unavailable{}
	}
	return appendInt(appendInt(appendShort(b, int(d.Consistency)), d.Required), d.Alive)
}

// timeoutOf reads the details of a timeout or, for clients that know no failures, of a failure.
func timeoutOf(e *cqlerr.Error) cqlerr.Timeout {
	switch d := e.Detail.(type) {
	case *cqlerr.Timeout:
		return *d
	case *cqlerr.Failure:
		return cqlerr.Timeout{
			Consistency: d.Consistency, Received: d.Received, BlockFor: d.BlockFor, WriteType: d.WriteType, DataPresent: d.DataPresent,
		}
	}
	return cqlerr.Timeout{}
}

func appendCounts(b []byte, consistency uint16, received, blockFor int) []byte {
	return appendInt(appendInt(appendShort(b, int(consistency)), received), blockFor)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendWriteTimeout(b []byte, e *cqlerr.Error, version int) []byte {
	d := timeoutOf(e)
	writeType := d.WriteType
	if e.Code == cqlerr.CASWriteUnknown {
		writeType = "CAS"
	}
	b = appendString(appendCounts(b, d.Consistency, d.Received, d.BlockFor), writeType)
	if version >= 5 && writeType == "CAS" {
		b = appendShort(b, d.Contentions)
	}
	return b
}

func appendReadTimeout(b []byte, e *cqlerr.Error, _ int) []byte {
	d := timeoutOf(e)
	return appendBool(appendCounts(b, d.Consistency, d.Received, d.BlockFor), d.DataPresent)
}

func appendFailures(b []byte, d *cqlerr.Failure, version int) []byte {
	b = appendInt(appendCounts(b, d.Consistency, d.Received, d.BlockFor), len(d.Reasons))
	if version < 5 {
		return b
	}
	nodes := make([]string, 0, len(d.Reasons))
	for n := range d.Reasons {
		nodes = append(nodes, n)
	}
	sort.Strings(nodes)
	for _, n := range nodes {
		addr, _ := netip.ParseAddr(n)
		b = appendShort(appendInetAddr(b, addr), int(d.Reasons[n]))
	}
	return b
}

func failureOf(e *cqlerr.Error) *cqlerr.Failure {
	if d, ok := e.Detail.(*cqlerr.Failure); ok {
		return d
	}
	return &cqlerr.Failure{}
}

func appendReadFailure(b []byte, e *cqlerr.Error, version int) []byte {
	d := failureOf(e)
	return appendBool(appendFailures(b, d, version), d.DataPresent)
}

func appendWriteFailure(b []byte, e *cqlerr.Error, version int) []byte {
	d := failureOf(e)
	return appendString(appendFailures(b, d, version), d.WriteType)
}

func appendFunction(b []byte, e *cqlerr.Error, _ int) []byte {
	d, _ := e.Detail.(*cqlerr.Function)
	if d == nil {
		d = &cqlerr.Function{}
	}
	return appendStringList(appendString(appendString(b, d.Keyspace), d.Name), d.ArgTypes)
}

func appendCASUnknown(b []byte, e *cqlerr.Error, _ int) []byte {
	d := timeoutOf(e)
	return appendCounts(b, d.Consistency, d.Received, d.BlockFor)
}

func appendExists(b []byte, e *cqlerr.Error, _ int) []byte {
	d, _ := e.Detail.(*cqlerr.Exists)
	if d == nil {
		d = &cqlerr.Exists{}
	}
	return appendString(appendString(b, d.Keyspace), d.Table)
}

func appendUnprepared(b []byte, e *cqlerr.Error, _ int) []byte {
	d, _ := e.Detail.(*cqlerr.Unprepared)
	if d == nil {
		d = &cqlerr.Unprepared{}
	}
	return appendShortBytes(b, d.ID)
}
