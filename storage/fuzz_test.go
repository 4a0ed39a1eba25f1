package storage

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/row"
)

func FuzzDecode(f *testing.F) {
	table := wideTable()
	codec := newKeyCodec(table)
	h := codec.headerOf(&row.Partition{Deletion: row.Deletion{Timestamp: 1}, Ranges: []row.RangeTombstone{
		{Slice: row.Slice{Start: row.Bound{Values: [][]byte{int4(1)}}}, Deletion: row.Deletion{Timestamp: 2}},
	}})
	f.Add(h.encode(nil))
	f.Add(codec.appendClustering(codec.appendPartition(nil, 5, []byte{0, 1, 0}), [][]byte{int4(1), []byte("x\x00")}))
	x, _ := newIndex(indexedTable(), indexedTable().Indexes["by_entry"])
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := decodeHeader(b); err == nil {
			h.flatten()
			again, err := decodeHeader(h.encode(nil))
			require.NoError(t, err)
			require.Len(t, again.spans, len(h.spans))
			_, _ = codec.ranges(h)
		}
		if v, rest, err := decodeEscaped(b); err == nil {
			require.True(t, bytes.Equal(b[:len(b)-len(rest)], appendEscaped(nil, v)))
		}
		n := splitPrefix(b)
		require.LessOrEqual(t, n, len(b))
		_, _, _ = decodePartition(b)
		_, _ = codec.decodeClustering(b)
		_, _, _, _ = splitSuffix(b)
		_, _, _ = x.splitEntry(b)
		m := newMerger(func([]byte) {})
		if v, err := m.Merge(b, b); err == nil && v.MergeNewer(b) == nil {
			_, _, _ = v.Finish(true)
		}
	})
}
