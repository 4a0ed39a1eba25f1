package storage

import (
	"bytes"
	"context"

	"github.com/google/uuid"

	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Truncate removes all rows and index entries of a table; when it returns they are gone for good.
func (db *DB) Truncate(t *schema.Table) error { return db.DropTable(t.ID) }

// DropTable removes all rows and index entries that were written for the table with this id.
func (db *DB) DropTable(id uuid.UUID) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	db.locks.barrier()
	b := db.pebble.NewBatch()
	defer b.Close()
	for _, space := range []byte{spaceData, spaceIndex} {
		from := append([]byte{space}, id[:]...)
		if err := b.DeleteRange(from, successorOf(from), nil); err != nil {
			return err
		}
	}
	db.dirty.forget(id)
	return db.commit(b, db.durability(Durable))
}

// TableStats is what a table takes, as estimates that cost little.
type TableStats struct {
	Partitions int64
	DiskBytes  int64 // rows and index entries in files; what is in memory yet does not count
}

// statsSample is how many partitions are counted one by one before the rest is extrapolated from their tokens.
const statsSample = 1000

// TableStats estimates the size of a table.
func (db *DB) TableStats(ctx context.Context, t *schema.Table) (TableStats, error) {
	var out TableStats
	if err := db.enter(); err != nil {
		return out, err
	}
	defer db.exit()
	for _, space := range []byte{spaceData, spaceIndex} {
		from := appendTable(nil, space, t)
		n, err := db.pebble.EstimateDiskUsage(from, successorOf(from))
		if err != nil {
			return out, err
		}
		out.DiskBytes += int64(n)
	}
	var err error
	out.Partitions, err = db.EstimatePartitions(ctx, t, token.Full)
	return out, err
}

// EstimatePartitions is about how many partitions lie in a token range.
func (db *DB) EstimatePartitions(ctx context.Context, t *schema.Table, r token.Range) (int64, error) {
	if err := db.enter(); err != nil {
		return 0, err
	}
	defer db.exit()
	var total int64
	for _, part := range unwrap(r) {
		n, err := db.countPartitions(ctx, t, part)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func (db *DB) countPartitions(ctx context.Context, t *schema.Table, r token.Range) (int64, error) {
	prefix := appendTable(nil, spaceData, t)
	from, to := tokenBounds(r)
	lower, upper := append(bytes.Clone(prefix), from...), append(bytes.Clone(prefix), to...)
	if to == nil {
		upper = successor(upper)
	}
	it, err := db.newIter(ctx, lower, upper)
	if err != nil {
		return 0, err
	}
	defer it.Close()
	n := int64(0)
	for valid := it.First(); valid; {
		length, ok := splitDataKey(it.Key())
		if !ok {
			return 0, errKey
		}
		n++
		if n == statsSample {
			tok, _, err := decodePartition(it.Key()[:length])
			if err != nil {
				return 0, err
			}
			seen, all := float64(uint64(tok)-uint64(r.Start)), float64(uint64(r.End)-uint64(r.Start))
			if all == 0 {
				all = 1 << 63 * 2.0
			}
			return max(n, int64(float64(n)*all/max(seen, 1))), nil
		}
		valid = it.SeekGE(successorOf(it.Key()[:length]))
	}
	return n, it.Error()
}

// Metrics is the state of the store as a whole, for nodetool and virtual tables.
type Metrics struct {
	DiskBytes       int64
	MemtableBytes   int64
	LogBytes        int64
	CacheBytes      int64
	CacheHits       int64
	CacheMisses     int64
	Compactions     int64
	PendingBytes    int64 // estimated bytes that compactions have to move yet
	Flushes         int64
	Tables          int64 // files
	ReadAmplication int
}

// Metrics reads the counters of the store.
func (db *DB) Metrics() Metrics {
	if db.enter() != nil {
		return Metrics{}
	}
	defer db.exit()
	m := db.pebble.Metrics()
	total := m.Total()
	return Metrics{
		DiskBytes: int64(m.DiskSpaceUsage()), MemtableBytes: int64(m.MemTable.Size), LogBytes: int64(m.WAL.Size),
		CacheBytes: m.BlockCache.Size, CacheHits: m.BlockCache.Hits, CacheMisses: m.BlockCache.Misses,
		Compactions: m.Compact.Count, PendingBytes: int64(m.Compact.EstimatedDebt), Flushes: m.Flush.Count,
		Tables: total.TablesCount, ReadAmplication: m.ReadAmp(),
	}
}
