package storage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"alexandra/internal/clock"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestPowerLoss writes from several goroutines, cuts the power, and looks at what is left: every acknowledged write,
// and no half of a batch.
func TestPowerLoss(t *testing.T) {
	for _, mode := range []SyncMode{Batch, Group} {
		t.Run(string(mode), func(t *testing.T) {
			table := wideTable()
			fs := NewCrashFS()
			cfg := testConfig(fs)
			cfg.Sync, cfg.MemtableSize = mode, 64<<10
			db, err := Open(cfg)
			require.NoError(t, err)
			var mu sync.Mutex
			acknowledged := map[int]bool{}
			var after CrashFS
			var snapshot map[int]bool
			var done sync.WaitGroup
			for w := range 4 {
				done.Go(func() {
					for i := range 100 {
						n := w*1000 + i
						var ms []*row.Mutation
						for _, p := range []int{n, n + 500} {
							for c := range 3 {
								ms = append(ms, put(table, int4(p), 1, [][]byte{int4(c), []byte("b")}, "v", fmt.Sprint(n)))
							}
						}
						if db.Apply(context.Background(), ms) != nil {
							return
						}
						mu.Lock()
						acknowledged[n] = true
						if len(acknowledged) == 250 {
							snapshot = map[int]bool{}
							for k := range acknowledged {
								snapshot[k] = true
							}
							after = fs.Crash(rand.IntN(2)*50, rand.New(rand.NewPCG(1, 2)))
						}
						mu.Unlock()
					}
				})
			}
			done.Wait()
			require.NoError(t, db.Close())
			cfg.FS = after
			db, err = Open(cfg)
			require.NoError(t, err)
			defer func() { require.NoError(t, db.Close()) }()
			for n := range 4000 {
				got := liveRows(t, db, &row.Read{Table: table, Keys: [][]byte{int4(n), int4(n + 500)}}, "v")
				if n%1000 >= 500 {
					continue
				}
				if snapshot[n] {
					require.Len(t, got, 6, "acknowledged write %d", n)
				}
				require.Contains(t, []int{0, 6}, len(got), "half of write %d", n)
			}
		})
	}
}

func TestPeriodicSync(t *testing.T) {
	fs := NewCrashFS()
	manual := clock.NewManual(time.Unix(testNow, 0))
	cfg := testConfig(fs)
	cfg.Sync, cfg.SyncPeriod, cfg.Clock = Periodic, time.Second, manual
	db, err := Open(cfg)
	require.NoError(t, err)
	table := simpleTable()
	apply(t, db, put(table, int4(1), 1, nil, "v", "x"))
	require.Eventually(t, func() bool {
		manual.Advance(time.Second)
		cfg.FS = fs.Crash(0, nil)
		crashed, err := Open(cfg)
		require.NoError(t, err)
		defer crashed.Close()
		return len(liveRows(t, crashed, all(table), "v")) == 1
	}, 5*time.Second, time.Millisecond)
	require.NoError(t, db.Close())
	require.ErrorIs(t, db.Apply(context.Background(), nil), ErrClosed)
	require.NoError(t, db.Close(), "twice is fine")
}

func TestSnapshot(t *testing.T) {
	fs := MemFS()
	db := openTest(t, func(c *Config) { c.FS = fs })
	table := simpleTable()
	apply(t, db, put(table, int4(1), 1, nil, "v", "before"))
	require.NoError(t, db.Snapshot("copy"))
	apply(t, db, put(table, int4(2), 1, nil, "v", "after"))
	cfg := testConfig(fs)
	cfg.Dir = "copy"
	copied, err := Open(cfg)
	require.NoError(t, err)
	defer copied.Close()
	require.Equal(t, []string{"before"}, liveRows(t, copied, all(table), "v"))
}

// TestGarbageGoes looks at the bytes that are left when nothing is alive any more.
func TestGarbageGoes(t *testing.T) {
	table := wideTable()
	table.Options.GCGraceSeconds = 100
	manual := clock.NewManual(time.Unix(1000, 0))
	db := openTest(t, func(c *Config) { c.Clock, c.PurgeInterval = manual, time.Minute })
	db.SetSchema(schemaWith(table))
	keys := func() int {
		from := appendTable(nil, spaceData, table)
		it, err := db.newIter(context.Background(), from, successorOf(from))
		require.NoError(t, err)
		defer it.Close()
		n := 0
		for it.First(); it.Valid(); it.Next() {
			n++
		}
		return n
	}
	for i := range 600 {
		apply(t, db, put(table, int4(1), 1, [][]byte{int4(i), nil}, "v", "shadowed"))
	}
	gone := mutation(table, int4(1))
	gone.Deletion = row.Deletion{Timestamp: 2, LocalTime: 1000}
	some := mutation(table, int4(2))
	some.Ranges = []row.RangeTombstone{{
		Slice: row.Slice{Start: row.Bound{Values: [][]byte{int4(5)}}}, Deletion: row.Deletion{Timestamp: 2, LocalTime: 1000},
	}}
	expiring := put(table, int4(3), 1, [][]byte{int4(1), nil}, "v", "soon gone")
	expiring.Rows[0].Liveness.TTL, expiring.Rows[0].Liveness.Expiry = 50, 1050
	expiring.Rows[0].Cells[0].TTL, expiring.Rows[0].Cells[0].Expiry = 50, 1050
	apply(t, db, put(table, int4(2), 1, [][]byte{int4(4), nil}, "v", "alive"),
		put(table, int4(2), 1, [][]byte{int4(6), nil}, "v", "shadowed"), gone, some, expiring)
	require.Equal(t, 600+5, keys())

	require.NoError(t, db.CompactTable(context.Background(), table))
	require.Equal(t, 4, keys(), "shadowed rows go at once")
	require.Equal(t, []string{"soon gone", "alive"}, liveRows(t, db, &row.Read{
		Table: table, Keys: [][]byte{int4(3), int4(2)},
	}, "v"))
	require.Eventually(t, func() bool { return manual.Timers() > 0 }, time.Second, time.Millisecond)
	manual.Advance(200 * time.Second)
	require.Eventually(t, func() bool { return keys() == 1 }, 5*time.Second, time.Millisecond,
		"in the background, tombstones after their grace")
	require.Equal(t, []string{"alive"}, liveRows(t, db, all(table), "v"))
}

func TestCounters(t *testing.T) {
	table := newTable(4,
		&schema.Column{Name: "p", Kind: schema.PartitionKey, Type: cqltype.Int},
		&schema.Column{Name: "c", Kind: schema.Regular, Type: cqltype.Counter},
	)
	table.Counter = true
	node := [2][16]byte{{1}, {2}}
	db, other := openTest(t), openTest(t)
	add := func(db *DB, node [16]byte, n, ts int64) *row.Mutation {
		m := mutation(table, int4(1))
		r := row.NewRow([][]byte{})
		r.Cells = []row.Cell{{Column: "c", Kind: row.Counter, Timestamp: ts, Value: row.CounterDelta(n)}}
		m.Rows = []*row.Row{r}
		out, err := db.ApplyCounter(context.Background(), m, node)
		require.NoError(t, err)
		return out
	}
	total := func(db *DB) int64 {
		res, err := db.Read(context.Background(), all(table))
		require.NoError(t, err)
		return row.CounterTotal(res.Partitions[0].Rows[0].Cells[0].Value)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 50 {
				m := add(db, node[0], 2, int64(i))
				apply(t, other, m)
				apply(t, other, m)
			}
		})
	}
	wg.Wait()
	apply(t, db, add(other, node[1], -5, 7))
	require.EqualValues(t, 400-5, total(db))
	require.EqualValues(t, 400-5, total(other))

	bad := mutation(table, int4(1))
	bad.Rows = []*row.Row{{
		Clustering: [][]byte{}, Liveness: row.NoLiveness, Deletion: row.Live,
		Cells: []row.Cell{{Column: "c", Kind: row.Counter, Value: row.CounterDelta(1)}},
	}}
	require.Error(t, db.Apply(context.Background(), []*row.Mutation{bad}), "increments need ApplyCounter")
}

// TestHotRow writes one row so often that its fragments are joined in between.
func TestHotRow(t *testing.T) {
	db := openTest(t)
	table := simpleTable()
	for i := range 1000 {
		apply(t, db, put(table, int4(1), int64(i), nil, "v", fmt.Sprint(i)))
		if i%100 == 0 {
			require.Equal(t, []string{fmt.Sprint(i)}, liveRows(t, db, all(table), "v"))
		}
	}
	require.Equal(t, []string{"999"}, liveRows(t, db, all(table), "v"))
}

func TestEqualButDifferentClusterings(t *testing.T) {
	table := newTable(5,
		&schema.Column{Name: "p", Kind: schema.PartitionKey, Type: cqltype.Int},
		&schema.Column{Name: "d", Kind: schema.Clustering, Type: cqltype.Decimal, Desc: true},
		&schema.Column{Name: "v", Kind: schema.Regular, Type: cqltype.Text},
	)
	db := openTest(t)
	decimal := func(text string) []byte {
		v, err := cqltype.Decimal.Parse(text)
		require.NoError(t, err)
		return v
	}
	apply(t, db, put(table, int4(1), 1, [][]byte{decimal("1.00")}, "v", "one"),
		put(table, int4(1), 1, [][]byte{decimal("2.50")}, "v", "two and a half"))
	apply(t, db, put(table, int4(1), 2, [][]byte{decimal("1.0")}, "v", "one again"))
	require.NoError(t, db.CompactTable(context.Background(), table))
	res, err := db.Read(context.Background(), &row.Read{Table: table, Keys: [][]byte{int4(1)}, Now: testNow})
	require.NoError(t, err)
	rows := res.Partitions[0].Rows
	require.Len(t, rows, 2)
	require.Equal(t, "2.50", cqltype.Decimal.Format(rows[0].Clustering[0]))
	require.Equal(t, "1.00", cqltype.Decimal.Format(rows[1].Clustering[0]), "the oldest bytes stay")
	require.Equal(t, "one again", string(rows[1].Cells[0].Value))
}

func TestDroppedColumn(t *testing.T) {
	table := simpleTable()
	db := openTest(t)
	apply(t, db, put(table, int4(1), 5, nil, "v", "old"), put(table, int4(2), 7, nil, "v", "new"))
	again := simpleTable()
	again.Dropped = map[string]*schema.DroppedColumn{"v": {Name: "v", Kind: schema.Regular, Time: 6}}
	require.Equal(t, []string{"new"}, liveRows(t, db, all(again), "v"))
}

func TestRefusals(t *testing.T) {
	db := openTest(t)
	ctx := context.Background()
	require.EqualError(t, db.Apply(ctx, []*row.Mutation{put(simpleTable(), make([]byte, 65536), 1, nil)}),
		"Key length of 65536 is longer than maximum of 65535")
	require.EqualError(t, db.Apply(ctx, []*row.Mutation{put(simpleTable(), nil, 1, nil)}), "Key may not be empty")
	require.Error(t, db.Apply(ctx, []*row.Mutation{put(wideTable(), int4(1), 1, [][]byte{int4(1)})}))
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err := db.Read(canceled, all(simpleTable()))
	require.ErrorIs(t, err, context.Canceled)
}

func TestTombstoneFailure(t *testing.T) {
	table := wideTable()
	db := openTest(t, func(c *Config) { c.TombstoneFailure = 10 })
	m := mutation(table, int4(1))
	for i := range 11 {
		r := row.NewRow([][]byte{int4(i), {}})
		r.Deletion = row.Deletion{Timestamp: 1, LocalTime: 1}
		m.Rows = append(m.Rows, r)
	}
	apply(t, db, m)
	_, err := db.Read(context.Background(), all(table))
	var many *row.TombstonesError
	require.True(t, errors.As(err, &many))
	require.Equal(t, 11, many.Tombstones)
}

func TestLocal(t *testing.T) {
	db := openTest(t)
	l := db.Local()
	require.NoError(t, l.Set([]byte("hint/1"), []byte("a"), Durable))
	require.NoError(t, l.Apply(Lazy,
		LocalWrite{Key: []byte("hint/2"), Value: []byte("b")}, LocalWrite{Key: []byte("hint/3"), Value: []byte{}},
		LocalWrite{Key: []byte("other"), Value: []byte("c")}))
	scan := func(prefix, after string) (out []string) {
		var from []byte
		if after != "" {
			from = []byte(after)
		}
		require.NoError(t, l.Scan(context.Background(), []byte(prefix), from, func(k, v []byte) bool {
			out = append(out, string(k)+"="+string(v))
			return len(out) < 5
		}))
		return out
	}
	require.Equal(t, []string{"hint/1=a", "hint/2=b", "hint/3="}, scan("hint/", ""))
	require.Equal(t, []string{"hint/3="}, scan("hint/", "hint/2"))
	require.Empty(t, scan("hint/", "zzz"))
	v, ok, err := l.Get([]byte("hint/3"))
	require.NoError(t, err)
	require.True(t, ok)
	require.Empty(t, v)
	require.NoError(t, l.Delete([]byte("hint/1"), Lazy))
	require.NoError(t, l.DeletePrefix([]byte("hint/2"), Lazy))
	require.Equal(t, []string{"hint/3="}, scan("hint/", ""))
	_, ok, err = l.Get([]byte("hint/1"))
	require.NoError(t, err)
	require.False(t, ok)
}

func TestStatsAndTruncate(t *testing.T) {
	db := openTest(t)
	table, other := simpleTable(), wideTable()
	var ms []*row.Mutation
	for i := range 5000 {
		ms = append(ms, put(table, int4(i), 1, nil, "v", "some text that takes room"))
	}
	apply(t, db, ms...)
	apply(t, db, put(other, int4(1), 1, [][]byte{int4(1), nil}, "v", "stays"))
	require.NoError(t, db.Flush())
	stats, err := db.TableStats(context.Background(), table)
	require.NoError(t, err)
	require.InEpsilon(t, 5000, stats.Partitions, 0.15)
	require.Positive(t, stats.DiskBytes)
	half, err := db.EstimatePartitions(context.Background(), table, token.Range{Start: token.Minimum, End: 0})
	require.NoError(t, err)
	require.InEpsilon(t, 2500, half, 0.15)
	require.Positive(t, db.Metrics().DiskBytes)

	require.NoError(t, db.Truncate(table))
	require.Empty(t, liveRows(t, db, all(table), "v"))
	require.Equal(t, []string{"stays"}, liveRows(t, db, all(other), "v"))
}
