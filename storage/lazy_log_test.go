package storage

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/row"
)

// A killed process leaves what it gave to the operating system: here, all that was written to the files by then.
func TestKilledProcessLosesNothing(t *testing.T) {
	fs := NewCrashFS()
	rng := rand.New(rand.NewPCG(1, 2))
	db := openTest(t, func(c *Config) { c.FS, c.Sync = fs, Periodic })
	table := simpleTable()
	for k := range 100 {
		require.NoError(t, db.Apply(context.Background(), []*row.Mutation{put(table, int4(k), 5, nil, "v", "x")}))
		if k%20 != 19 {
			continue
		}
		requireAfterKill(t, fs, rng, k)
	}
	// Power loss takes what no sync has reached, and a sync keeps it.
	require.NoError(t, db.SyncLog())
	lost, err := Open(testConfig(fs.Crash(0, rng)))
	require.NoError(t, err)
	res, err := lost.Read(context.Background(), &row.Read{Table: table, Keys: [][]byte{int4(99)}, Now: testNow})
	require.NoError(t, err)
	require.Len(t, res.Partitions, 1)
	require.NoError(t, lost.Close())
}

// requireAfterKill requires that row k is there for the next process.
func requireAfterKill(t *testing.T, fs CrashFS, rng *rand.Rand, k int) {
	t.Helper()
	cfg := testConfig(fs.Crash(100, rng))
	cfg.Sync = Periodic
	again, err := Open(cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, again.Close()) }()
	res, err := again.Read(context.Background(), &row.Read{Table: simpleTable(), Keys: [][]byte{int4(k)}, Now: testNow})
	require.NoError(t, err)
	require.Len(t, res.Partitions, 1, "row %d", k)
}

// TestBarrier: writes that share a wait are safe after it, and a write that comes too late for it waits by itself.
func TestBarrier(t *testing.T) {
	fs := NewCrashFS()
	rng := rand.New(rand.NewPCG(1, 2))
	db := openTest(t, func(c *Config) { c.FS, c.Sync = fs, Periodic })
	var barrier row.Barrier
	ctx := row.WithBarrier(t.Context(), &barrier)
	for k := range 10 {
		require.NoError(t, db.Apply(ctx, []*row.Mutation{put(simpleTable(), int4(k), 5, nil, "v", "x")}))
	}
	require.NoError(t, barrier.Wait())
	requireAfterKill(t, fs, rng, 9)
	require.NoError(t, db.Apply(ctx, []*row.Mutation{put(simpleTable(), int4(10), 5, nil, "v", "x")}))
	requireAfterKill(t, fs, rng, 10)
}
