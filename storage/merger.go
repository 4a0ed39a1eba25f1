package storage

import (
	"io"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/row"
)

// newMerger is the merge operator. It needs no schema and no clock: the result depends on the fragments alone, in any
// order and grouping, because Pebble merges some of them early and others late.
// hot hears of keys that have gathered many fragments.
func newMerger(hot func(key []byte)) *pebble.Merger {
	return &pebble.Merger{
		Name: "alexandra.rows.v1",
		Merge: func(key, value []byte) (pebble.ValueMerger, error) {
			if n, ok := splitDataKey(key); ok && key[n] == kindHeader {
				m := &headerMerger{sum: newHeader()}
				return m, m.MergeNewer(value)
			}
			return newRowMerger(key, value, hot), nil
		},
	}
}

// rowMerger reconciles fragments of one row.
type rowMerger struct {
	codec row.RowCodec
	first []byte // the only operand so far
	sum   *row.Row
	count int
	key   []byte
	hot   func(key []byte)
}

var (
	_ pebble.ValueMerger = (*rowMerger)(nil)
	_ pebble.ValueMerger = (*headerMerger)(nil)
)

// newRowMerger copies key and value into one piece of memory: most rows have one fragment.
func newRowMerger(key, value []byte, hot func(key []byte)) *rowMerger {
	buf := append(make([]byte, 0, len(key)+len(value)), key...)
	buf = append(buf, value...)
	return &rowMerger{key: buf[:len(key):len(key)], first: buf[len(key):], count: 1, hot: hot}
}

func (m *rowMerger) MergeNewer(value []byte) error {
	m.count++
	if m.sum == nil {
		r, err := m.codec.Decode(nil, m.first)
		if err != nil {
			return err
		}
		m.sum = r
	}
	r, err := m.codec.Decode(nil, slices.Clone(value))
	if err != nil {
		return err
	}
	m.sum = row.MergeRows(m.sum, r)
	return nil
}

func (m *rowMerger) MergeOlder(value []byte) error { return m.MergeNewer(value) }

func (m *rowMerger) Finish(bool) ([]byte, io.Closer, error) {
	if m.sum == nil {
		return m.first, nil, nil
	}
	if m.count >= hotFragments {
		m.hot(m.key)
	}
	return row.AppendRow(nil, m.sum, m.sum.Clustering != nil), nil, nil
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
