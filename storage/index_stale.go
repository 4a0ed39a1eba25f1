package storage

import (
	"bytes"
	"context"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/row"
)

// staleBatch is how many stale entries one read removes at most.
const staleBatch = 128

// removeStale removes index entries that lead to nothing. Each is checked again under the partition's lock: a write
// may just have brought the value back.
func (db *DB) removeStale(x *index, entries [][]byte) error {
	if len(entries) == 0 {
		return nil
	}
	b := db.pebble.NewBatch()
	defer b.Close()
	for _, e := range entries {
		if err := db.removeIfStale(b, x, e); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) removeIfStale(b *pebble.Batch, x *index, entry []byte) error {
	prefix := x.appendPrefix(nil)
	term, suffix, ok := x.splitEntry(entry[len(prefix):])
	if !ok {
		return nil
	}
	partition, kind, clustering, ok := splitSuffix(suffix)
	if !ok {
		return nil
	}
	dataPrefix := append(appendTable(nil, spaceData, x.table), partition...)
	tok, key, err := decodePartition(dataPrefix)
	if err != nil {
		return err
	}
	defer db.locks.exclusive(tok)()
	held, err := db.holdsTerm(x, termRange{from: term, to: successorOf(term)}, dataPrefix, key, kind, clustering)
	if held || err != nil {
		return err
	}
	b.Reset()
	if err := b.Delete(entry, nil); err != nil {
		return err
	}
	return db.commit(b, pebble.NoSync)
}

// holdsTerm says whether the row (or, for whole entries, the static row) has the term now, dead or alive.
func (db *DB) holdsTerm(x *index, in termRange, prefix, key []byte, kind byte, clustering []byte) (bool, error) {
	codec := newKeyCodec(x.table)
	if x.onKey() && kind == kindWhole {
		return db.hasKeys(prefix)
	}
	if kind == kindWhole {
		kind = kindStatic
	}
	r, err := db.getRow(codec, append(append(bytes.Clone(prefix), kind), clustering...))
	if r == nil || err != nil {
		return false, err
	}
	c := counting{db: db, codec: codec, key: prefix, prefix: len(prefix)}
	h, err := c.header()
	if err != nil {
		return false, err
	}
	floor := h.Deletion
	if kind == kindRow {
		if r.Clustering, err = codec.decodeClustering(clustering); err != nil {
			return false, err
		}
		floor = row.NewComparator(x.table).DeletionOf(h, r.Clustering)
	}
	return x.holds(row.Shadow(r, floor), key, in, anyCell), nil
}

// hasKeys says whether there is any data key with the prefix.
func (db *DB) hasKeys(prefix []byte) (bool, error) {
	it, err := db.newIter(context.Background(), prefix, successorOf(prefix))
	if err != nil {
		return false, err
	}
	defer it.Close()
	return it.First(), it.Error()
}

// purgeIndex removes the entries of an index that lead to nothing.
func (db *DB) purgeIndex(ctx context.Context, x *index) error {
	prefix := x.appendPrefix(nil)
	from, end := prefix, successorOf(prefix)
	for from != nil {
		stale, next, err := db.staleEntries(ctx, x, from, end)
		if err != nil {
			return err
		}
		if err := db.removeStale(x, stale); err != nil {
			return err
		}
		from = next
	}
	return nil
}

// staleEntries looks at some entries, and returns where to go on; nil at the end.
func (db *DB) staleEntries(ctx context.Context, x *index, from, end []byte) (stale [][]byte, next []byte, err error) {
	it, err := db.newIter(ctx, from, end)
	if err != nil {
		return nil, nil, err
	}
	defer it.Close()
	prefix := x.appendPrefix(nil)
	data := appendTable(nil, spaceData, x.table)
	n := 0
	for valid := it.First(); valid; valid = it.Next() {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if n++; n > purgeStep || len(stale) >= purgeChunk {
			return stale, bytes.Clone(it.Key()), nil
		}
		term, suffix, ok := x.splitEntry(it.Key()[len(prefix):])
		partition, kind, clustering, whole := splitSuffix(suffix)
		if !ok || !whole {
			continue
		}
		dataPrefix := append(bytes.Clone(data), partition...)
		_, key, err := decodePartition(dataPrefix)
		if err != nil {
			return nil, nil, err
		}
		held, err := db.holdsTerm(x, termRange{from: term, to: successorOf(term)}, dataPrefix, key, kind, clustering)
		if err != nil {
			return nil, nil, err
		}
		if !held {
			stale = append(stale, bytes.Clone(it.Key()))
		}
	}
	return stale, nil, it.Error()
}
