package metrics

import (
	"sync"
	"time"

	"alexandra/internal/clock"
)

// Metrics is all that a node counts. Safe for concurrent use; make it with New. Fields are never replaced.
type Metrics struct {
	clock clock.Clock

	// The requests that this node coordinated, as nodetool proxyhistograms and tpstats tell them.
	Read, Range, Write, CASRead, CASWrite, ViewWrite *Request

	// How many partitions a batch of each kind touched.
	LoggedBatch, UnloggedBatch, CounterBatch *Histogram

	// Statements: how often prepared and other ones ran, and how many prepared ones made room for others.
	PreparedExecuted, RegularExecuted, PreparedEvicted Counter

	CIDR CIDR

	tables  sync.Map // TableName to *Table
	dropped sync.Map // verb to *Counter
	peers   sync.Map // netip.AddrPort to *Peer
	stages  sync.Map // name to *Stage
}

// TableName names a table.
type TableName struct{ Keyspace, Table string }

// New is a Metrics of nothing yet.
func New(c clock.Clock) *Metrics {
	request := func() *Request { return &Request{Latency: NewLatency(c)} }
	return &Metrics{
		clock: c,
		Read:  request(), Range: request(), Write: request(), CASRead: request(), CASWrite: request(), ViewWrite: request(),
		LoggedBatch: NewHistogram(c), UnloggedBatch: NewHistogram(c), CounterBatch: NewHistogram(c),
		CIDR: CIDR{Checks: NewHistogram(c), Lookups: NewHistogram(c), Reloads: NewHistogram(c)},
	}
}

// Request is one kind of client request.
type Request struct {
	*Latency
	Timeouts, Unavailables, Failures Counter
}

// Table is what happened to one table.
type Table struct {
	// As this node coordinated it: point reads, scans of ranges, writes.
	CoordinatorRead, CoordinatorScan, CoordinatorWrite *Latency
	// In this node's own storage.
	LocalRead, LocalScan, LocalWrite *Latency
	// Live rows and tombstones that one local read saw.
	RowsPerRead, TombstonesPerRead *Histogram
}

// Table finds the metrics of a table; they come to be with the first call.
func (m *Metrics) Table(keyspace, table string) *Table {
	name := TableName{keyspace, table}
	if t, ok := m.tables.Load(name); ok {
		return t.(*Table)
	}
	c := m.clock
	t, _ := m.tables.LoadOrStore(name, &Table{
		CoordinatorRead: NewLatency(c), CoordinatorScan: NewLatency(c), CoordinatorWrite: NewLatency(c),
		LocalRead: NewLatency(c), LocalScan: NewLatency(c), LocalWrite: NewLatency(c),
		RowsPerRead: NewHistogram(c), TombstonesPerRead: NewHistogram(c),
	})
	return t.(*Table)
}

// Peek is Table without making anything: nil when nothing was noted for the table.
func (m *Metrics) Peek(keyspace, table string) *Table {
	if t, ok := m.tables.Load(TableName{keyspace, table}); ok {
		return t.(*Table)
	}
	return nil
}

// Forget drops the metrics of a table that is no more.
func (m *Metrics) Forget(keyspace, table string) { m.tables.Delete(TableName{keyspace, table}) }

// Dropped counts messages of a verb that came too late to be worth an answer.
func (m *Metrics) Dropped(verb string) *Counter { return load[Counter](&m.dropped, verb) }

// EachDropped calls f for every verb that Dropped was asked for.
func (m *Metrics) EachDropped(f func(verb string, n int64)) {
	m.dropped.Range(func(k, v any) bool {
		f(k.(string), v.(*Counter).Load())
		return true
	})
}

// CIDR is what the CIDR authorizer did. Durations are nanoseconds, as Cassandra shows these.
type CIDR struct {
	Checks, Lookups, Reloads *Histogram
	accepted, rejected       sync.Map // group to *Counter
}

// RecordNanos notes a duration in a histogram of nanoseconds.
func RecordNanos(h *Histogram, d time.Duration) { h.Update(max(d.Nanoseconds(), 0)) }

// Accept counts an access that a CIDR group allowed.
func (c *CIDR) Accept(group string) { increment(&c.accepted, group) }

// Reject counts an access from a CIDR group that was refused.
func (c *CIDR) Reject(group string) { increment(&c.rejected, group) }

func increment(m *sync.Map, group string) { load[Counter](m, group).Add(1) }

// Accepted are the counts of Accept by group.
func (c *CIDR) Accepted() map[string]int64 { return counts(&c.accepted) }

// Rejected are the counts of Reject by group.
func (c *CIDR) Rejected() map[string]int64 { return counts(&c.rejected) }

func counts(m *sync.Map) map[string]int64 {
	out := map[string]int64{}
	m.Range(func(k, v any) bool {
		out[k.(string)] = v.(*Counter).Load()
		return true
	})
	return out
}
