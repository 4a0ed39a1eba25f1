package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Apply writes mutations in one atomic batch: after a crash all of them are there or none. With SyncMode Batch or
// Group it returns when they are on the disk. Increments of counters have to go through ApplyCounter first.
func (db *DB) Apply(ctx context.Context, ms []*row.Mutation) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	if err := db.cfg.Faults.fail(Writes); err != nil {
		return err
	}
	w := writer{db: db, batch: db.pebble.NewBatch(), scratch: scratchPool.Get().(*scratch)}
	defer w.close()
	counters := false
	set := make(lockSet, 0, 8)
	for _, m := range ms {
		set = set.add(token.Of(m.Key))
		counters = counters || m.Table.Counter
	}
	if counters {
		// Counters are written as whole values, because each increment reads them.
		db.locks.lockAll(set)
		defer db.locks.unlockAll(set)
	} else {
		db.locks.lockShared(set)
		defer db.locks.unlockShared(set)
	}
	for _, m := range ms {
		if err := w.mutation(ctx, m); err != nil {
			return err
		}
	}
	if w.batch.Empty() {
		return nil
	}
	return db.commitFor(ctx, w.batch)
}

// commitFor commits a batch as commitlog_sync says, or leaves the wait to the caller's barrier.
func (db *DB) commitFor(ctx context.Context, b *pebble.Batch) error {
	barrier := row.BarrierOf(ctx)
	if barrier == nil || db.log == nil {
		return db.commit(b, db.write)
	}
	if err := db.commit(b, pebble.NoSync); err != nil {
		return err
	}
	if !barrier.Defer(db) {
		return db.WaitForLog()
	}
	return nil
}

// scratch is memory for building keys and values; Pebble copies them into its batch.
type scratch struct{ key, value, index []byte }

var scratchPool = sync.Pool{New: func() any { return &scratch{} }}

// writer turns mutations into one batch.
type writer struct {
	db    *DB
	batch *pebble.Batch
	*scratch
	codec   keyCodec
	indexes []index
	prefix  int // length of the partition prefix in key
}

func (w *writer) close() {
	_ = w.batch.Close()
	if cap(w.value) > 1<<20 {
		w.value = nil
	}
	scratchPool.Put(w.scratch)
}

func (w *writer) mutation(ctx context.Context, m *row.Mutation) error {
	if err := check(m); err != nil {
		return err
	}
	tok := token.Of(m.Key)
	w.codec = newKeyCodec(m.Table)
	w.key = w.codec.appendPartition(w.key[:0], tok, m.Key)
	w.prefix = len(w.key)
	w.indexes = w.indexes[:0]
	if newest := w.db.table(m.Table); len(newest.Indexes) > 0 {
		w.indexes = indexesOf(w.indexes, newest)
	}
	if !m.Deletion.IsLive() || len(m.Ranges) > 0 {
		w.value = w.codec.headerOf(&m.Partition).encode(w.value[:0])
		w.key = append(w.key[:w.prefix], kindHeader)
		if err := w.batch.Merge(w.key, w.value, nil); err != nil {
			return err
		}
	}
	w.db.dirty.noteMutation(m, w.db.cfg.Clock)
	if m.Static != nil {
		if err := w.row(ctx, m, m.Static, kindStatic); err != nil {
			return err
		}
	}
	for _, r := range m.Rows {
		if err := w.row(ctx, m, r, kindRow); err != nil {
			return err
		}
	}
	return nil
}

// row adds one fragment and the index entries that it brings.
func (w *writer) row(ctx context.Context, m *row.Mutation, r *row.Row, kind byte) error {
	if !isSorted(r) {
		c := *r
		c.Columns, c.Cells = slices.Clone(r.Columns), slices.Clone(r.Cells)
		c.Sort()
		r = &c
	}
	if r = row.Settle(r); r.IsEmpty() {
		return nil
	}
	w.key = append(w.key[:w.prefix], kind)
	if kind == kindRow {
		w.key = w.codec.appendClustering(w.key, r.Clustering)
		if w.codec.inexact && r.Origin == 0 {
			c := *r
			c.Origin = c.FirstWrite()
			r = &c
		}
	}
	if m.Table.Counter {
		return w.counterRow(r)
	}
	w.value = row.AppendRow(w.value[:0], r, kind == kindRow && w.codec.inexact)
	if err := w.batch.Merge(w.key, w.value, nil); err != nil {
		return err
	}
	for i := range w.indexes {
		if err := w.indexRow(&w.indexes[i], m.Key, r, kind); err != nil {
			return err
		}
	}
	return nil
}

// counterRow replaces a row of a counter table by its merge with the fragment; the partition is locked. A row that
// occurs twice in one batch has its first fragment in the batch only, and is merged blindly.
func (w *writer) counterRow(r *row.Row) error {
	current, err := w.db.getRow(w.codec, w.key)
	if err != nil {
		return err
	}
	op := w.batch.Set
	if w.batch.Count() > 0 {
		op = w.batch.Merge
	} else {
		r = row.MergeRows(current, r)
	}
	inexact := w.codec.inexact && w.key[w.prefix] == kindRow
	w.value = row.AppendRow(w.value[:0], r, inexact)
	return op(w.key, w.value, nil)
}

// getRow reads one row by its whole key; nil when there is none.
func (db *DB) getRow(k keyCodec, key []byte) (*row.Row, error) {
	value, closer, err := db.pebble.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	var codec row.RowCodec
	return codec.Decode(k.t, slices.Clone(value))
}

func isSorted(r *row.Row) bool {
	for i := 1; i < len(r.Columns); i++ {
		if r.Columns[i-1].Column >= r.Columns[i].Column {
			return false
		}
	}
	for i := 1; i < len(r.Cells); i++ {
		if row.CompareCellNames(&r.Cells[i-1], &r.Cells[i]) >= 0 {
			return false
		}
	}
	return true
}

// check refuses what could not be read back.
func check(m *row.Mutation) error {
	if len(m.Key) > row.MaxKeyLength {
		return cqlerr.Invalid("Key length of %d is longer than maximum of %d", len(m.Key), row.MaxKeyLength)
	}
	if len(m.Key) == 0 {
		return cqlerr.Invalid("Key may not be empty")
	}
	for _, r := range m.Rows {
		if len(r.Clustering) != len(m.Table.Clustering) {
			return fmt.Errorf("row of %s.%s with %d clustering values, not %d", m.Table.Keyspace, m.Table.Name,
				len(r.Clustering), len(m.Table.Clustering))
		}
		if err := checkCells(m.Table, r); err != nil {
			return err
		}
	}
	if m.Static != nil {
		return checkCells(m.Table, m.Static)
	}
	return nil
}

func checkCells(t *schema.Table, r *row.Row) error {
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Kind == row.Counter && row.IsCounterDelta(c.Value) {
			return fmt.Errorf("increment of %s.%s.%s was not applied as a counter", t.Keyspace, t.Name, c.Column)
		}
	}
	return nil
}
