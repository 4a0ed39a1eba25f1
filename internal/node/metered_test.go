package node

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/clock"
	"alexandra/internal/coord"
	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
	"alexandra/internal/metrics"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/server"
)

// slow is everything that is metered: it takes two milliseconds and answers what it is told.
type slow struct {
	clock  *clock.Manual
	result *row.Result
	err    error
	during func()
}

func (s *slow) take() error {
	s.clock.Advance(2 * time.Millisecond)
	if s.during != nil {
		s.during()
	}
	return s.err
}

type slowCoordinator struct {
	*slow
	exec.Coordinator
}

func (s slowCoordinator) Read(context.Context, *row.Read, exec.Consistency) (*row.Result, error) {
	return s.result, s.take()
}

func (s slowCoordinator) Write(context.Context, []*row.Mutation, exec.WriteOptions) error {
	return s.take()
}

func (s slowCoordinator) CompareAndSet(context.Context, *row.Read, exec.Consistency, exec.Consistency, func(*row.Partition) (*row.Mutation, error)) error {
	return s.take()
}

type slowLocal struct {
	*slow
	coord.Local
}

func (s slowLocal) Read(context.Context, *row.Read) (*row.Result, error) { return s.result, s.take() }

func (s slowLocal) Apply(context.Context, []*row.Mutation) error { return s.take() }

func (s slowLocal) ApplyCounter(_ context.Context, m *row.Mutation, _ [16]byte) (*row.Mutation, error) {
	return m, s.take()
}

func (s *slow) Call(context.Context, netip.AddrPort, rpc.Verb, []byte) ([]byte, error) {
	return nil, s.take()
}

type slowExecutor struct {
	*slow
	server.Executor
}

func (s slowExecutor) Query(context.Context, *exec.Session, string, *exec.Options) (*exec.Result, error) {
	return nil, s.take()
}

func (s slowExecutor) Execute(context.Context, *exec.Session, []byte, *exec.Options) (*exec.Result, error) {
	return nil, s.take()
}

func (s slowExecutor) Batch(context.Context, *exec.Session, exec.BatchType, []exec.BatchItem, *exec.Options) (*exec.Result, error) {
	return nil, s.take()
}

func metered() (*slow, *metrics.Metrics) {
	c := clock.NewManual(time.Unix(1_700_000_000, 0))
	return &slow{clock: c, result: &row.Result{}}, metrics.New(c)
}

var meteredTable = schema.NewTable("ks", "t", uuid.UUID{1})

const twoMillis = 2299 // the end of the bucket that holds 2000 microseconds

func TestCoordinatorIsMetered(t *testing.T) {
	s, m := metered()
	c := meteredCoordinator{slowCoordinator{slow: s}, m, s.clock}
	ctx := context.Background()
	point, scan := &row.Read{Table: meteredTable, Keys: [][]byte{{1}}}, &row.Read{Table: meteredTable}
	mutations := []*row.Mutation{{Table: meteredTable}, {Table: meteredTable}}
	_, err := c.Read(ctx, point, row.One)
	require.NoError(t, err)
	_, _ = c.Read(ctx, point, row.Serial)
	_, _ = c.Read(ctx, scan, row.One)
	for _, kind := range []row.WriteKind{row.SimpleWrite, row.LoggedBatch, row.UnloggedBatch, row.CounterWrite} {
		require.NoError(t, c.Write(ctx, mutations, row.WriteOptions{Kind: kind}))
	}
	require.NoError(t, c.CompareAndSet(ctx, point, row.Serial, row.Quorum, nil))
	for _, code := range []cqlerr.Code{cqlerr.ReadTimeout, cqlerr.UnavailableCode, cqlerr.ReadFailure, cqlerr.InvalidRequest} {
		s.err = cqlerr.New(code, "x")
		_, err := c.Read(ctx, point, row.One)
		require.Equal(t, s.err, err)
	}
	table := m.Peek("ks", "t")
	require.Equal(t, []int64{5, 1, 4, 1, 1, 6, 1, 9}, []int64{
		m.Read.Count(), m.Range.Count(), m.Write.Count(), m.CASRead.Count(), m.CASWrite.Count(),
		table.CoordinatorRead.Count(), table.CoordinatorScan.Count(), table.CoordinatorWrite.Count(),
	})
	require.Equal(t, []int64{1, 1, 1}, []int64{m.Read.Timeouts.Load(), m.Read.Unavailables.Load(), m.Read.Failures.Load()})
	require.Equal(t, []int64{2, 2, 2}, []int64{m.LoggedBatch.Snapshot().Max(), m.UnloggedBatch.Snapshot().Max(), m.CounterBatch.Snapshot().Max()})
	require.EqualValues(t, twoMillis, table.CoordinatorScan.Snapshot().Quantile(0.5))
}

func TestLocalIsMetered(t *testing.T) {
	s, m := metered()
	l := newMeteredLocal(slowLocal{slow: s}, m, s.clock)
	ctx := context.Background()
	live := row.NewRow(nil)
	live.Liveness.Timestamp = 1
	s.result = &row.Result{Partitions: []*row.Partition{{Rows: []*row.Row{live}}}, Scans: []row.Scan{{Tombstones: 2}, {Tombstones: 3}}}
	_, err := l.Read(ctx, &row.Read{Table: meteredTable, Keys: [][]byte{{1}}})
	require.NoError(t, err)
	_, _ = l.Read(ctx, &row.Read{Table: meteredTable, Purged: true})
	require.NoError(t, l.Apply(ctx, []*row.Mutation{{Table: meteredTable}}))
	_, err = l.ApplyCounter(ctx, &row.Mutation{Table: meteredTable}, [16]byte{})
	require.NoError(t, err)
	table := m.Peek("ks", "t")
	require.Equal(t, []int64{1, 1, 2, 2, 2}, []int64{
		table.LocalRead.Count(), table.LocalScan.Count(), table.LocalWrite.Count(), table.RowsPerRead.Count(), table.TombstonesPerRead.Count(),
	})
	require.EqualValues(t, 1, table.RowsPerRead.Snapshot().Max())
	require.EqualValues(t, 5, table.TombstonesPerRead.Snapshot().Max())
	require.EqualValues(t, 2, m.Stage("ReadStage").Completed.Load())
	require.Zero(t, m.Stage("ReadStage").Active.Load())

	n := &Node{metrics: m}
	ks := schema.NewKeyspace("ks", schema.Replication{}).WithTable(meteredTable)
	old := &schema.Schema{Keyspaces: map[string]*schema.Keyspace{"ks": ks}}
	n.forgetDropped(old, old)
	require.NotNil(t, m.Peek("ks", "t"))
	n.forgetDropped(old, &schema.Schema{})
	require.Nil(t, m.Peek("ks", "t"))
}

func TestCallerIsMetered(t *testing.T) {
	s, m := metered()
	c, to := meteredCaller{s, m}, netip.MustParseAddrPort("127.0.0.2:7000")
	call := func(ctx context.Context, err error) {
		s.err = err
		_, got := c.Call(ctx, to, "X", []byte("abc"))
		require.Equal(t, err, got)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	call(context.Background(), nil)
	call(context.Background(), rpc.Failed(0, "refused"))
	call(context.Background(), errors.New("no route"))
	call(done, context.Canceled)
	p := m.Peer(to)
	require.Equal(t, []int64{2, 6, 1, 3, 1, 3, 0, 0}, []int64{
		p.Sent.Load(), p.SentBytes.Load(), p.Errors.Load(), p.ErrorBytes.Load(), p.Expired.Load(), p.ExpiredBytes.Load(), p.Pending.Load(), p.PendingBytes.Load(),
	})
}

func TestRequestsOfClientsAreMetered(t *testing.T) {
	s, m := metered()
	r := newRequests(s.clock, m, 128)
	e := meteredExecutor{slowExecutor{slow: s}, m, r, &gate{}}
	var tasks []string
	s.during = func() {
		for _, q := range r.list() {
			require.Equal(t, "Native-Transport-Requests-1", q.Thread)
			require.Equal(t, 2*time.Millisecond, q.Running)
			tasks = append(tasks, q.Task)
		}
	}
	ctx, o := context.Background(), &exec.Options{Consistency: row.One, PageSize: 5000}
	_, _ = e.Query(ctx, nil, "CREATE ROLE r WITH Password = 'x'", o)
	_, _ = e.Execute(ctx, nil, []byte{0xab, 1}, &exec.Options{Consistency: row.Quorum, Values: make([]exec.BoundValue, 2)})
	_, _ = e.Batch(ctx, nil, exec.Logged, []exec.BatchItem{{Query: "INSERT"}, {ID: []byte{1}}}, o)
	s.err = cqlerr.Invalid("no")
	_, err := e.Query(ctx, nil, "nonsense", &exec.Options{Consistency: row.One})
	require.Error(t, err)
	require.Equal(t, []string{
		"QUERY CREATE ROLE r WITH Password ******* [pageSize = 5000] at consistency ONE",
		"EXECUTE ab01 with 2 values at consistency QUORUM",
		"BATCH of [INSERT with 0 values, 01 with 0 values] at consistency ONE",
		"QUERY nonsense [pageSize = -1] at consistency ONE",
	}, tasks)
	require.Empty(t, r.list())
	require.Equal(t, []int64{2, 2, 4, 128}, []int64{
		m.RegularExecuted.Load(), m.PreparedExecuted.Load(), m.Stage("Native-Transport-Requests").Completed.Load(), m.Stage("Native-Transport-Requests").Limit.Load(),
	})
	first, second := r.begin(func() string { return "a" }), r.begin(func() string { return "b" })
	first()
	third := r.begin(func() string { return "c" })
	require.Len(t, r.list(), 2)
	second()
	third()
}
