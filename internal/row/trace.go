package row

import (
	"context"
	"net/netip"
	"time"
)

type (
	traceKey     struct{}
	peerTraceKey struct{}
)

// WithTrace makes the coordinator and the storage report what they do for a request to sink. Sink must be safe for
// concurrent use.
func WithTrace(ctx context.Context, sink func(activity string)) context.Context {
	return context.WithValue(ctx, traceKey{}, sink)
}

// TraceSink returns the sink that WithTrace put in, or nil: callers that must format text ask first.
func TraceSink(ctx context.Context) func(activity string) {
	sink, _ := ctx.Value(traceKey{}).(func(activity string))
	return sink
}

// PeerTrace gets what another node did for a request, and how long after the message's arrival there.
type PeerTrace func(peer netip.AddrPort, activity string, elapsed time.Duration)

// WithPeerTrace makes what other nodes do for a request known to sink, as WithTrace does for this node.
func WithPeerTrace(ctx context.Context, sink PeerTrace) context.Context {
	return context.WithValue(ctx, peerTraceKey{}, sink)
}

// PeerTraceSink returns the sink that WithPeerTrace put in, or nil.
func PeerTraceSink(ctx context.Context) PeerTrace {
	sink, _ := ctx.Value(peerTraceKey{}).(PeerTrace)
	return sink
}

// KeepTrace makes what is done with ctx, and outlives the request, known to the sinks of from.
func KeepTrace(ctx, from context.Context) context.Context {
	if sink := TraceSink(from); sink != nil {
		ctx = WithTrace(ctx, sink)
	}
	if sink := PeerTraceSink(from); sink != nil {
		ctx = WithPeerTrace(ctx, sink)
	}
	return ctx
}
