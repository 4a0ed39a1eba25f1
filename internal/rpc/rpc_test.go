package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"alexandra/internal/cqlerr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, h Handlers, options ...func(*ServerConfig)) (netip.AddrPort, func()) {
	t.Helper()
	cfg := ServerConfig{Handlers: h}
	for _, o := range options {
		o(&cfg)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := NewServer(cfg)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	return l.Addr().(*net.TCPAddr).AddrPort(), func() {
		s.Stop()
		require.NoError(t, <-done)
	}
}

func client(t *testing.T) *Client {
	t.Helper()
	c := NewClient(ClientConfig{Dial: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", to.String())
	}})
	t.Cleanup(c.Close)
	return c
}

func TestCalls(t *testing.T) {
	timeout := cqlerr.New(cqlerr.WriteTimeout, "late")
	timeout.Detail = &cqlerr.Timeout{Consistency: 4, Received: 1, BlockFor: 2, WriteType: "COUNTER"}
	to, stop := serve(t, Handlers{
		Ping:          func(_ context.Context, b []byte) ([]byte, error) { return b, nil },
		Mutate:        func(context.Context, []byte) ([]byte, error) { return nil, Failed(ReasonTombstones, "too many") },
		CounterMutate: func(context.Context, []byte) ([]byte, error) { return nil, timeout },
		Read:          func(context.Context, []byte) ([]byte, error) { panic("bug") },
		Truncate:      func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() },
	})
	c := client(t)
	big := make([]byte, 5<<20)
	for _, body := range [][]byte{nil, []byte("x"), big} {
		out, err := c.Call(t.Context(), to, Ping, body)
		require.NoError(t, err)
		require.Len(t, out, len(body))
	}
	var e *Error
	_, err := c.Call(t.Context(), to, Mutate, nil)
	require.ErrorAs(t, err, &e)
	require.Equal(t, &Error{Reason: ReasonTombstones, Message: "too many"}, e)
	_, err = c.Call(t.Context(), to, CounterMutate, nil)
	require.Equal(t, timeout, cqlerr.As(err), "a client's error arrives whole")
	_, err = c.Call(t.Context(), to, Read, nil)
	require.EqualError(t, err, "internal error", "a panic costs one request")
	_, err = c.Call(t.Context(), to, Hint, nil)
	require.EqualError(t, err, "verb Hint is not served here")

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = c.Call(ctx, to, Truncate, nil)
	require.Error(t, err)
	require.False(t, errors.As(err, &e), "silence is not an answer")

	stop()
	_, err = c.Call(t.Context(), to, Ping, nil)
	require.True(t, IsUnreachable(err), "%v", err)
	c.Forget(to)
	c.Up(to)
	c.Close()
	_, err = c.Call(t.Context(), to, Ping, nil)
	require.ErrorIs(t, err, errClosed)
}

// TestRetire: calls under way get their answers, and the next one has a connection of its own.
func TestRetire(t *testing.T) {
	started, finish := make(chan bool, 2), make(chan bool)
	wait := func(_ context.Context, b []byte) ([]byte, error) {
		started <- true
		<-finish
		return b, nil
	}
	to, stop := serve(t, Handlers{Mutate: wait, Truncate: wait, Ping: func(_ context.Context, b []byte) ([]byte, error) { return b, nil }})
	defer stop()
	c := client(t)
	results := make(chan error, 2)
	for _, verb := range []Verb{Mutate, Truncate} { // one on the stream of frequent calls, one beside it
		go func() {
			out, err := c.Call(t.Context(), to, verb, []byte(verb))
			if err == nil && string(out) != string(verb) {
				err = errors.New("answer of another call")
			}
			results <- err
		}()
		<-started
	}
	c.Retire(to)
	c.Retire(to)
	_, err := c.Call(t.Context(), to, Ping, nil)
	require.NoError(t, err)
	require.Len(t, c.retiring, 1)
	close(finish)
	for range 2 {
		require.NoError(t, <-results)
	}
	require.Empty(t, c.retiring)
	c.Retire(to)
	require.Empty(t, c.conns)
	require.Empty(t, c.retiring)
}

func FuzzDecodeAnswer(f *testing.F) {
	f.Add(frame([]byte("x")))
	f.Add(encodeError(Failed(1, "x")))
	f.Add(encodeError(&cqlerr.Error{Code: cqlerr.UnavailableCode, Detail: &cqlerr.Unavailable{Required: 1}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := decodeAnswer(b)
		if err == nil {
			require.Equal(t, b, frame(out))
		}
	})
}

// TestTraces: what a peer does for a traced call comes back with its answer or error, in bounds.
func TestTraces(t *testing.T) {
	type reportKey struct{}
	report := func(ctx context.Context, v Verb, caller string, report func(string)) context.Context {
		report(string(v) + " from " + caller)
		return context.WithValue(ctx, reportKey{}, report)
	}
	handle := func(ctx context.Context, body []byte) ([]byte, error) {
		if report, ok := ctx.Value(reportKey{}).(func(string)); ok {
			for range len(body) {
				report(strings.Repeat("x", 300))
			}
		}
		return nil, Failed(ReasonUnknown, "no")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := NewServer(ServerConfig{Handlers: Handlers{Ping: handle}, Trace: report})
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	defer func() { s.Stop(); require.NoError(t, <-done) }()
	c, to := client(t), l.Addr().(*net.TCPAddr).AddrPort()
	for n, want := range map[int]int{0: 2, 1: 3, 1000: maxEvents} {
		var events []string
		ctx := WithTrace(t.Context(), "/me", func(activity string, elapsed time.Duration) {
			require.GreaterOrEqual(t, elapsed, time.Duration(0))
			require.LessOrEqual(t, len(activity), maxActivity)
			events = append(events, activity)
		})
		_, err := c.Call(ctx, to, Ping, make([]byte, n))
		require.EqualError(t, err, "no")
		require.Len(t, events, want)
		require.Equal(t, "Ping from /me", events[0])
	}
	_, err = c.Call(t.Context(), to, Ping, make([]byte, 3))
	require.EqualError(t, err, "no")
}

// TestManyCalls: calls on the stream get their own answers, whatever the order, and a peer that stops fails those under way.
func TestManyCalls(t *testing.T) {
	release := make(chan struct{})
	together := 0
	var mu sync.Mutex
	to, stop := serve(t, Handlers{
		Mutate: func(_ context.Context, b []byte) ([]byte, error) { return b, nil },
		Read: func(ctx context.Context, b []byte) ([]byte, error) {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return b, ctx.Err()
		},
		ReadDigest: func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() },
	}, func(c *ServerConfig) {
		c.Together = func(ctx context.Context) (context.Context, func() error) {
			mu.Lock()
			defer mu.Unlock()
			together++
			return ctx, func() error { return nil }
		}
	})
	c := client(t)
	var g sync.WaitGroup
	read := make(chan error, 1)
	g.Go(func() {
		_, err := c.Call(t.Context(), to, Read, []byte("slow"))
		read <- err
	})
	for i := range 64 {
		g.Go(func() {
			for j := range 50 {
				body := fmt.Appendf(nil, "%d/%d", i, j)
				out, err := c.Call(t.Context(), to, Mutate, body)
				if string(out) != string(body) || err != nil {
					t.Errorf("%q for %q, %v", out, body, err)
				}
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := c.Call(ctx, to, Read, nil)
	require.Equal(t, codes.DeadlineExceeded, status.Code(err))
	require.Empty(t, read, "an answer that nobody sent")
	close(release)
	g.Wait()
	require.NoError(t, <-read)
	require.Positive(t, together)

	stopped := make(chan error, 1)
	go func() {
		_, err := c.Call(t.Context(), to, ReadDigest, nil)
		stopped <- err
	}()
	_, err = c.Call(t.Context(), to, Mutate, nil) // the stream works, and the read is on its way
	require.NoError(t, err)
	stop()
	require.True(t, IsUnreachable(<-stopped))
}

func FuzzCalls(f *testing.F) {
	call := record{id: 7, timeout: time.Second, verb: Mutate, body: []byte("x")}
	f.Add(call.appendCall((&record{id: 1, verb: Read}).appendCall(nil)))
	f.Add((&record{id: 1, outcome: timedOut}).appendAnswer(nil))
	f.Fuzz(func(t *testing.T, message []byte) {
		var again []byte
		r := recordReader{b: message}
		for c, ok := r.call(); ok; c, ok = r.call() {
			again = c.appendCall(again)
		}
		if r.err == nil {
			back := recordReader{b: again}
			for _, ok := back.call(); ok; _, ok = back.call() {
			}
			require.NoError(t, back.err)
		}
		r = recordReader{b: message}
		for _, ok := r.answer(); ok; _, ok = r.answer() {
		}
	})
}
