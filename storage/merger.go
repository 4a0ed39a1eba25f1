package storage

import (
	"io"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/row"
)

// newMerger is the merge operator. It needs no schema and no clock: the result depends on the fragments alone, in any
// order and grouping, because Pebble merges some of them early and others late.
// hot hears of keys that have gathered many fragments.
func newMerger(hot func(key []byte)) *pebble.Merger {
	mergers := &sync.Pool{}
	mergers.New = func() any { return &rowMerger{hot: hot, pool: mergers} }
	return &pebble.Merger{
		Name: "alexandra.rows.v1",
		Merge: func(key, value []byte) (pebble.ValueMerger, error) {
			if n, ok := splitDataKey(key); ok && key[n] == kindHeader {
				m := &headerMerger{sum: newHeader()}
				return m, m.MergeNewer(value)
			}
			m := mergers.Get().(*rowMerger)
			m.begin(key, value)
			return m, nil
		},
	}
}

// rowMerger reconciles fragments of one row. As long as one fragment overwrites all others, no fragment is taken apart.
type rowMerger struct {
	key    []byte
	first  []byte // the only operand so far, or the one that overwrites all so far
	sum    *row.Row
	count  int
	codec  row.RowCodec
	memory arena  // of the fragments in sum
	out    []byte // of the encoded sum
	hot    func(key []byte)
	pool   *sync.Pool
}

var (
	_ pebble.ValueMerger = (*rowMerger)(nil)
	_ pebble.ValueMerger = (*headerMerger)(nil)
)

func (m *rowMerger) begin(key, value []byte) {
	m.key, m.first, m.count = append(m.key[:0], key...), append(m.first[:0], value...), 1
}

// MergeNewer implements pebble.ValueMerger.
func (m *rowMerger) MergeNewer(value []byte) error {
	m.count++
	if m.sum == nil {
		if row.Overwrites(m.first, value) {
			return nil
		}
		if row.Overwrites(value, m.first) {
			m.first = append(m.first[:0], value...)
			return nil
		}
		r, err := m.codec.Decode(nil, m.first)
		if err != nil {
			return err
		}
		m.sum = r
	}
	r, err := m.codec.Decode(nil, m.memory.copy(value))
	if err != nil {
		return err
	}
	m.sum = row.MergeRows(m.sum, r)
	return nil
}

// MergeOlder implements pebble.ValueMerger.
func (m *rowMerger) MergeOlder(value []byte) error { return m.MergeNewer(value) }

// Finish implements pebble.ValueMerger. The value is valid until the merger is closed.
func (m *rowMerger) Finish(bool) ([]byte, io.Closer, error) {
	if m.count >= hotFragments {
		m.hot(m.key)
	}
	if m.sum == nil {
		return m.first, m, nil
	}
	m.out = row.AppendRow(m.out[:0], m.sum, m.sum.Clustering != nil)
	return m.out, m, nil
}

// keepMerger is the largest memory that a merger keeps for its next row.
const keepMerger = 16 << 10

// Close implements io.Closer: the merger is used again.
func (m *rowMerger) Close() error {
	if m.sum != nil {
		m.sum = nil
		m.codec.Reset()
		m.memory.free = m.memory.free[:0]
	}
	if cap(m.first)+cap(m.out)+cap(m.memory.free) <= keepMerger {
		m.pool.Put(m)
	}
	return nil
}

// headerMerger reconciles the deletions of one partition, all at the end: one sort for any number of fragments.
type headerMerger struct{ sum *header }

func (m *headerMerger) MergeNewer(value []byte) error {
	h, err := decodeHeader(slices.Clone(value))
	if err != nil {
		return err
	}
	m.sum.add(h)
	return nil
}

func (m *headerMerger) MergeOlder(value []byte) error { return m.MergeNewer(value) }

func (m *headerMerger) Finish(bool) ([]byte, io.Closer, error) {
	m.sum.flatten()
	return m.sum.encode(nil), nil, nil
}
