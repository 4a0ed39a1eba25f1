package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/google/uuid"

	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// ErrClosed is what every call returns after Close.
var ErrClosed = errors.New("storage is closed")

// DB is an open store. Safe for concurrent use.
type DB struct {
	cfg    Config
	pebble *pebble.DB
	write  *pebble.WriteOptions
	log    *lazyLog // with SyncMode Periodic, else nil

	active atomic.Int64 // calls under way
	closed atomic.Bool
	idle   chan struct{} // told when the last call ends after Close began

	restoring sync.Mutex                    // held while the store is replaced
	gate      atomic.Pointer[chan struct{}] // closed when calls may go on; nil: they may

	unsynced atomic.Bool // something was written since the last sync of the log

	locks  partitionLocks
	tables atomic.Pointer[map[uuid.UUID]*schema.Table]
	dirty  garbageNotes
	hot    chan []byte // keys of rows with many fragments, see collapse.go

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// Open opens the store in cfg.Dir, and creates it when there is none.
func Open(cfg Config) (*DB, error) {
	cfg = cfg.withDefaults()
	db := &DB{cfg: cfg, write: pebble.Sync, hot: make(chan []byte, 64), idle: make(chan struct{}, 1)}
	if err := finishRestore(cfg.FS, cfg.Dir); err != nil {
		return nil, err
	}
	db.cfg.FS = cfg.Faults.wrap(cfg.FS)
	if cfg.Sync == Periodic {
		db.log = newLazyLog(db.cfg.FS)
		db.cfg.FS, db.write = db.log, handedOver
	}
	db.tables.Store(&map[uuid.UUID]*schema.Table{})
	p, err := pebble.Open(cfg.Dir, db.options())
	if err != nil {
		return nil, fmt.Errorf("open store in %s: %w", cfg.Dir, err)
	}
	db.pebble = p
	db.begin()
	return db, nil
}

func (db *DB) options() *pebble.Options {
	o := &pebble.Options{
		FS:                          db.cfg.FS,
		Comparer:                    newComparer(),
		Merger:                      newMerger(db.noteHot),
		CacheSize:                   db.cfg.CacheSize,
		MemTableSize:                db.cfg.MemtableSize,
		MemTableStopWritesThreshold: 8,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               64 << 20,
		MaxOpenFiles:                512,
		BytesPerSync:                512 << 10,
		WALBytesPerSync:             0,
		CompactionConcurrencyRange:  func() (lower, upper int) { return 1, 2 },
		FormatMajorVersion:          pebble.FormatNewest,
		Logger:                      pebbleLogger{log: db.cfg.Logger, fatal: db.cfg.Fatal},
	}
	for i := range o.Levels {
		// Small blocks: most reads want one row, and pay for the whole block when it is not in memory.
		o.Levels[i].BlockSize = 4 << 10
		o.Levels[i].IndexBlockSize = 128 << 10
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return o
}

// start runs the background work that Close ends.
func (db *DB) start(ctx context.Context) {
	run := func(f func(context.Context)) {
		db.done.Add(1)
		go func() {
			defer db.done.Done()
			f(ctx)
		}()
	}
	run(db.collapseLoop)
	if db.cfg.Sync == Periodic {
		run(db.syncLoop)
	}
	if db.cfg.PurgeInterval > 0 {
		run(db.purgeLoop)
	}
}

// syncLoop brings the log to the disk once a period.
func (db *DB) syncLoop(ctx context.Context) {
	timer := db.cfg.Clock.NewTimer(db.cfg.SyncPeriod)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C():
		}
		if db.unsynced.Swap(false) {
			if err := db.SyncLog(); err != nil && !errors.Is(err, ErrClosed) {
				db.cfg.Logger.Error("sync of the commit log failed", "error", err)
			}
		}
		timer.Reset(db.cfg.SyncPeriod)
	}
}

// SyncLog returns when all writes so far are on the disk.
func (db *DB) SyncLog() error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	if err := db.pebble.LogData(nil, pebble.Sync); err != nil {
		return err
	}
	return db.flushLog()
}

// WaitForLog implements row.LogWaiter: all writes so far are where SyncMode wants them before an answer. Close and
// Restore have seen to that themselves.
func (db *DB) WaitForLog() error {
	if err := db.enter(); err != nil {
		return nil
	}
	defer db.exit()
	if err := db.pebble.LogData(nil, db.write); err != nil {
		return fmt.Errorf("write to the store: %w", err)
	}
	return db.written(db.write)
}

// flushLog makes what the log was handed durable, where that was put off.
func (db *DB) flushLog() error {
	if db.log == nil {
		return nil
	}
	return db.log.flush()
}

// Close ends background work, waits for calls that are under way, and leaves everything written on the disk.
func (db *DB) Close() error {
	db.restoring.Lock()
	defer db.restoring.Unlock()
	if !db.closed.CompareAndSwap(false, true) {
		return nil
	}
	db.cancel()
	for db.active.Load() != 0 {
		<-db.idle
	}
	db.done.Wait()
	err := db.pebble.LogData(nil, pebble.Sync)
	return errors.Join(err, db.flushLog(), db.pebble.Close())
}

func (db *DB) enter() error {
	for {
		db.active.Add(1)
		if db.closed.Load() {
			db.exit()
			return ErrClosed
		}
		gate := db.gate.Load()
		if gate == nil {
			return nil
		}
		db.exit()
		<-*gate
	}
}

func (db *DB) exit() {
	if db.active.Add(-1) == 0 && db.closed.Load() {
		select {
		case db.idle <- struct{}{}:
		default:
		}
	}
}

// Flush writes what is in memory into tables on disk; the log before it is not needed any more.
func (db *DB) Flush() error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	return db.pebble.Flush()
}

// Snapshot makes a store in dir (which must not exist) that holds what this one holds now. Files are linked, not
// copied, where the file system can.
func (db *DB) Snapshot(dir string) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	if err := db.pebble.Checkpoint(dir, pebble.WithFlushedWAL()); err != nil {
		return fmt.Errorf("snapshot to %s: %w", dir, err)
	}
	return nil
}

// SetSchema tells the store the newest tables: which indexes a write feeds, and how long tombstones live. Mutations
// and reads bring their own table and work without.
func (db *DB) SetSchema(s *schema.Schema) {
	tables := map[uuid.UUID]*schema.Table{}
	for _, ks := range s.Keyspaces {
		for _, t := range ks.Tables {
			if !ks.Virtual && !t.Virtual {
				tables[t.ID] = t
			}
		}
	}
	old := *db.tables.Swap(&tables)
	now := db.cfg.Clock.Now().Unix()
	for id := range tables {
		if old[id] == nil {
			db.dirty.note(id, now) // what is on disk from earlier runs is not known
		}
	}
}

// table is the newest version of t that the store was told of.
func (db *DB) table(t *schema.Table) *schema.Table {
	if newest := (*db.tables.Load())[t.ID]; newest != nil {
		return newest
	}
	return t
}

// commit writes a batch as one.
func (db *DB) commit(b *pebble.Batch, o *pebble.WriteOptions) error {
	if err := b.Commit(o); err != nil {
		return fmt.Errorf("write to the store: %w", err)
	}
	return db.written(o)
}

// written is called after a write that asked for o.
func (db *DB) written(o *pebble.WriteOptions) error {
	if o == pebble.Sync {
		return db.flushLog()
	}
	db.unsynced.Store(true)
	return nil
}

// newIter is an iterator between two keys.
func (db *DB) newIter(ctx context.Context, from, to []byte) (*pebble.Iterator, error) {
	return db.pebble.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: from, UpperBound: to})
}

// pebbleLogger passes Pebble's words on: its routine to Debug, its troubles to Error.
type pebbleLogger struct {
	log   *slog.Logger
	fatal func(error)
}

func (l pebbleLogger) Infof(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...), "component", "pebble")
	}
}

func (l pebbleLogger) Errorf(format string, args ...any) {
	l.log.Error(fmt.Sprintf(format, args...), "component", "pebble")
}

func (l pebbleLogger) Fatalf(format string, args ...any) {
	err := fmt.Errorf("storage failed: "+format, args...)
	l.log.Error(err.Error(), "component", "pebble")
	l.fatal(err)
}

var _ row.Resolver = (*DB)(nil).Table

// Table finds a table by its id, as told by SetSchema; nil when there is none.
func (db *DB) Table(id uuid.UUID) *schema.Table { return (*db.tables.Load())[id] }
