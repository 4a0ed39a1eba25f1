package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const service = "alexandra.Node"

// DefaultMaxMessage is the largest body of a request or an answer, in bytes.
const DefaultMaxMessage = 256 << 20

// ServerConfig is what a Server is made of.
type ServerConfig struct {
	Handlers   Handlers
	MaxMessage int // bytes; 0: DefaultMaxMessage
	Log        *slog.Logger
	// Trace makes the handling of a traced call report what it does; nil: nothing is reported.
	Trace func(ctx context.Context, v Verb, caller string, report func(activity string)) context.Context
	// Together prepares the context of several writes that are answered together; their answers wait for wait. nil: each write
	// waits for the commit log by itself.
	Together func(ctx context.Context) (together context.Context, wait func() error)
}

// Server answers calls of other nodes.
type Server struct {
	config  ServerConfig
	grpc    *grpc.Server
	workers *workers
}

// NewServer makes a server; Serve runs it.
func NewServer(c ServerConfig) *Server {
	if c.MaxMessage == 0 {
		c.MaxMessage = DefaultMaxMessage
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{config: c, workers: newWorkers()}
	s.grpc = grpc.NewServer(
		grpc.ForceServerCodecV2(bytesCodec{}),
		grpc.MaxRecvMsgSize(c.MaxMessage),
		grpc.MaxSendMsgSize(c.MaxMessage),
		grpc.InitialWindowSize(1<<20),
		grpc.InitialConnWindowSize(8<<20),
		grpc.WriteBufferSize(64<<10),
		grpc.ReadBufferSize(64<<10),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}),
	)
	desc := grpc.ServiceDesc{ServiceName: service, HandlerType: (*any)(nil)}
	for _, v := range verbs {
		desc.Methods = append(desc.Methods, grpc.MethodDesc{MethodName: string(v), Handler: s.method(v)})
	}
	desc.Streams = []grpc.StreamDesc{{StreamName: streamMethod, Handler: s.serveCalls, ServerStreams: true, ClientStreams: true}}
	s.grpc.RegisterService(&desc, nil)
	return s
}

func (s *Server) method(v Verb) grpc.MethodHandler {
	return func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		var body []byte
		if err := decode(&body); err != nil {
			return nil, err
		}
		traced, done := s.traceHandler(ctx, v)
		answer, err := s.answer(traced, v, body)
		done()
		if err != nil {
			return nil, err
		}
		return &answer, nil
	}
}

// answer runs a handler; a panic in it costs the request, not the node. A handler that ran out of the caller's time has no
// answer: the caller counts it as silence, whichever of both clocks ends the call.
func (s *Server) answer(ctx context.Context, v Verb, body []byte) (answer []byte, silence error) {
	defer func() {
		if p := recover(); p != nil {
			s.config.Log.Error("handler panicked", "verb", string(v), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			answer = encodeError(Failed(ReasonUnknown, "internal error"))
		}
	}()
	h := s.config.Handlers[v]
	if h == nil {
		return encodeError(Failed(ReasonUnknown, "verb %s is not served here", v)), nil
	}
	out, err := h(ctx, body)
	if err != nil {
		s.config.Log.Debug("request of a peer failed", "verb", string(v), "error", err)
		if ended := ctx.Err(); ended != nil && errors.Is(err, ended) {
			return nil, silent(ended)
		}
		return encodeError(err), nil
	}
	return frame(out), nil
}

// silent is how a call ends without an answer: out of time, or because this server stops.
func silent(ended error) error {
	code := codes.DeadlineExceeded
	if errors.Is(ended, context.Canceled) {
		code = codes.Unavailable
	}
	return status.Error(code, ended.Error())
}

// Serve accepts connections until Stop; it returns nil then.
func (s *Server) Serve(l net.Listener) error { return s.grpc.Serve(l) }

// Stop closes all connections at once and waits for handlers to return.
func (s *Server) Stop() {
	s.grpc.Stop()
	s.workers.stop()
}
