package storage

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/row"
)

// fileSystems are those that a restore has to work on.
func fileSystems(t *testing.T) map[string]Config {
	disk := testConfig(DiskFS())
	disk.Dir = t.TempDir() + "/data"
	memory := testConfig(MemFS())
	memory.Dir = "node/data"
	return map[string]Config{"disk": disk, "memory": memory}
}

func TestRestore(t *testing.T) {
	for name, cfg := range fileSystems(t) {
		t.Run(name, func(t *testing.T) {
			db, err := Open(cfg)
			require.NoError(t, err)
			table, image := simpleTable(), cfg.Dir+"-images/one"
			local := db.Local()
			require.NoError(t, local.Set([]byte("identity"), []byte("old"), Durable))
			require.NoError(t, local.Set([]byte("hint"), []byte("old"), Lazy))
			apply(t, db, put(table, int4(1), 1, nil, "v", "before"))
			require.NoError(t, db.Image(image, []byte("note")))
			require.ErrorContains(t, db.Image(image, []byte("note")), "exists already")
			note, err := db.ImageNote(image)
			require.NoError(t, err)
			require.Equal(t, "note", string(note))
			for range 3 {
				apply(t, db, put(table, int4(1), 2, nil, "v", "changed"), put(table, int4(2), 2, nil, "v", "after"))
				require.NoError(t, db.Flush())
				require.NoError(t, local.Set([]byte("identity"), []byte("new"), Lazy))
				require.NoError(t, local.Set([]byte("hint"), []byte("new"), Lazy))
				require.NoError(t, db.Restore(image, []byte("identity"), []byte("nothing")))
				require.Equal(t, []string{"before"}, liveRows(t, db, all(table), "v"))
				for key, want := range map[string]string{"identity": "new", "hint": "old"} {
					got, _, err := local.Get([]byte(key))
					require.NoError(t, err)
					require.Equal(t, want, string(got), key)
				}
			}
			require.Error(t, db.Restore(cfg.Dir+"-images/none"))
			require.Equal(t, []string{"before"}, liveRows(t, db, all(table), "v"))
			require.NoError(t, db.Close())
			require.ErrorIs(t, db.Restore(image), ErrClosed)
			if name == "disk" {
				require.NoError(t, PutBack(image, cfg.Dir))
			}
			db, err = Open(cfg)
			require.NoError(t, err)
			require.Equal(t, []string{"before"}, liveRows(t, db, all(table), "v"))
			require.NoError(t, db.Close())
		})
	}
}

// TestRestoreUnderLoad restores while others read and write: nobody gets an error.
func TestRestoreUnderLoad(t *testing.T) {
	cfg := testConfig(MemFS())
	cfg.Dir = "node/data"
	db, err := Open(cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	table := simpleTable()
	apply(t, db, put(table, int4(-1), 1, nil, "v", "kept"))
	require.NoError(t, db.Image("images/one", nil))
	var stop atomic.Bool
	var done sync.WaitGroup
	for w := range 3 {
		done.Go(func() {
			for i := 0; !stop.Load(); i++ {
				if err := db.Apply(context.Background(), []*row.Mutation{put(table, int4(w*10000+i%1000), 2, nil, "v", "x")}); err != nil {
					t.Error(err)
				}
				if _, err := db.Read(context.Background(), all(table)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		require.NoError(t, db.Restore("images/one"))
		time.Sleep(time.Millisecond)
	}
	stop.Store(true)
	done.Wait()
	require.NoError(t, db.Restore("images/one"))
	require.Equal(t, []string{"kept"}, liveRows(t, db, all(table), "v"))
}

// TestUnfinishedRestore is what a process finds that died between the two renames.
func TestUnfinishedRestore(t *testing.T) {
	cfg := testConfig(MemFS())
	cfg.Dir = "node/data"
	db, err := Open(cfg)
	require.NoError(t, err)
	table := simpleTable()
	apply(t, db, put(table, int4(1), 1, nil, "v", "image"))
	require.NoError(t, db.Image("images/one", nil))
	apply(t, db, put(table, int4(2), 1, nil, "v", "lost"))
	require.NoError(t, db.linkStore("images/one", cfg.Dir+restoredSuffix))
	require.NoError(t, db.Close())

	db, err = Open(cfg) // died before the first rename
	require.NoError(t, err)
	require.Len(t, liveRows(t, db, all(table), "v"), 2)
	require.NoError(t, db.linkStore("images/one", cfg.Dir+restoredSuffix))
	require.NoError(t, db.Close())
	require.NoError(t, cfg.FS.Rename(cfg.Dir, cfg.Dir+replacedSuffix))
	require.NoError(t, cfg.FS.MkdirAll(cfg.Dir, 0o755))

	db, err = Open(cfg)
	require.NoError(t, err)
	require.Equal(t, []string{"image"}, liveRows(t, db, all(table), "v"))
	require.NoError(t, db.Close())
	for _, suffix := range []string{restoredSuffix, replacedSuffix} {
		_, err := cfg.FS.Stat(cfg.Dir + suffix)
		require.Error(t, err)
	}
}

func TestFaults(t *testing.T) {
	cfg := testConfig(MemFS())
	cfg.Faults = &Faults{}
	db, err := Open(cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	table := simpleTable()
	write := func() error {
		return db.Apply(context.Background(), []*row.Mutation{put(table, int4(1), 1, nil, "v", "x")})
	}
	read := func() error {
		_, err := db.Read(context.Background(), all(table))
		return err
	}
	for _, c := range []struct {
		kind          FaultKind
		fails, passes func() error
	}{{Writes, write, read}, {Reads, read, write}} {
		cfg.Faults.Set(c.kind, 1)
		require.ErrorIs(t, c.fails(), syscall.EIO)
		require.NoError(t, c.passes())
		cfg.Faults.Set(c.kind, 4)
		failed := 0
		for range 400 {
			if errors.Is(c.fails(), syscall.EIO) {
				failed++
			}
		}
		require.True(t, failed > 40 && failed < 180, fmt.Sprint(failed))
		cfg.Faults.Clear()
		require.NoError(t, c.fails())
	}
	for _, k := range []FaultKind{Reads, Writes, Disk} {
		parsed, ok := ParseFaultKind(k.String())
		require.True(t, ok && parsed == k)
	}
	_, ok := ParseFaultKind("network")
	require.False(t, ok)
}

// TestDiskFault: the store says that no write can survive.
func TestDiskFault(t *testing.T) {
	cfg := testConfig(MemFS())
	cfg.Faults = &Faults{}
	fatal := make(chan error, 100)
	cfg.Fatal = func(err error) {
		select {
		case fatal <- err:
		default:
		}
		cfg.Faults.Clear() // a process would end here
	}
	db, err := Open(cfg)
	require.NoError(t, err)
	table := simpleTable()
	cfg.Faults.Set(Disk, 1)
	err = db.Apply(context.Background(), []*row.Mutation{put(table, int4(1), 1, nil, "v", "x")})
	if err == nil {
		select {
		case err = <-fatal:
		case <-time.After(5 * time.Second):
		}
	}
	require.Error(t, err)
	cfg.Faults.Clear()
	_ = db.Close()
}
