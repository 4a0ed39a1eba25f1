package exec

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// PreparedStore keeps prepared statements so that clients need not prepare again after a restart
// (system.prepared_statements). Save is called in the background; errors are the store's to log.
type PreparedStore interface {
	Save(ctx context.Context, id []byte, keyspace, query string)
	Delete(ctx context.Context, id []byte)
}

// statementID is the MD5 of a query, or of keyspace and query.
type statementID [md5.Size]byte

func idOf(keyspace, query string) statementID { return md5.Sum([]byte(keyspace + query)) }

// preparedStatement is a cached statement. It is immutable; a change of schema puts a new one in its place.
type preparedStatement struct {
	id        statementID
	query     string
	keyspace  string // that it was prepared in
	qualified bool
	schema    *schema.Schema
	statement plan.Statement
	columns   []ColumnSpec // of the result; nil for statements without one
	resultID  []byte
	// preparedID is resultID at the time when a client prepared it; clients of v3 and v4 still have those columns.
	preparedID []byte
	pace       *pace
}

// pace is how long a statement takes: a moving average in nanoseconds.
type pace struct{ average atomic.Int64 }

const (
	// briskTime is the average below which an execution is worth less than a change of goroutine.
	briskTime = 150 * time.Microsecond
	// paceLimit is what one slow execution counts at most: the operating system may have been busy with others.
	paceLimit = time.Millisecond
)

// newPace is the pace of a statement that has not run yet: not brisk before it has shown it a few times.
func newPace() *pace {
	p := &pace{}
	p.average.Store(int64(2 * briskTime))
	return p
}

func (p *pace) note(took time.Duration) {
	average := p.average.Load()
	p.average.Store(average + (int64(min(took, paceLimit))-average)/8)
}

// Brisk says whether a prepared statement has so far been answered at once: without a wait for other nodes or the disk,
// and without much to read.
func (e *Executor) Brisk(id []byte) bool {
	var key statementID
	if copy(key[:], id) != len(key) {
		return false
	}
	p := e.prepared.get(key)
	return p != nil && p.pace.average.Load() < int64(briskTime)
}

// describesResult is implemented by plans whose result columns are known before they run.
type describesResult interface{ ResultColumns() []plan.ColumnSpec }

// checkedEarly is implemented by plans whose permissions are checked when they are prepared, too.
type checkedEarly interface{ CheckedAtPrepare() bool }

// overhead is what an entry takes besides its text, as a guess.
const overhead = 2048

func (p *preparedStatement) weight() int64 {
	return int64(len(p.query)*3 + overhead + 200*(len(p.columns)+len(p.statement.BindVariables())))
}

// preparedCache holds prepared statements by id; the least useful are dropped when it is full.
type preparedCache struct {
	size    int64
	entries *otter.Cache[statementID, *preparedStatement]
}

// newPreparedCache makes a cache of size bytes; evicted is called with each statement that had to make room.
func newPreparedCache(size int64, evicted func(statementID)) *preparedCache {
	size = max(size, 1<<20)
	return &preparedCache{size: size, entries: otter.Must(&otter.Options[statementID, *preparedStatement]{
		MaximumWeight: uint64(size),
		Weigher:       func(_ statementID, p *preparedStatement) uint32 { return uint32(min(p.weight(), 1<<31)) },
		OnDeletion: func(d otter.DeletionEvent[statementID, *preparedStatement]) {
			if d.WasEvicted() {
				evicted(d.Key)
			}
		},
	})}
}

// discarded counts statements that had to make room, and tells the operator at most once a minute.
type discarded struct {
	mu     sync.Mutex
	count  int
	logged time.Time
}

// evicted forgets a statement that had to make room, on disk too.
func (e *Executor) evicted(id statementID) {
	e.discarded.mu.Lock()
	e.discarded.count++
	now := e.Clock.Now()
	if now.Sub(e.discarded.logged) >= time.Minute {
		e.Logger.Warn(fmt.Sprintf("%d prepared statements discarded in the last minute because cache limit reached (%d MiB)", e.discarded.count, e.prepared.size>>20))
		e.discarded.count, e.discarded.logged = 0, now
	}
	e.discarded.mu.Unlock()
	e.unsave(id)
}

// unsave removes a statement from those that outlive a restart.
func (e *Executor) unsave(id statementID) {
	if e.PreparedStore != nil {
		e.background.Go(func() { e.PreparedStore.Delete(context.Background(), id[:]) })
	}
}

func (c *preparedCache) get(id statementID) *preparedStatement {
	p, _ := c.entries.GetIfPresent(id)
	return p
}

func (c *preparedCache) put(id statementID, p *preparedStatement) error {
	if p.weight() > c.size {
		text := p.query
		if len(text) > 200 {
			text = text[:200]
		}
		return cqlerr.Invalid("Prepared statement of size %d bytes is larger than allowed maximum of %d MB: %s...", p.weight(), c.size>>20, text)
	}
	c.entries.Set(id, p)
	return nil
}

// Prepare parses and binds a statement and keeps it. keyspace is that of the PREPARE message, empty when absent.
func (e *Executor) Prepare(ctx context.Context, s *Session, query, keyspace string, trace *Trace) (*PreparedResult, error) {
	ctx = e.beginTrace(ctx, trace)
	defer e.endTrace(trace, func() traced { return traced{"Preparing CQL3 query", [][2]string{{"query", masked(query)}}} })
	if keyspace != "" && e.Coordinator.Schema().Keyspace(keyspace) == nil {
		return nil, cqlerr.Invalid("Keyspace '%s' does not exist", keyspace)
	}
	if keyspace == "" {
		keyspace = s.Keyspace()
	}
	if err := e.checkLogin(ctx, s); err != nil {
		return nil, err
	}
	if p := e.cached(keyspace, query); p != nil {
		return p.result(), nil
	}
	traceParsing(ctx, query)
	parsed, err := parse.Statement(query)
	if err != nil {
		return nil, err
	}
	traceActivity(ctx, "Preparing statement")
	p, err := e.bind(parsed.Statement, query, keyspace)
	if err != nil {
		return nil, err
	}
	if early, ok := p.statement.(checkedEarly); ok && early.CheckedAtPrepare() {
		q := &request{session: s, options: &Options{}}
		if err := e.authorize(ctx, q, p.statement); err != nil {
			return nil, err
		}
	}
	if roles, ok := p.statement.(*plan.Roles); ok {
		if err := e.checkRoles(ctx, &request{session: s, schema: p.schema, keyspace: keyspace}, roles); err != nil {
			return nil, err
		}
	}
	if err := checkModifications(p.statement); err != nil {
		return nil, err
	}
	if n := len(p.statement.BindVariables()); n > 65535 {
		return nil, cqlerr.Invalid("Too many markers(?). %d markers exceed the allowed maximum of %d", n, 65535)
	}
	if err := e.keep(p); err != nil {
		return nil, err
	}
	result := p.result()
	if !p.qualified {
		e.warnUse(s, func(w string) { result.Warnings = append(result.Warnings, w) }, keyspace, p.id[:])
	}
	return result, nil
}

// cached finds a statement that was prepared before and is still right.
func (e *Executor) cached(keyspace, query string) *preparedStatement {
	for _, id := range []statementID{idOf("", query), idOf(keyspace, query)} {
		p := e.prepared.get(id)
		if p != nil && p.id == id && (p.qualified || p.keyspace == keyspace && keyspace != "") && p.schema == e.Coordinator.Schema() {
			return p
		}
	}
	return nil
}

// bind makes an entry for the cache.
func (e *Executor) bind(stmt ast.Statement, query, keyspace string) (*preparedStatement, error) {
	s := e.Coordinator.Schema()
	st, err := plan.Prepare(stmt, &plan.Env{Schema: s, Keyspace: keyspace, Settings: e.Settings})
	if err != nil {
		return nil, err
	}
	p := &preparedStatement{query: query, keyspace: keyspace, qualified: plan.Qualified(stmt), schema: s, statement: st, pace: newPace()}
	p.id = idOf(keyspace, query)
	if p.qualified {
		p.id = idOf("", query)
	}
	if d, ok := st.(describesResult); ok {
		p.columns = d.ResultColumns()
	}
	p.resultID = resultID(p.columns)
	p.preparedID = p.resultID
	return p, nil
}

// keep stores a statement under its ids: with and without the keyspace, as clients may ask for either.
func (e *Executor) keep(p *preparedStatement) error {
	ids := []statementID{p.id}
	if other := idOf(p.keyspace, p.query); other != p.id {
		ids = append(ids, other)
	}
	if other := idOf("", p.query); other != p.id && !p.qualified {
		ids = append(ids, other)
	}
	for _, id := range ids {
		if err := e.prepared.put(id, p); err != nil {
			return err
		}
	}
	if e.PreparedStore != nil && masked(p.query) == p.query { // no password reaches the disk
		e.background.Go(func() {
			for _, id := range ids {
				e.PreparedStore.Save(context.Background(), id[:], p.keyspace, p.query)
			}
		})
	}
	return nil
}

// Preload prepares a statement that was saved before a restart. Those that no longer fit the schema are forgotten.
func (e *Executor) Preload(keyspace, query string) bool {
	parsed, err := parse.Statement(query)
	if err != nil {
		return false
	}
	p, err := e.bind(parsed.Statement, query, keyspace)
	if err != nil {
		return false
	}
	for _, id := range []statementID{p.id, idOf(keyspace, query), idOf("", query)} {
		if e.prepared.put(id, p) != nil {
			return false
		}
	}
	return true
}

// PreparedCount is how many ids of prepared statements are known.
func (e *Executor) PreparedCount() int { return e.prepared.entries.EstimatedSize() }

// checkModifications refuses at PREPARE what the execution would refuse whatever the values are.
func checkModifications(st plan.Statement) error {
	switch st := st.(type) {
	case *plan.Modification:
		return st.Check()
	case *plan.Batch:
		for _, m := range st.Statements {
			if err := m.Check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookUp finds a prepared statement for EXECUTE or BATCH, bound to the current schema.
func (e *Executor) lookUp(id []byte) (*preparedStatement, error) {
	var key statementID
	if len(id) != len(key) {
		return nil, unprepared(id)
	}
	copy(key[:], id)
	p := e.prepared.get(key)
	if p == nil {
		return nil, unprepared(id)
	}
	if p.schema == e.Coordinator.Schema() {
		return p, nil
	}
	return e.rebind(key, p)
}

// rebind binds a statement to a newer schema. When one of its tables has changed in what matters the client must
// prepare again, so that it learns of new columns.
func (e *Executor) rebind(key statementID, p *preparedStatement) (*preparedStatement, error) {
	current := e.Coordinator.Schema()
	for _, t := range p.statement.Tables() {
		if !sameShape(t, current.Table(t.Keyspace, t.Name)) {
			return nil, e.forget(key)
		}
	}
	parsed, err := parse.Statement(p.query)
	if err != nil {
		return nil, e.forget(key)
	}
	next, err := e.bind(parsed.Statement, p.query, p.keyspace)
	if err != nil {
		return nil, e.forget(key)
	}
	next.preparedID = p.preparedID
	return next, e.prepared.put(key, next)
}

// forget drops a statement and says that the client must prepare it.
func (e *Executor) forget(key statementID) error {
	e.prepared.entries.Invalidate(key)
	e.unsave(key)
	return unprepared(key[:])
}

// forgetDropped drops the statements on tables that a change of schema took away, before the client has its answer: it may
// look for them. Other nodes, and other changes, find out when a statement is used.
func (e *Executor) forgetDropped(ctx context.Context, changes []schema.Change, current *schema.Schema) {
	gone := func(c schema.Change) bool {
		return c.Kind == schema.Dropped && (c.Target == "TABLE" || c.Target == "KEYSPACE")
	}
	if !slices.ContainsFunc(changes, gone) {
		return
	}
	stale := func(t *schema.Table) bool {
		now := current.Table(t.Keyspace, t.Name)
		return now == nil || now.ID != t.ID
	}
	for id, p := range e.prepared.entries.All() {
		if !slices.ContainsFunc(p.statement.Tables(), stale) {
			continue
		}
		e.prepared.entries.Invalidate(id)
		if e.PreparedStore != nil {
			e.PreparedStore.Delete(ctx, id[:])
		}
	}
}

func unprepared(id []byte) error {
	err := cqlerr.New(cqlerr.UnpreparedErr, "Prepared query with ID %x not found (either the query was not prepared on this host "+
		"(maybe the host has been restarted?) or you have prepared too many queries and it has been evicted from the internal cache)", id)
	err.Detail = &cqlerr.Unprepared{ID: bytes.Clone(id)}
	return err
}

// result is the answer to PREPARE.
func (p *preparedStatement) result() *PreparedResult {
	_, has := p.statement.(describesResult)
	return &PreparedResult{
		ID:               bytes.Clone(p.id[:]),
		ResultMetadataID: p.resultID,
		Variables:        p.statement.BindVariables(),
		PKIndices:        p.statement.PartitionKeyIndices(),
		ResultColumns:    p.columns,
		HasResult:        has,
	}
}

// describe decides whether the client needs the columns of a result. From version 5 on it says which columns it knows;
// before, it knows those of its PREPARE. The columns of conditional updates are never known before.
func (p *preparedStatement) describe(rows *Rows, o *Options, version int) {
	if p.columns == nil {
		switch p.statement.(type) {
		case *plan.Modification, *plan.Batch: // conditions: the columns differ from answer to answer
			return
		}
		// LIST and DESCRIBE answer rows that PREPARE did not tell of.
		rows.MetadataID = resultID(rows.Columns)
		rows.MetadataChanged = version >= 5 && !bytes.Equal(o.ResultMetadataID, rows.MetadataID)
		return
	}
	rows.MetadataID = p.resultID
	known := p.preparedID
	if version >= 5 {
		known = o.ResultMetadataID
	}
	same := bytes.Equal(known, p.resultID)
	rows.MetadataChanged = version >= 5 && !same
	rows.NoMetadata = o.SkipMetadata && same
}

// resultID is the MD5 over the names and types of result columns (ResultSet.ResultMetadata.computeResultMetadataId).
func resultID(columns []ColumnSpec) []byte {
	h := md5.New()
	for _, c := range columns {
		h.Write([]byte(c.Name))
		h.Write([]byte{0})
		h.Write([]byte(c.Type.Class()))
		h.Write([]byte{0, 0})
	}
	return h.Sum(nil)
}

// warnUse tells a client once a connection that USE and prepared statements do not go together.
func (e *Executor) warnUse(s *Session, warn func(string), keyspace string, id []byte) {
	if s.internal || !s.warnedUse.first() {
		return
	}
	or := func(name string) string {
		if name == "" {
			return "null"
		}
		return name
	}
	w := strings.NewReplacer("%used", or(s.Keyspace()), "%statement", or(keyspace), "%id", hexText(id)).Replace(
		"`USE <keyspace>` with prepared statements is considered to be an anti-pattern due to ambiguity in non-qualified table names. " +
			"Please consider removing instances of `Session#setKeyspace(<keyspace>)`, `Session#execute(\"USE <keyspace>\")` and " +
			"`cluster.newSession(<keyspace>)` from your code, and always use fully qualified table names (e.g. <keyspace>.<table>). " +
			"Keyspace used: %used, statement keyspace: %statement, statement id: %id")
	e.Logger.Debug("use with prepared statements", slog.String("keyspace", keyspace))
	warn(w)
}
