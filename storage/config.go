package storage

import (
	"log/slog"
	"time"

	"alexandra/internal/clock"
)

// SyncMode is commitlog_sync: when a write is on the disk rather than in the operating system's memory.
type SyncMode string

// The modes. Batch and Group are one thing here: Pebble joins the syncs of writes that wait at the same time.
const (
	Periodic SyncMode = "periodic" // within SyncPeriod; the write does not wait
	Batch    SyncMode = "batch"    // before the write returns
	Group    SyncMode = "group"
)

// Config is what a store needs. Dir is the only field without a default.
type Config struct {
	Dir        string
	FS         FS            // default: the machine's disk
	Clock      clock.Clock   // default: clock.System
	Logger     *slog.Logger  // default: slog.Default()
	Sync       SyncMode      // default: Periodic
	SyncPeriod time.Duration // default: 10s

	CacheSize    int64  // bytes of blocks and memtables kept in memory; default 48 MiB
	MemtableSize uint64 // bytes a memtable grows to; default 8 MiB

	// Faults are errors that the operator asks for; nil: none.
	Faults *Faults

	// TombstoneFailure is tombstone_failure_threshold: a read that meets more fails with *row.TombstonesError, unless its keyspace is the node's own. 0: no limit.
	TombstoneFailure int
	// PurgeInterval is how often the store looks for garbage to collect; 0: only when CompactTable is called.
	PurgeInterval time.Duration
	// Fatal is called when the disk fails in a way that no write can survive; it should end the process. The default
	// panics.
	Fatal func(error)
}

func (c Config) withDefaults() Config {
	if c.FS == nil {
		c.FS = DiskFS()
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Sync == "" {
		c.Sync = Periodic
	}
	if c.SyncPeriod <= 0 {
		c.SyncPeriod = 10 * time.Second
	}
	if c.CacheSize <= 0 {
		c.CacheSize = 48 << 20
	}
	if c.MemtableSize == 0 {
		c.MemtableSize = 8 << 20
	}
	if c.Fatal == nil {
		c.Fatal = func(err error) { panic(err) }
	}
	return c
}
