package storage

import (
	"bytes"
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// hotFragments is how many fragments of one row a read may have to merge before they are replaced by their sum. A
// row that is written thousands of times between two flushes would make every read of it slower than the one before.
const hotFragments = 64

// noteHot asks for a row to be collapsed; it never blocks, since the merge operator calls it.
func (db *DB) noteHot(key []byte) {
	if len(db.hot) == cap(db.hot) {
		return
	}
	select {
	case db.hot <- bytes.Clone(key):
	default:
	}
}

func (db *DB) collapseLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-db.hot:
			if err := db.collapse(key); err != nil && ctx.Err() == nil {
				db.cfg.Logger.Warn("could not join the fragments of a row", "error", err)
			}
		}
	}
}

// collapse replaces all fragments under a data key by their sum.
func (db *DB) collapse(key []byte) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	n, ok := splitDataKey(key)
	if !ok {
		return nil
	}
	tok, _, err := decodePartition(key[:n])
	if err != nil {
		return err
	}
	defer db.locks.exclusive(tok)()
	value, closer, err := db.pebble.Get(key)
	if err != nil {
		if errors.Is(err, pebble.ErrNotFound) {
			return nil
		}
		return err
	}
	defer closer.Close()
	return db.pebble.Set(key, value, pebble.NoSync)
}
