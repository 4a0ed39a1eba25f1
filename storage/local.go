package storage

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// Local is an ordered space of keys for the node's own state, which is neither a table nor replicated: host id,
// tokens, Paxos promises, hints, the batch log. Keys order as bytes; each user begins its keys with its own name.
type Local struct{ db *DB }

// Local is the node's own key space in this store.
func (db *DB) Local() Local { return Local{db} }

// Durability says whether a local write waits for the disk.
type Durability bool

// The durabilities.
const (
	Durable Durability = true  // on the disk when the call returns, whatever Config.Sync says
	Lazy    Durability = false // with the next sync
)

// LocalWrite sets a key, or deletes it when Value is nil.
type LocalWrite struct{ Key, Value []byte }

func localKey(key []byte) []byte { return append([]byte{spaceLocal}, key...) }

// Get returns the value of a key; false when there is none.
func (l Local) Get(key []byte) ([]byte, bool, error) {
	if err := l.db.enter(); err != nil {
		return nil, false, err
	}
	defer l.db.exit()
	if err := l.db.cfg.Faults.fail(Reads); err != nil {
		return nil, false, err
	}
	value, closer, err := l.db.pebble.Get(localKey(key))
	if err != nil {
		return nil, false, ignoreNotFound(err)
	}
	defer closer.Close()
	return slices.Clip(append([]byte{}, value...)), true, nil
}

// Set writes one key.
func (l Local) Set(key, value []byte, d Durability) error {
	if value == nil {
		value = []byte{}
	}
	return l.Apply(d, LocalWrite{Key: key, Value: value})
}

// Delete removes one key.
func (l Local) Delete(key []byte, d Durability) error { return l.Apply(d, LocalWrite{Key: key}) }

// Apply makes several writes as one: all of them or none.
func (l Local) Apply(d Durability, writes ...LocalWrite) error {
	if err := l.db.enter(); err != nil {
		return err
	}
	defer l.db.exit()
	if err := l.db.cfg.Faults.fail(Writes); err != nil {
		return err
	}
	b := l.db.pebble.NewBatch()
	defer b.Close()
	for _, w := range writes {
		var err error
		if w.Value == nil {
			err = b.Delete(localKey(w.Key), nil)
		} else {
			err = b.Set(localKey(w.Key), w.Value, nil)
		}
		if err != nil {
			return err
		}
	}
	return l.db.commit(b, l.db.durability(d))
}

// DeletePrefix removes all keys that begin with prefix.
func (l Local) DeletePrefix(prefix []byte, d Durability) error {
	if err := l.db.enter(); err != nil {
		return err
	}
	defer l.db.exit()
	from := localKey(prefix)
	o := l.db.durability(d)
	if err := l.db.pebble.DeleteRange(from, successorOf(from), o); err != nil {
		return err
	}
	return l.db.written(o)
}

// Scan calls f with the keys that begin with prefix and follow after (nil: from the first), in order, until f says
// false. Key and value are f's own only until it returns.
func (l Local) Scan(ctx context.Context, prefix, after []byte, f func(key, value []byte) bool) error {
	if err := l.db.enter(); err != nil {
		return err
	}
	defer l.db.exit()
	from := localKey(prefix)
	to := successorOf(from)
	if after != nil {
		if next := append(localKey(after), 0); bytes.Compare(next, from) > 0 {
			from = next
		}
	}
	if bytes.Compare(from, to) >= 0 {
		return nil
	}
	it, err := l.db.newIter(ctx, from, to)
	if err != nil {
		return err
	}
	defer it.Close()
	for it.First(); it.Valid(); it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if !f(it.Key()[1:], value) {
			return nil
		}
	}
	return it.Error()
}

func (db *DB) durability(d Durability) *pebble.WriteOptions {
	if d == Durable {
		return pebble.Sync
	}
	return db.write
}

func ignoreNotFound(err error) error {
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	return err
}
