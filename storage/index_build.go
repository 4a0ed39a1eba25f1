package storage

import (
	"context"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// buildBatch is how many bytes of entries are written at a time.
const buildBatch = 1 << 20

// BuildIndex makes the entries of an index for the data that is there already. SetSchema must have told the store of
// the index before: writes from then on bring their own entries.
func (db *DB) BuildIndex(ctx context.Context, t *schema.Table, name string) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	def := t.Indexes[name]
	if def == nil {
		return fmt.Errorf("index %s.%s is not in the schema", t.Keyspace, name)
	}
	x, ok := newIndex(t, def)
	if !ok {
		return nil
	}
	db.locks.barrier()
	from := appendTable(nil, spaceData, t)
	it, err := db.newIter(ctx, from, successorOf(from))
	if err != nil {
		return err
	}
	defer it.Close()
	w := writer{db: db, batch: db.pebble.NewBatch(), scratch: scratchPool.Get().(*scratch), codec: newKeyCodec(t)}
	defer w.close()
	for valid := it.First(); valid; valid = it.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.buildEntries(it, &x); err != nil {
			return err
		}
		if w.batch.Len() > buildBatch {
			if err := db.commit(w.batch, pebble.NoSync); err != nil {
				return err
			}
			w.batch.Reset()
		}
	}
	if err := it.Error(); err != nil {
		return err
	}
	return db.commit(w.batch, pebble.Sync)
}

// buildEntries adds the entries of the row under the iterator. What a deletion above the row shadows gets entries
// too; they are stale from the start.
func (w *writer) buildEntries(it *pebble.Iterator, x *index) error {
	n, ok := splitDataKey(it.Key())
	if !ok || it.Key()[n] == kindHeader {
		return nil
	}
	w.key, w.prefix = append(w.key[:0], it.Key()...), n
	_, key, err := decodePartition(w.key[:n])
	if err != nil {
		return err
	}
	value, err := it.ValueAndErr()
	if err != nil {
		return err
	}
	var codec row.RowCodec
	r, err := codec.Decode(w.codec.t, value)
	if err != nil {
		return err
	}
	kind := w.key[n]
	if kind == kindRow {
		if r.Clustering, err = w.codec.decodeClustering(w.key[n+1:]); err != nil {
			return err
		}
	}
	err = w.indexRow(x, key, r, kind)
	if cqlerr.As(err) != nil {
		return nil // too large a value: it is not found by the index
	}
	return err
}
