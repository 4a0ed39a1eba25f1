package server

import (
	"context"
	"strings"

	"alexandra/internal/cqlerr"
)

// eventKind is a bit for each kind of event a client may ask for.
type eventKind uint32

// The kinds of event.
const (
	topologyChange eventKind = 1 << iota
	statusChange
	schemaChange
	traceComplete // accepted, and never sent: Cassandra does not either
)

// eventKinds are the names in REGISTER, with the version that introduced them.
var eventKinds = map[string]struct {
	kind  eventKind
	since int
}{
	"TOPOLOGY_CHANGE": {topologyChange, 3},
	"STATUS_CHANGE":   {statusChange, 3},
	"SCHEMA_CHANGE":   {schemaChange, 3},
	"TRACE_COMPLETE":  {traceComplete, 4},
}

// handleRegister adds to the events that this connection is told of.
func handleRegister(_ context.Context, c *conn, r *request) (*response, error) {
	names := r.d.stringList()
	if r.d.err != nil {
		return nil, r.d.err
	}
	var kinds eventKind
	for _, n := range names {
		n = strings.ToUpper(n)
		k, ok := eventKinds[n]
		if !ok {
			return nil, cqlerr.Protocol("Invalid value '%s' for Type", n)
		}
		if k.since > r.version {
			return nil, cqlerr.Protocol("Event %s not valid for protocol version %s", n, versionName(r.version))
		}
		kinds |= k.kind
	}
	c.registered.Or(uint32(kinds))
	return newResponse(opReady), nil
}
