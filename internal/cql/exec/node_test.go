package exec_test

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/auth"
	"alexandra/internal/clock"
	"alexandra/internal/config"
	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/syskeyspace"
	"alexandra/storage"
)

// testNode is one node without a network: real storage below, an executor above.
type testNode struct {
	t         testing.TB
	db        *storage.DB
	exec      *exec.Executor
	session   *exec.Session
	schema    atomic.Pointer[schema.Schema]
	reads     atomic.Int64 // read commands so far
	exclusive sync.Mutex
}

func runNode(t testing.TB) *testNode {
	t.Helper()
	db, err := storage.Open(storage.Config{Dir: "data", FS: storage.MemFS()})
	require.NoError(t, err)
	n := &testNode{t: t, db: db}
	s, err := syskeyspace.Load()
	require.NoError(t, err)
	n.publish(s)
	settings := config.Default()
	settings.MaterializedViewsEnabled, settings.DynamicDataMaskingEnabled = true, true
	settings.UserDefinedFunctionsEnabled, settings.DropCompactStorageEnabled = true, true
	n.exec = exec.New(exec.Config{Coordinator: n, Clock: clock.System{}, Settings: settings, Address: netip.MustParseAddrPort("127.0.0.1:7000")})
	n.session = exec.NewSession(netip.MustParseAddrPort("127.0.0.1:5000"), 5)
	n.session.SetUser(auth.User{Name: auth.AnonymousName})
	t.Cleanup(func() {
		n.exec.Close()
		require.NoError(t, db.Close())
	})
	return n
}

func (n *testNode) publish(s *schema.Schema) {
	n.schema.Store(s)
	n.db.SetSchema(s)
}

// Write implements exec.Coordinator.
func (n *testNode) Write(ctx context.Context, ms []*row.Mutation, _ exec.WriteOptions) error {
	for i, m := range ms {
		if m.Table.Counter {
			applied, err := n.db.ApplyCounter(ctx, m, [16]byte{1})
			if err != nil {
				return err
			}
			ms[i] = applied
		}
	}
	ms = slices.DeleteFunc(ms, func(m *row.Mutation) bool { return m == nil || m.Table.Counter })
	return n.db.Apply(ctx, ms)
}

// Read implements exec.Coordinator.
func (n *testNode) Read(ctx context.Context, read *row.Read, _ exec.Consistency) (*row.Result, error) {
	n.reads.Add(1)
	one := *read
	one.Purged = !read.Raw
	return n.db.Read(ctx, &one)
}

// Exclusively implements exec.Coordinator.
func (n *testNode) Exclusively(ctx context.Context, parts []row.PartitionKey, _ exec.Consistency, do func(context.Context, []int64) error) error {
	n.exclusive.Lock()
	defer n.exclusive.Unlock()
	stamps := make([]int64, len(parts))
	for i := range stamps {
		stamps[i] = n.exec.Timestamps.Next()
	}
	return do(ctx, stamps)
}

// CompareAndSet implements exec.Coordinator.
func (n *testNode) CompareAndSet(ctx context.Context, read *row.Read, _, _ exec.Consistency,
	decide func(*row.Partition) (*row.Mutation, error),
) error {
	res, err := n.Read(ctx, read, row.One)
	if err != nil {
		return err
	}
	var current *row.Partition
	if len(res.Partitions) > 0 {
		current = res.Partitions[0]
	}
	m, err := decide(current)
	if err != nil || m == nil {
		return err
	}
	return n.db.Apply(ctx, []*row.Mutation{m})
}

// Truncate implements exec.Coordinator.
func (n *testNode) Truncate(_ context.Context, t *schema.Table) error { return n.db.Truncate(t) }

// AlterSchema implements exec.Coordinator.
func (n *testNode) AlterSchema(ctx context.Context, change func(*schema.Schema) (*schema.Schema, []schema.Change, error)) ([]schema.Change, error) {
	old := n.Schema()
	s, changes, err := change(old)
	if err != nil || len(changes) == 0 {
		return changes, err
	}
	n.publish(s)
	return changes, n.buildIndexes(ctx, old, s)
}

// buildIndexes fills indexes that are new.
func (n *testNode) buildIndexes(ctx context.Context, old, s *schema.Schema) error {
	for _, ks := range s.Keyspaces {
		for _, t := range ks.Tables {
			before := old.Table(ks.Name, t.Name)
			for name := range t.Indexes {
				if before != nil && before.Indexes[name] == nil {
					if err := n.db.BuildIndex(ctx, t, name); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// Schema implements exec.Coordinator.
func (n *testNode) Schema() *schema.Schema { return n.schema.Load() }

// Datacenters implements exec.Coordinator.
func (n *testNode) Datacenters() []string { return []string{"datacenter1"} }

// Topology implements exec.Coordinator.
func (n *testNode) Topology() exec.Topology {
	return exec.Topology{ClusterName: "test", LocalDatacenter: "datacenter1", NodesPerDatacenter: map[string]int{"datacenter1": 1}}
}

// query runs a statement as a client does.
func (n *testNode) query(cql string, o exec.Options, values ...[]byte) (*exec.Result, error) {
	if o.Consistency == 0 {
		o.Consistency = row.One
	}
	for _, v := range values {
		o.Values = append(o.Values, exec.BoundValue{Bytes: v})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return n.exec.Query(ctx, n.session, cql, &o)
}

// must runs statements that succeed.
func (n *testNode) must(statements ...string) {
	n.t.Helper()
	for _, cql := range statements {
		_, err := n.query(cql, exec.Options{})
		require.NoError(n.t, err, cql)
	}
}

// fails runs a statement that is refused and returns the message.
func (n *testNode) fails(cql string, o exec.Options, values ...[]byte) *cqlerr.Error {
	n.t.Helper()
	_, err := n.query(cql, o, values...)
	require.Error(n.t, err, cql)
	e := cqlerr.As(err)
	require.NotNil(n.t, e, "%s: %v", cql, err)
	return e
}

// text gives a result as lines, as the golden dialogues have it, all pages of it.
func (n *testNode) text(cql string, page int) []string {
	n.t.Helper()
	lines, err := n.answer(cql, exec.Options{PageSize: page}, true)
	require.NoError(n.t, err, cql)
	return lines
}
