package exec

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"

	"alexandra/auth"
	"alexandra/internal/clock"
	"alexandra/internal/config"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// Config is what an Executor needs. PreparedStore, Logger and Virtual may be nil.
type Config struct {
	Coordinator Coordinator
	Virtual     VirtualTables
	// Authority decides about logins and permissions; nil allows everything.
	Authority Authority
	// Auth runs the statements about roles and permissions.
	Auth  *auth.Service
	Clock clock.Clock
	// Timestamps are the default write timestamps; shared with whoever else writes on this node.
	Timestamps *clock.Timestamps
	Settings   *config.Config
	Logger     *slog.Logger
	// Prepared keeps prepared statements over a restart.
	PreparedStore PreparedStore
	// Address is this node's broadcast address and storage port, for traces.
	Address netip.AddrPort
}

// Executor runs statements for all connections of a node. It is safe for concurrent use.
type Executor struct {
	Config
	prepared  *preparedCache
	discarded discarded
	internal  *internalStatements
	uuids     *timeUUIDs
	viewed    atomic.Pointer[viewedTables]
	// background are the writes of traces and prepared statements that nobody waits for but Close.
	background sync.WaitGroup
}

// New makes an Executor.
func New(c Config) *Executor {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Timestamps == nil {
		c.Timestamps = clock.NewTimestamps(c.Clock)
	}
	e := &Executor{
		Config:   c,
		internal: newInternalStatements(),
		uuids:    newTimeUUIDs(c.Clock),
	}
	e.prepared = newPreparedCache(c.Settings.PreparedStatementsCacheSize, e.evicted)
	return e
}

// Close waits for what runs in the background. No requests may come any more.
func (e *Executor) Close() { e.background.Wait() }

// request is one QUERY, EXECUTE or BATCH under way.
type request struct {
	session *Session
	options *Options
	query   string
	schema  *schema.Schema
	// keyspace is the current one for this request; empty when there is none.
	keyspace  string
	prepared  bool
	page      *pagingState // nil on the first page
	eval      plan.EvalContext
	functions fn.Context
	warnings  []string
}

// warn adds a warning for the client.
func (q *request) warn(text string) { q.warnings = append(q.warnings, text) }

// env is what a statement of this request is bound to.
func (e *Executor) env(q *request) *plan.Env {
	return &plan.Env{Schema: q.schema, Keyspace: q.keyspace, Settings: e.Settings}
}

// newRequest checks the options that every request has.
func (e *Executor) newRequest(s *Session, query string, o *Options) (*request, error) {
	q := &request{session: s, options: o, query: query, schema: e.Coordinator.Schema(), keyspace: s.Keyspace()}
	if o.Keyspace != "" {
		if q.schema.Keyspace(o.Keyspace) == nil {
			return nil, cqlerr.Invalid("Keyspace '%s' does not exist", o.Keyspace)
		}
		q.keyspace = o.Keyspace
	}
	if o.PagingState != nil {
		page, err := decodePagingState(o.PagingState)
		if err != nil {
			return nil, err
		}
		q.page = page
	}
	now := e.Clock.Now()
	q.eval = plan.EvalContext{Time: now, NowSeconds: now.Unix(), Version: s.Version, Values: o.Values, Warn: q.warn}
	if o.HasNow {
		q.eval.NowSeconds = o.Now
	}
	q.eval.ExpiryOverflow = e.Settings.Properties.ExpirationDateOverflowPolicy
	q.functions = fn.Context{Now: now, TimeUUID: e.uuids.next, UUID: randomUUID}
	q.eval.Fn = &q.functions
	return q, nil
}

// Query parses and runs a statement.
func (e *Executor) Query(ctx context.Context, s *Session, query string, o *Options) (*Result, error) {
	ctx = e.beginTrace(ctx, o.Tracing)
	defer e.endTrace(o.Tracing, func() traced {
		return traced{"Execute CQL3 query", append(traceOptions(o, true), [2]string{"query", masked(query)})}
	})
	traceParsing(ctx, query)
	parsed, err := parse.Statement(query)
	if err != nil {
		return nil, err
	}
	traceActivity(ctx, "Preparing statement")
	q, err := e.newRequest(s, query, o)
	if err != nil {
		return nil, err
	}
	if err := e.checkLogin(ctx, s); err != nil {
		return nil, err
	}
	st, err := plan.Prepare(parsed.Statement, e.env(q))
	if err != nil {
		return nil, q.fail(err)
	}
	variables := st.BindVariables()
	q.eval.Values = orderByName(o, variables)
	if len(q.eval.Values) != len(variables) {
		return nil, cqlerr.Invalid("Invalid amount of bind variables")
	}
	result, err := e.finish(ctx, q, st)
	if err == nil && result.Rows != nil && o.SkipMetadata {
		result.Rows.NoMetadata = true
	}
	return result, err
}

// Execute runs a prepared statement.
func (e *Executor) Execute(ctx context.Context, s *Session, id []byte, o *Options) (*Result, error) {
	ctx = e.beginTrace(ctx, o.Tracing)
	p, err := e.lookUp(id)
	if err != nil {
		return nil, err
	}
	defer e.endTrace(o.Tracing, func() traced { return traceExecute(p, o) })
	q, err := e.newRequest(s, p.query, o)
	if err != nil {
		return nil, err
	}
	q.prepared = true
	if err := e.checkLogin(ctx, s); err != nil {
		return nil, err
	}
	if !p.qualified && p.keyspace != q.keyspace {
		e.warnUse(q.session, q.warn, p.keyspace, id)
	}
	q.keyspace, q.schema = p.keyspace, p.schema
	variables := p.statement.BindVariables()
	q.eval.Values = orderByName(o, variables)
	if len(q.eval.Values) != len(variables) {
		return nil, cqlerr.Invalid("there were %d markers(?) in CQL but %d bound variables", len(variables), len(q.eval.Values))
	}
	result, err := e.finish(ctx, q, p.statement)
	p.pace.note(e.Clock.Now().Sub(q.eval.Time))
	if err == nil && result.Rows != nil {
		p.describe(result.Rows, o, s.Version)
	}
	return result, err
}

// finish checks permissions and runs.
func (e *Executor) finish(ctx context.Context, q *request, st plan.Statement) (*Result, error) {
	if err := e.authorize(ctx, q, st); err != nil {
		return nil, q.fail(err)
	}
	result, err := e.run(ctx, q, st)
	if err != nil {
		return nil, q.fail(err)
	}
	result.Warnings = append(q.warnings, result.Warnings...)
	return result, nil
}

// fail puts the warnings so far into the error.
func (q *request) fail(err error) error {
	ce := cqlerr.As(err)
	if ce == nil || len(q.warnings) == 0 {
		return err
	}
	with := *ce
	with.Warnings = append(q.warnings[:len(q.warnings):len(q.warnings)], ce.Warnings...)
	return &with
}

// orderByName puts named values into the order of the markers. A marker without a value is left out, which the count
// then tells.
func orderByName(o *Options, variables []plan.ColumnSpec) plan.Values {
	if o.Names == nil {
		return o.Values
	}
	ordered := make(plan.Values, 0, len(variables))
	for _, v := range variables {
		for i, name := range o.Names {
			if name == v.Name && i < len(o.Values) {
				ordered = append(ordered, o.Values[i])
				break
			}
		}
	}
	return ordered
}

// randomUUID is a version 4 UUID.
func randomUUID() (u [16]byte) {
	_, _ = rand.Read(u[:]) // never fails, see crypto/rand
	u[6] = u[6]&0x0F | 0x40
	u[8] = u[8]&0x3F | 0x80
	return u
}
