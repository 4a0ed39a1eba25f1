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

// decodeRegister reads the kinds of event as eventKind bits.
func decodeRegister(d *decoder) any {
	var kinds eventKind
	for _, n := range d.stringList() {
		n = strings.ToUpper(n)
		k, ok := eventKinds[n]
		switch {
		case !ok:
			d.fail(cqlerr.Protocol("Invalid value '%s' for Type", n))
		case k.since > d.version:
			d.fail(cqlerr.Protocol("Event %s not valid for protocol version %s", n, versionName(d.version)))
		}
		kinds |= k.kind
	}
	return kinds
}

// handleRegister adds to the events that this connection is told of.
func handleRegister(_ context.Context, c *conn, r *request) (*response, error) {
	c.registered.Or(uint32(r.message.(eventKind)))
	return newResponse(opReady), nil
}
