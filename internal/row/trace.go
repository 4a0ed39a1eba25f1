package row

import "context"

type traceKey struct{}

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
