package rpc

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// A traced call carries the caller's name as metadata; what the peer did for it comes back behind the answer.
const (
	traceKey  = "trace"
	eventsKey = "events-bin"
)

// Bounds of what a peer reports: metadata is no place for much.
const (
	maxEvents   = 50
	maxActivity = 200
)

type tracerKey struct{}

type tracer struct {
	caller string
	sink   func(activity string, elapsed time.Duration)
}

// WithTrace makes calls report what peers did for them: sink gets each activity and how long after the call's arrival
// it was. caller is this node's name for the peer.
func WithTrace(ctx context.Context, caller string, sink func(activity string, elapsed time.Duration)) context.Context {
	return context.WithValue(ctx, tracerKey{}, &tracer{caller, sink})
}

func isTraced(ctx context.Context) bool { return ctx.Value(tracerKey{}) != nil }

// traceCall prepares a call; done hands over what came back.
func traceCall(ctx context.Context) (traced context.Context, options []grpc.CallOption, done func()) {
	t, ok := ctx.Value(tracerKey{}).(*tracer)
	if !ok {
		return ctx, nil, func() {}
	}
	var trailer metadata.MD
	return metadata.AppendToOutgoingContext(ctx, traceKey, t.caller), []grpc.CallOption{grpc.Trailer(&trailer)}, func() {
		for _, event := range trailer.Get(eventsKey) {
			if len(event) >= 8 {
				t.sink(event[8:], time.Duration(binary.BigEndian.Uint64([]byte(event))))
			}
		}
	}
}

// recorder collects what a handler does for a traced call.
type recorder struct {
	start  time.Time
	mu     sync.Mutex
	events []string
}

func (r *recorder) add(activity string) {
	if len(activity) > maxActivity {
		activity = activity[:maxActivity]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) < maxEvents {
		elapsed := binary.BigEndian.AppendUint64(nil, uint64(max(0, time.Since(r.start))))
		r.events = append(r.events, string(elapsed)+activity)
	}
}

// traceHandler prepares the handling of a call; done sends what was recorded.
func (s *Server) traceHandler(ctx context.Context, v Verb) (traced context.Context, done func()) {
	md, _ := metadata.FromIncomingContext(ctx)
	caller := md.Get(traceKey)
	if len(caller) == 0 || s.config.Trace == nil {
		return ctx, func() {}
	}
	r := &recorder{start: time.Now()}
	return s.config.Trace(ctx, v, caller[0], r.add), func() {
		r.add("Enqueuing response to " + caller[0])
		r.mu.Lock()
		defer r.mu.Unlock()
		_ = grpc.SetTrailer(ctx, metadata.MD{eventsKey: r.events})
	}
}
