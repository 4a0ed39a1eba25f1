package node

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"alexandra/internal/clock"
	"alexandra/internal/coord"
	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
	"alexandra/internal/metrics"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
)

// meteredCoordinator notes what the coordinator's requests took and how they ended, in all and by table. Requests that
// fail count as well, as in Cassandra.
type meteredCoordinator struct {
	exec.Coordinator
	metrics *metrics.Metrics
	clock   clock.Clock
}

var _ exec.Coordinator = meteredCoordinator{}

// Read implements exec.Coordinator.
func (c meteredCoordinator) Read(ctx context.Context, r *row.Read, cl exec.Consistency) (*row.Result, error) {
	start := c.clock.Now()
	result, err := c.Coordinator.Read(ctx, r, cl)
	took := c.clock.Now().Sub(start)
	table := c.metrics.Table(r.Table.Keyspace, r.Table.Name)
	switch {
	case r.Keys == nil:
		note(c.metrics.Range, took, err)
		table.CoordinatorScan.Record(took)
	case cl.IsSerial():
		note(c.metrics.CASRead, took, err)
		table.CoordinatorRead.Record(took)
	default:
		note(c.metrics.Read, took, err)
		table.CoordinatorRead.Record(took)
	}
	return result, err
}

// readPercentile is coord.Config.ReadPercentile.
func (n *Node) readPercentile(t *schema.Table, q float64) (time.Duration, bool) {
	noted := n.metrics.Peek(t.Keyspace, t.Name)
	if noted == nil {
		return 0, false
	}
	return noted.CoordinatorRead.Percentile(q)
}

// Write implements exec.Coordinator.
func (c meteredCoordinator) Write(ctx context.Context, ms []*row.Mutation, o exec.WriteOptions) error {
	start := c.clock.Now()
	err := c.Coordinator.Write(ctx, ms, o)
	took := c.clock.Now().Sub(start)
	note(c.metrics.Write, took, err)
	for _, m := range ms {
		c.metrics.Table(m.Table.Keyspace, m.Table.Name).CoordinatorWrite.Record(took)
	}
	switch {
	case o.Kind == row.LoggedBatch:
		c.metrics.LoggedBatch.Update(int64(len(ms)))
	case o.Kind == row.UnloggedBatch:
		c.metrics.UnloggedBatch.Update(int64(len(ms)))
	case o.Kind == row.CounterWrite && len(ms) > 1:
		c.metrics.CounterBatch.Update(int64(len(ms)))
	}
	return err
}

// CompareAndSet implements exec.Coordinator.
func (c meteredCoordinator) CompareAndSet(ctx context.Context, read *row.Read, serial, commit exec.Consistency,
	decide func(*row.Partition) (*row.Mutation, error),
) error {
	start := c.clock.Now()
	err := c.Coordinator.CompareAndSet(ctx, read, serial, commit, decide)
	took := c.clock.Now().Sub(start)
	note(c.metrics.CASWrite, took, err)
	c.metrics.Table(read.Table.Keyspace, read.Table.Name).CoordinatorWrite.Record(took)
	return err
}

func note(r *metrics.Request, took time.Duration, err error) {
	r.Record(took)
	e := cqlerr.As(err)
	if e == nil {
		return
	}
	switch e.Code {
	case cqlerr.ReadTimeout, cqlerr.WriteTimeout, cqlerr.CASWriteUnknown:
		r.Timeouts.Add(1)
	case cqlerr.UnavailableCode:
		r.Unavailables.Add(1)
	case cqlerr.ReadFailure, cqlerr.WriteFailure:
		r.Failures.Add(1)
	}
}

// meteredLocal notes what this node's own storage does, for itself and for other coordinators.
type meteredLocal struct {
	coord.Local
	metrics                    *metrics.Metrics
	clock                      clock.Clock
	reads, mutations, counters *metrics.Stage
}

func newMeteredLocal(local coord.Local, m *metrics.Metrics, c clock.Clock) meteredLocal {
	return meteredLocal{
		Local: local, metrics: m, clock: c,
		reads: m.Stage("ReadStage"), mutations: m.Stage("MutationStage"), counters: m.Stage("CounterMutationStage"),
	}
}

// Read implements coord.Local.
func (l meteredLocal) Read(ctx context.Context, r *row.Read) (*row.Result, error) {
	defer l.reads.Begin()()
	start := l.clock.Now()
	result, err := l.Local.Read(ctx, r)
	took := l.clock.Now().Sub(start)
	table := l.metrics.Table(r.Table.Keyspace, r.Table.Name)
	if r.Keys == nil {
		table.LocalScan.Record(took)
	} else {
		table.LocalRead.Record(took)
	}
	if err == nil {
		rows, tombstones := seen(result, r.Now)
		table.RowsPerRead.Update(rows)
		table.TombstonesPerRead.Update(tombstones)
	}
	return result, err
}

// seen counts the live rows of an answer and the tombstones on the way to it.
func seen(r *row.Result, now int64) (rows, tombstones int64) {
	for _, p := range r.Partitions {
		for _, x := range p.Rows {
			if x.IsLive(now) {
				rows++
			}
		}
	}
	for _, s := range r.Scans {
		tombstones += int64(s.Tombstones)
	}
	return rows, tombstones
}

// Apply implements coord.Local.
func (l meteredLocal) Apply(ctx context.Context, ms []*row.Mutation) error {
	defer l.mutations.Begin()()
	start := l.clock.Now()
	err := l.Local.Apply(ctx, ms)
	took := l.clock.Now().Sub(start)
	for _, m := range ms {
		l.metrics.Table(m.Table.Keyspace, m.Table.Name).LocalWrite.Record(took)
	}
	return err
}

// ApplyCounter implements coord.Local.
func (l meteredLocal) ApplyCounter(ctx context.Context, m *row.Mutation, node [16]byte) (*row.Mutation, error) {
	defer l.counters.Begin()()
	start := l.clock.Now()
	out, err := l.Local.ApplyCounter(ctx, m, node)
	l.metrics.Table(m.Table.Keyspace, m.Table.Name).LocalWrite.Record(l.clock.Now().Sub(start))
	return out, err
}

// meteredCaller notes what is sent to other nodes.
type meteredCaller struct {
	rpc.Caller
	metrics *metrics.Metrics
}

// Call implements rpc.Caller.
func (c meteredCaller) Call(ctx context.Context, to netip.AddrPort, verb rpc.Verb, body []byte) ([]byte, error) {
	p, size := c.metrics.Peer(to), int64(len(body))
	p.Pending.Add(1)
	p.PendingBytes.Add(size)
	answer, err := c.Caller.Call(ctx, to, verb, body)
	p.Pending.Add(-1)
	p.PendingBytes.Add(-size)
	var refused *rpc.Error
	switch {
	case err == nil, errors.As(err, &refused): // the peer has had it
		p.Sent.Add(1)
		p.SentBytes.Add(size)
	case ctx.Err() != nil:
		p.Expired.Add(1)
		p.ExpiredBytes.Add(size)
	default:
		p.Errors.Add(1)
		p.ErrorBytes.Add(size)
	}
	return answer, err
}

// forgetDropped drops the metrics of tables that are no more.
func (n *Node) forgetDropped(old, now *schema.Schema) {
	for _, ks := range old.Keyspaces {
		for _, t := range ks.Tables {
			if after := now.Table(t.Keyspace, t.Name); after == nil || after.ID != t.ID {
				n.metrics.Forget(t.Keyspace, t.Name)
			}
		}
	}
}
