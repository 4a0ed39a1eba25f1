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
		killed := fs.Crash(100, rng)
		again, err := Open(func() Config { c := testConfig(killed); c.Sync = Periodic; return c }())
		require.NoError(t, err)
		res, err := again.Read(context.Background(), &row.Read{Table: table, Keys: [][]byte{int4(k)}, Now: testNow})
		require.NoError(t, err)
		require.Len(t, res.Partitions, 1, "row %d", k)
		require.NoError(t, again.Close())
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
