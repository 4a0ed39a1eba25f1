package storage

import (
	"bytes"
	"context"

	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// DropRange removes all rows of a table in a token range at once, whatever their age: this node does not own them any more.
// What an index says of them is stale from then on.
func (db *DB) DropRange(_ context.Context, t *schema.Table, r token.Range) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	db.locks.barrier()
	b := db.pebble.NewBatch()
	defer b.Close()
	prefix := appendTable(nil, spaceData, t)
	for _, part := range unwrap(r) {
		from, to := tokenBounds(part)
		lower, upper := append(bytes.Clone(prefix), from...), append(bytes.Clone(prefix), to...)
		if to == nil {
			upper = successor(upper)
		}
		if err := b.DeleteRange(lower, upper, nil); err != nil {
			return err
		}
	}
	return db.commit(b, db.durability(Durable))
}
