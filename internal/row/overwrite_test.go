package row

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestOverwrites: what Overwrites says is what the merge does.
func TestOverwrites(t *testing.T) {
	plain := func(at int64, columns ...string) *Row {
		r := &Row{Liveness: Liveness{Timestamp: at}, Deletion: Live}
		for _, c := range columns {
			r.Cells = append(r.Cells, Cell{Column: c, Timestamp: at, Value: []byte(c)})
		}
		return r
	}
	encode := func(r *Row) []byte { return AppendRow(nil, r, false) }
	for _, c := range []struct {
		newer, older *Row
		want         bool
	}{
		{plain(2, "a", "b"), plain(1, "a", "b"), true},
		{plain(2, "a", "b"), plain(1, "b"), true},
		{plain(2, "a", "b"), plain(1), true},
		{plain(2, "a"), plain(1, "a", "b"), false},
		{plain(2, "b"), plain(1, "a"), false},
		{plain(1, "a"), plain(1, "a"), false},
		{plain(1, "a"), plain(2, "a"), false},
		{&Row{Liveness: NoLiveness, Deletion: Live, Cells: plain(2, "a").Cells}, plain(1, "a"), false},
	} {
		require.Equal(t, c.want, Overwrites(encode(c.newer), encode(c.older)))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := Settle(genOverwritten(t)), Settle(genOverwritten(t))
		if Overwrites(encode(a), encode(b)) {
			require.Equal(t, encode(a), encode(MergeRows(a, b)))
		}
	})
}

// genOverwritten draws rows that often overwrite each other.
func genOverwritten(t *rapid.T) *Row {
	r := &Row{Liveness: NoLiveness, Deletion: Live}
	at := rapid.Int64Range(-2, 3).Draw(t, "at")
	if rapid.Bool().Draw(t, "marker") {
		r.Liveness = Liveness{Timestamp: at}
		if rapid.IntRange(0, 3).Draw(t, "ttl") == 0 {
			r.Liveness.TTL, r.Liveness.Expiry = 5, 100
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "deleted") == 0 {
		r.Deletion = Deletion{Timestamp: at - 1, LocalTime: 1}
	}
	for _, name := range []string{"a", "b", "c"} {
		if rapid.IntRange(0, 2).Draw(t, name) == 0 {
			continue
		}
		c := Cell{Column: name, Timestamp: at, Value: []byte{byte(at)}}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			c.Timestamp--
		case 1:
			c.Kind, c.Value, c.Expiry = Tombstone, nil, 50
		case 2:
			c.TTL, c.Expiry = 9, 99
		case 3:
			c.Path = []byte{1}
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

// FuzzOverwrites: no bytes make it panic.
func FuzzOverwrites(f *testing.F) {
	f.Add([]byte{2, 4, 1, 80, 0, 1, 'a', 1, 'b'}, []byte{2, 2, 0})
	f.Fuzz(func(_ *testing.T, a, b []byte) { Overwrites(a, b) })
}

func BenchmarkOverwrites(b *testing.B) {
	row := func(at int64) []byte {
		return AppendRow(nil, &Row{Liveness: Liveness{Timestamp: at}, Deletion: Live, Cells: []Cell{{Column: "v", Timestamp: at, Value: make([]byte, 100)}}}, false)
	}
	newer, older := row(1_700_000_000_000_001), row(1_700_000_000_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if !Overwrites(newer, older) {
			b.Fatal("not seen")
		}
	}
}
