package node

import (
	"context"
	"net/netip"
	"time"

	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// tracedCaller lets traced requests learn what other nodes did for them.
type tracedCaller struct {
	rpc.Caller
	self netip.AddrPort
}

// Call implements rpc.Caller.
func (c tracedCaller) Call(ctx context.Context, to netip.AddrPort, verb rpc.Verb, body []byte) ([]byte, error) {
	if sink := row.PeerTraceSink(ctx); sink != nil {
		ctx = rpc.WithTrace(ctx, "/"+c.self.String(), func(activity string, elapsed time.Duration) { sink(to, activity, elapsed) })
	}
	return c.Caller.Call(ctx, to, verb, body)
}

// messageNames are Cassandra's names of messages, where they differ from our verbs.
var messageNames = map[rpc.Verb]string{
	rpc.Read: "READ_REQ", rpc.ReadDigest: "READ_REQ", rpc.Mutate: "MUTATION_REQ", rpc.CounterMutate: "COUNTER_MUTATION_REQ",
	rpc.PaxosPrepare: "PAXOS2_PREPARE_REQ", rpc.PaxosPropose: "PAXOS2_PROPOSE_REQ", rpc.PaxosCommit: "PAXOS_COMMIT_REQ",
	rpc.BatchStore: "BATCH_STORE_REQ", rpc.BatchRemove: "BATCH_REMOVE_REQ", rpc.Truncate: "TRUNCATE_REQ",
}

// traceFor makes the handling of another node's call report to it.
func traceFor(ctx context.Context, v rpc.Verb, from string, report func(string)) context.Context {
	name := messageNames[v]
	if name == "" {
		name = string(v)
	}
	report(name + " message received from " + from)
	return row.WithTrace(ctx, report)
}
