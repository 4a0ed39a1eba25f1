package row

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func equalParts(t *rapid.T, what string, want, got *Partition) {
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s:\n%s", what, d)
	}
}

func TestMergeLaws(t *testing.T) {
	table := testTable()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := genPartition(table).Draw(t, "a"), genPartition(table).Draw(t, "b"), genPartition(table).Draw(t, "c")
		ab := Merge(table, a, b)
		equalParts(t, "commutative", ab, Merge(table, b, a))
		equalParts(t, "idempotent", ab, Merge(table, ab, ab))
		equalParts(t, "absorbs", ab, Merge(table, ab, a))
		abc := Merge(table, ab, c)
		equalParts(t, "associative", abc, Merge(table, a, Merge(table, b, c)))
		equalParts(t, "all at once", abc, Merge(table, c, nil, a, b))
	})
}

// TestMergeAgainstPlainRule decides cell by cell, row by row, what survives, straight from the definition.
func TestMergeAgainstPlainRule(t *testing.T) {
	table := testTable()
	c := NewComparator(table)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(genPartition(table), 1, 4).Draw(t, "parts")
		const now = 10
		got := Purge(Merge(table, parts...), table, now)
		place := genClustering(2).Draw(t, "row")
		floor := int64(NoTimestamp)
		var best *Cell
		for _, p := range parts {
			floor = max(floor, p.Deletion.Timestamp)
			for _, r := range p.Ranges {
				if c.Contains(r.Slice, place) {
					floor = max(floor, r.Timestamp)
				}
			}
			for _, r := range p.Rows {
				if c.Compare(r.Clustering, place) != 0 {
					continue
				}
				floor = max(floor, r.Deletion.Timestamp)
				for i := range r.Cells {
					if r.Cells[i].Column == "v" && (best == nil || compareCells(&r.Cells[i], best) > 0) {
						best = &r.Cells[i]
					}
				}
			}
		}
		if best != nil && (best.Timestamp <= floor || !best.IsLive(now)) {
			best = nil
		}
		var found *Cell
		if got != nil {
			for _, r := range got.Rows {
				for i := range r.Cells {
					if c.Compare(r.Clustering, place) == 0 && r.Cells[i].Column == "v" {
						found = &r.Cells[i]
					}
				}
			}
		}
		if d := cmp.Diff(best, found); d != "" {
			t.Fatal(d)
		}
	})
}

func TestCompactKeepsWhatIsVisible(t *testing.T) {
	table := testTable()
	rapid.Check(t, func(t *rapid.T) {
		p := Merge(table, genPartition(table).Draw(t, "p"), genPartition(table).Draw(t, "q"))
		now := rapid.Int64Range(0, 25).Draw(t, "now")
		g := Garbage{Now: now, Before: now - rapid.Int64Range(0, 10).Draw(t, "grace")}
		kept := Compact(p, table, g)
		equalParts(t, "compaction changed the data", Purge(p, table, now), Purge(kept, table, now))
		equalParts(t, "compaction is idempotent", kept, Compact(kept, table, g))
	})
}

func TestMergeCells(t *testing.T) {
	plain := Cell{Column: "v", Timestamp: 5, Value: []byte("m")}
	tests := map[string]struct{ win, lose Cell }{
		"newer wins":                   {Cell{Timestamp: 6, Value: []byte("a")}, plain},
		"tombstone beats value":        {Cell{Timestamp: 5, Kind: Tombstone}, plain},
		"tombstone beats expiring":     {Cell{Timestamp: 5, Kind: Tombstone}, Cell{Timestamp: 5, TTL: 1, Expiry: 99}},
		"expiring beats plain":         {Cell{Timestamp: 5, TTL: 9, Expiry: 3, Value: []byte("a")}, plain},
		"later expiry wins":            {Cell{Timestamp: 5, TTL: 9, Expiry: 4}, Cell{Timestamp: 5, TTL: 2, Expiry: 3, Value: []byte("z")}},
		"smaller TTL wins":             {Cell{Timestamp: 5, TTL: 2, Expiry: 4}, Cell{Timestamp: 5, TTL: 3, Expiry: 4, Value: []byte("z")}},
		"larger unsigned bytes win":    {Cell{Timestamp: 5, Value: []byte{0xff}}, plain},
		"empty loses":                  {plain, Cell{Timestamp: 5, Value: []byte{}}},
		"counter tombstone beats all":  {Cell{Timestamp: 1, Kind: Tombstone}, Cell{Timestamp: 5, Kind: Counter}},
		"later deletion time survives": {Cell{Timestamp: 5, Kind: Tombstone, Expiry: 8}, Cell{Timestamp: 5, Kind: Tombstone, Expiry: 7}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.win, MergeCells(tt.win, tt.lose))
			require.Equal(t, tt.win, MergeCells(tt.lose, tt.win))
		})
	}
}

func TestCounterShards(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	one := IncrementCounter(nil, a, 5, 100)
	require.Equal(t, Shard{Node: a, Clock: 100, Count: 5}, one)
	two := IncrementCounter(EncodeShards([]Shard{one}), a, -7, 100)
	require.Equal(t, Shard{Node: a, Clock: 101, Count: -2}, two)
	other := IncrementCounter(nil, b, 40, 90)

	cell := func(ts int64, s ...Shard) Cell {
		return Cell{Column: "c", Kind: Counter, Timestamp: ts, Value: EncodeShards(s)}
	}
	merged := MergeCells(MergeCells(cell(1, one), cell(3, other)), cell(2, two))
	require.Equal(t, cell(3, two, other), merged)
	require.EqualValues(t, 38, CounterTotal(merged.Value))
	require.Equal(t, merged, MergeCells(merged, cell(1, one)))

	r := NewRow(nil)
	r.Cells = []Cell{
		{Column: "c", Kind: Counter, Value: CounterDelta(2)}, {Column: "c", Kind: Counter, Value: CounterDelta(3)},
	}
	r.Sort()
	require.Len(t, r.Cells, 1)
	require.EqualValues(t, 5, CounterTotal(r.Cells[0].Value))
}

// Values that are equal but not in their bytes are one row, under the bytes that were written first.
func TestOldestClusteringStays(t *testing.T) {
	a := &Row{Clustering: [][]byte{{2}}, Origin: 1, Liveness: Liveness{Timestamp: 1}, Deletion: Live}
	b := &Row{Clustering: [][]byte{{1}}, Origin: 2, Liveness: Liveness{Timestamp: 2}, Deletion: Live}
	c := &Row{Clustering: [][]byte{{3}}, Origin: 3, Liveness: NoLiveness, Deletion: Deletion{Timestamp: 3}}
	for _, r := range []*Row{MergeRows(MergeRows(a, b), c), MergeRows(c, MergeRows(b, a)), MergeRows(MergeRows(c, b), a)} {
		if r.Clustering[0][0] != 2 || r.Origin != 1 {
			t.Fatalf("clustering %v of %d", r.Clustering, r.Origin)
		}
	}
}

// It makes no difference to clients when expired values are forgotten.
func TestCollectedEarlyOrLate(t *testing.T) {
	table := testTable()
	rapid.Check(t, func(t *rapid.T) {
		place := genClustering(2).Draw(t, "place")
		a, b := genRow(place, "m", "v").Draw(t, "a"), genRow(place, "m", "v").Draw(t, "b")
		now := rapid.Int64Range(0, 25).Draw(t, "now")
		g := Garbage{Now: now, Before: math.MinInt64}
		late := PurgeRow(MergeRows(a, b), table, now)
		early := PurgeRow(MergeRows(g.Row(a, table), b), table, now)
		require.Empty(t, cmp.Diff(late, early))
	})
}

// A deletion takes the shards before it, also when they were merged with later ones first.
func TestDeletionOfMergedCounter(t *testing.T) {
	cell := func(node byte, count, at int64) *Row {
		r := NewRow(nil)
		r.Cells = []Cell{{
			Column: "v", Kind: Counter, Timestamp: at,
			Value: EncodeShards([]Shard{IncrementCounter(nil, [16]byte{node}, count, at)}),
		}}
		return r
	}
	gone := NewRow(nil)
	gone.Deletion = Deletion{Timestamp: 20}
	a, b := cell(1, 100, 10), cell(2, 7, 30)
	for _, r := range []*Row{
		MergeRows(MergeRows(a, b), gone), MergeRows(MergeRows(a, gone), b), Shadow(MergeRows(a, b), gone.Deletion),
	} {
		require.Equal(t, int64(7), CounterTotal(r.Cells[0].Value))
	}
	require.Nil(t, Shadow(a, gone.Deletion))
}
