package storage

import (
	"bytes"
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Garbage collection rewrites rows that hold shadowed or expired data, or tombstones that are older than
// gc_grace_seconds. It looks without locks and repairs under the lock of the partition, from fresh reads.

const (
	purgeChunk = 256   // keys that are repaired under one lock
	purgeStep  = 20000 // keys that are looked at with one iterator, so that none holds old files for long
)

// CompactTable collects the garbage of a table and of its indexes, and has Pebble give the space back.
func (db *DB) CompactTable(ctx context.Context, t *schema.Table) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	if err := db.purgeTable(ctx, db.table(t)); err != nil {
		return err
	}
	for _, space := range []byte{spaceData, spaceIndex} {
		from := appendTable(nil, space, t)
		if err := db.pebble.Compact(ctx, from, successorOf(from), false); err != nil {
			return err
		}
	}
	return nil
}

// purgeLoop collects the garbage of tables that are due.
func (db *DB) purgeLoop(ctx context.Context) {
	timer := db.cfg.Clock.NewTimer(db.cfg.PurgeInterval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C():
		}
		for _, id := range db.dirty.take(db.cfg.Clock.Now().Unix()) {
			if t := db.Table(id); t != nil {
				db.purgeInBackground(ctx, t)
			}
		}
		timer.Reset(db.cfg.PurgeInterval)
	}
}

func (db *DB) purgeInBackground(ctx context.Context, t *schema.Table) {
	if db.enter() != nil {
		return
	}
	defer db.exit()
	if err := db.purgeTable(ctx, t); err != nil && ctx.Err() == nil {
		db.cfg.Logger.Warn("collecting garbage failed", "keyspace", t.Keyspace, "table", t.Name, "error", err)
	}
}

// purge is one collection of one table.
type purge struct {
	db      *DB
	t       *schema.Table
	codec   keyCodec
	order   row.Comparator
	garbage row.Garbage
	grace   int64
	next    int64 // when there will be more to do

	prefix []byte // of the partition under way
	above  *row.Partition
	head   bool // the partition has deletions that may be forgotten
	todo   [][]byte
	rows   row.RowCodec
	buf    []byte
}

func (db *DB) purgeTable(ctx context.Context, t *schema.Table) error {
	now := db.cfg.Clock.Now().Unix()
	grace := int64(t.Options.GCGraceSeconds)
	p := &purge{
		db: db, t: t, codec: newKeyCodec(t), order: row.NewComparator(t), grace: grace, next: never,
		garbage: row.Garbage{Now: now, Before: now - grace},
	}
	from := appendTable(nil, spaceData, t)
	end := successorOf(from)
	for from != nil {
		var err error
		if from, err = p.step(ctx, from, end); err != nil {
			return err
		}
	}
	if err := p.endPartition(); err != nil {
		return err
	}
	for _, x := range indexesOf(nil, t) {
		if err := db.purgeIndex(ctx, &x); err != nil {
			return err
		}
	}
	db.dirty.note(t.ID, p.next)
	return nil
}

// step looks at some keys and returns where to go on; nil at the end.
func (p *purge) step(ctx context.Context, from, end []byte) ([]byte, error) {
	it, err := p.db.newIter(ctx, from, end)
	if err != nil {
		return nil, err
	}
	defer it.Close()
	n := 0
	for valid := it.First(); valid; valid = it.Next() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if n++; n > purgeStep {
			return bytes.Clone(it.Key()), nil
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return nil, err
		}
		if err := p.look(it.Key(), value); err != nil {
			return nil, err
		}
	}
	return nil, it.Error()
}

// look decides whether a key has to be repaired.
func (p *purge) look(key, value []byte) error {
	n, ok := splitDataKey(key)
	if !ok {
		return errKey
	}
	if !bytes.Equal(key[:n], p.prefix) {
		if err := p.endPartition(); err != nil {
			return err
		}
		p.prefix = append(p.prefix[:0], key[:n]...)
		p.above, p.head = &row.Partition{Deletion: row.Live}, false
	}
	if key[n] == kindHeader {
		return p.lookAtHeader(value)
	}
	kept, err := p.keep(key, bytes.Clone(value), p.above)
	if err != nil {
		return err
	}
	if kept != nil {
		p.next = min(p.next, rowGarbage(kept, p.grace))
		p.buf = row.AppendRow(p.buf[:0], kept, p.keepsClustering(key[n]))
		if bytes.Equal(p.buf, value) {
			return nil
		}
	}
	p.todo = append(p.todo, bytes.Clone(key))
	if len(p.todo) >= purgeChunk {
		return p.repair()
	}
	return nil
}

func (p *purge) keepsClustering(kind byte) bool { return kind == kindRow && p.codec.inexact }

func (p *purge) lookAtHeader(value []byte) error {
	h, err := decodeHeader(bytes.Clone(value))
	if err != nil {
		return err
	}
	p.above.Deletion = h.deletion
	if p.above.Ranges, err = p.codec.ranges(h); err != nil {
		return err
	}
	kept := p.keepHeader(h)
	p.head = kept.deletion != h.deletion || len(kept.spans) != len(h.spans)
	if !kept.deletion.IsLive() {
		p.next = min(p.next, kept.deletion.LocalTime+p.grace+1)
	}
	for _, s := range kept.spans {
		p.next = min(p.next, s.LocalTime+p.grace+1)
	}
	return nil
}

func (p *purge) keepHeader(h *header) *header {
	kept := &header{deletion: p.garbage.Deletion(h.deletion)}
	for _, s := range h.spans {
		if !p.garbage.Deletion(s.Deletion).IsLive() {
			kept.spans = append(kept.spans, s)
		}
	}
	return kept
}

// keep is what has to remain of a row; nil for nothing.
func (p *purge) keep(key, value []byte, above *row.Partition) (*row.Row, error) {
	r, err := p.rows.Decode(p.t, value)
	if err != nil {
		return nil, err
	}
	n := len(p.prefix)
	floor := above.Deletion
	if key[n] == kindRow {
		clustering, err := p.codec.decodeClustering(key[n+1:])
		if err != nil {
			return nil, err
		}
		if r.Clustering == nil {
			r.Clustering = clustering
		}
		floor = p.order.DeletionOf(above, clustering)
	}
	return p.garbage.Row(row.Shadow(row.Settle(r), floor), p.t), nil
}

// endPartition repairs what is left to do, and then forgets deletions: nothing under them is there any more.
func (p *purge) endPartition() error {
	if err := p.repair(); err != nil {
		return err
	}
	if !p.head {
		return nil
	}
	p.head = false
	return p.locked(func(b *pebble.Batch, h *header, _ *row.Partition) error {
		key := append(bytes.Clone(p.prefix), kindHeader)
		if kept := p.keepHeader(h); !kept.isEmpty() {
			return b.Set(key, kept.encode(nil), nil)
		}
		return b.Delete(key, nil)
	})
}

// repair rewrites the rows in todo.
func (p *purge) repair() error {
	if len(p.todo) == 0 {
		return nil
	}
	err := p.locked(func(b *pebble.Batch, _ *header, above *row.Partition) error {
		for _, key := range p.todo {
			value, closer, err := p.db.pebble.Get(key)
			if errors.Is(err, pebble.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			kept, err := p.keep(key, bytes.Clone(value), above)
			_ = closer.Close()
			if err != nil {
				return err
			}
			if kept == nil {
				err = b.Delete(key, nil)
			} else {
				p.buf = row.AppendRow(p.buf[:0], kept, p.keepsClustering(key[len(p.prefix)]))
				err = b.Set(key, p.buf, nil)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	p.todo = p.todo[:0]
	return err
}

// locked runs f under the lock of the partition, with its deletions read anew, and commits what it wrote.
func (p *purge) locked(f func(b *pebble.Batch, h *header, above *row.Partition) error) error {
	tok, ok := token.FromKey(p.prefix[1+tableIDSize:])
	if !ok {
		return errKey
	}
	defer p.db.locks.exclusive(tok)()
	h, err := p.db.getHeader(p.prefix)
	if err != nil {
		return err
	}
	above := &row.Partition{Deletion: h.deletion}
	if above.Ranges, err = p.codec.ranges(h); err != nil {
		return err
	}
	b := p.db.pebble.NewBatch()
	defer b.Close()
	if err := f(b, h, above); err != nil || b.Empty() {
		return err
	}
	return p.db.commit(b, pebble.NoSync)
}

// getHeader reads the deletions of a partition.
func (db *DB) getHeader(prefix []byte) (*header, error) {
	value, closer, err := db.pebble.Get(append(bytes.Clone(prefix), kindHeader))
	if err != nil {
		return newHeader(), ignoreNotFound(err)
	}
	defer closer.Close()
	return decodeHeader(bytes.Clone(value))
}
