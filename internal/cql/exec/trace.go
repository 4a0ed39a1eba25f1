package exec

import (
	"context"
	"encoding/binary"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
)

// Trace collects what a traced request did. The server makes one with StartTrace for each request with the tracing flag
// and sends its ID with the answer; the executor writes it to system_traces when the request is done.
type Trace struct {
	ID    uuid.UUID
	Start time.Time

	session *Session
	mu      sync.Mutex
	events  []traceEvent
}

type traceEvent struct {
	id       [16]byte
	source   netip.AddrPort
	thread   string
	activity string
	elapsed  time.Duration
}

// maxTraceEvents bounds the memory of one trace.
const maxTraceEvents = 10000

// traceTTL is trace_type_query_ttl in seconds.
const traceTTL = 86400

// StartTrace begins a trace.
func (e *Executor) StartTrace(s *Session) *Trace {
	return &Trace{ID: e.uuids.next(), Start: e.Clock.Now(), session: s}
}

// beginTrace makes everything below report to the trace; ctx is unchanged when t is nil.
func (e *Executor) beginTrace(ctx context.Context, t *Trace) context.Context {
	if t == nil {
		return ctx
	}
	ctx = row.WithTrace(ctx, func(activity string) {
		t.add(traceEvent{e.uuids.next(), e.Address, "Native-Transport-Requests-1", activity, e.Clock.Now().Sub(t.Start)})
	})
	return row.WithPeerTrace(ctx, func(peer netip.AddrPort, activity string, elapsed time.Duration) {
		t.add(traceEvent{e.uuids.next(), peer, "Messaging-EventLoop-1", activity, elapsed})
	})
}

func (t *Trace) add(event traceEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events) < maxTraceEvents {
		t.events = append(t.events, event)
	}
}

// traceActivity reports an event when the request is traced.
func traceActivity(ctx context.Context, activity string) {
	if sink := row.TraceSink(ctx); sink != nil {
		sink(activity)
	}
}

// traceParsing reports that a statement is looked at.
func traceParsing(ctx context.Context, query string) {
	if sink := row.TraceSink(ctx); sink != nil {
		sink("Parsing " + masked(query))
	}
}

// traced is what the session row of a trace says of the request.
type traced struct {
	request    string
	parameters [][2]string
}

// traceOptions are the options of a request as its trace shows them.
func traceOptions(o *Options, paged bool) [][2]string {
	serial := o.Serial
	if serial == 0 {
		serial = row.Serial
	}
	out := [][2]string{{"consistency_level", o.Consistency.String()}, {"serial_consistency_level", serial.String()}}
	if paged && o.PageSize > 0 {
		out = append(out, [2]string{"page_size", strconv.Itoa(o.PageSize)})
	}
	return out
}

// maxTracedValue is how much of a bound value a trace shows.
const maxTracedValue = 1000

// traceExecute describes an EXECUTE with its bound values.
func traceExecute(p *preparedStatement, o *Options) traced {
	out := append(traceOptions(o, true), [2]string{"query", masked(p.query)})
	for i, v := range p.statement.BindVariables() {
		if i >= len(o.Values) || o.Names != nil || v.Type == nil {
			break
		}
		text := "<unset>"
		if !o.Values[i].Unset {
			text = v.Type.Format(o.Values[i].Bytes)
		}
		if len(text) > maxTracedValue {
			text = text[:maxTracedValue] + "..."
		}
		out = append(out, [2]string{"bound_var_" + strconv.Itoa(i) + "_" + v.Name, text})
	}
	return traced{"Execute CQL3 prepared query", out}
}

// endTrace writes the trace in the background. describe is called for a traced request only.
func (e *Executor) endTrace(t *Trace, describe func() traced) {
	if t == nil {
		return
	}
	what := describe()
	duration := e.Clock.Now().Sub(t.Start)
	t.mu.Lock()
	events := t.events
	t.mu.Unlock()
	e.background.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), e.Settings.WriteRequestTimeout)
		defer cancel()
		for _, event := range events {
			e.writeTraceEvent(ctx, t, event)
		}
		e.writeTraceSession(ctx, t, what, duration)
	})
}

const (
	insertTraceEvent = "INSERT INTO system_traces.events (session_id, event_id, activity, source, source_elapsed, source_port, thread) " +
		"VALUES (?, ?, ?, ?, ?, ?, ?) USING TTL ?"
	insertTraceSession = "INSERT INTO system_traces.sessions (session_id, client, command, coordinator, coordinator_port, duration, " +
		"parameters, request, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) USING TTL ?"
)

func (e *Executor) writeTraceEvent(ctx context.Context, t *Trace, event traceEvent) {
	_, err := e.Internal(ctx, insertTraceEvent, row.Any, t.ID[:], event.id[:], []byte(event.activity), event.source.Addr().Unmap().AsSlice(),
		int32Value(event.elapsed.Microseconds()), int32Value(int64(event.source.Port())), []byte(event.thread), int32Value(traceTTL))
	if err != nil {
		e.Logger.Debug("cannot write trace event", "error", err)
	}
}

func (e *Executor) writeTraceSession(ctx context.Context, t *Trace, what traced, duration time.Duration) {
	entries := make([]cqltype.Entry, 0, len(what.parameters))
	for _, p := range what.parameters {
		entries = append(entries, cqltype.Entry{Key: []byte(p[0]), Value: []byte(p[1])})
	}
	parameters := cqltype.EncodeMap(cqltype.SortMap(cqltype.Text, entries))
	_, err := e.Internal(ctx, insertTraceSession, row.Any, t.ID[:], t.session.Remote.Addr().Unmap().AsSlice(), []byte("QUERY"),
		e.Address.Addr().Unmap().AsSlice(), int32Value(int64(e.Address.Port())), int32Value(duration.Microseconds()), parameters,
		[]byte(what.request), binary.BigEndian.AppendUint64(nil, uint64(t.Start.UnixMilli())), int32Value(traceTTL))
	if err != nil {
		e.Logger.Debug("cannot write trace session", "error", err)
	}
}

func int32Value(n int64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(int32(n))) }
