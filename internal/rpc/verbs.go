// Package rpc is how a coordinator talks to other nodes: gRPC calls with raw bytes, one row of a table per verb.
//
// The bytes of a body are the caller's and the handler's business (coord encodes them with internal/row); there is no
// generated code. Short calls of the frequent verbs share one stream per peer (stream.go), since a unary call costs more than
// what most of them ask for; all others are unary. A call has the deadline of its context. A handler's error comes back as
// *Error with a reason and, for errors made for a client, the *cqlerr.Error itself. Connections are made when first needed
// and kept; listening, dialling, TLS, the check of the cluster name and injected faults belong to the transport that gossip
// owns, so that one port serves both.
//
// coord registers handlers and calls; node wires it. rpc knows neither rows nor the ring.
package rpc

import "context"

// Verb is what a node asks of another one.
type Verb string

// The verbs.
const (
	Ping            Verb = "Ping"
	Mutate          Verb = "Mutate"
	Read            Verb = "Read"
	ReadDigest      Verb = "ReadDigest"
	CounterMutate   Verb = "CounterMutate"
	Truncate        Verb = "Truncate"
	PartitionLock   Verb = "PartitionLock"
	PartitionUnlock Verb = "PartitionUnlock"
	PaxosPrepare    Verb = "PaxosPrepare"
	PaxosPropose    Verb = "PaxosPropose"
	PaxosCommit     Verb = "PaxosCommit"
	Hint            Verb = "Hint"
	BatchStore      Verb = "BatchStore"
	BatchRemove     Verb = "BatchRemove"
	SchemaPush      Verb = "SchemaPush"
	SchemaPull      Verb = "SchemaPull"
	RepairDigests   Verb = "RepairDigests"
	RepairRead      Verb = "RepairRead"
	StreamRead      Verb = "StreamRead"
	PaxosStates     Verb = "PaxosStates"
	PaxosMerge      Verb = "PaxosMerge"
	RingSettle      Verb = "RingSettle"
	RingRestore     Verb = "RingRestore"
	HintStore       Verb = "HintStore"
	AuthInvalidate  Verb = "AuthInvalidate"
	Admin           Verb = "Admin"
)

// verbs lists them all: a verb that is not here cannot be served or called.
var verbs = [...]Verb{
	Admin, AuthInvalidate, BatchRemove, BatchStore, CounterMutate, Hint, HintStore, Mutate, PartitionLock, PartitionUnlock, PaxosCommit,
	PaxosMerge, PaxosPrepare, PaxosPropose, PaxosStates, Ping, Read, ReadDigest, RepairDigests, RepairRead, RingRestore, RingSettle, SchemaPull, SchemaPush,
	StreamRead, Truncate,
}

// Handler serves one verb. It may keep body. It must be safe for concurrent use and must not panic on any body.
type Handler func(ctx context.Context, body []byte) ([]byte, error)

// Handlers is what a node serves; verbs without a handler are answered with an error.
type Handlers map[Verb]Handler
