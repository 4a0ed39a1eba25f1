package storage

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// model keeps every mutation and answers reads the slow way.
type model struct {
	t          *schema.Table
	partitions map[string]*row.Partition
}

func (m *model) apply(x *row.Mutation) {
	m.partitions[string(x.Key)] = row.Merge(m.t, m.partitions[string(x.Key)], &x.Partition)
}

// read is the purged answer without limits over rows, then cut by the limits.
func (m *model) read(read *row.Read) *row.Result {
	var parts []*row.Partition
	if read.Keys != nil {
		for _, k := range read.Keys {
			if p := m.partitions[string(k)]; p != nil {
				parts = append(parts, p)
			}
		}
	} else {
		for _, p := range m.partitions {
			if read.Range.Contains(p.Token) {
				parts = append(parts, p)
			}
		}
		start := uint64(read.Range.Start) + 1
		slices.SortFunc(parts, func(a, b *row.Partition) int {
			if x, y := uint64(a.Token)-start, uint64(b.Token)-start; x != y {
				if x < y {
					return -1
				}
				return 1
			}
			return bytes.Compare(a.Key, b.Key)
		})
	}
	order := row.NewComparator(m.t)
	res := &row.Result{}
	for _, p := range parts {
		q := row.Purge(p, m.t, read.Now)
		if q == nil {
			continue
		}
		q.Rows = slices.DeleteFunc(slices.Clone(q.Rows), func(r *row.Row) bool {
			return read.NoRows || !order.ContainsAny(read.Slices, r.Clustering)
		})
		if read.Reversed {
			q.Reverse()
		}
		if !read.WantsStatic() {
			q.Static = nil
		}
		if q.Static != nil || len(q.Rows) > 0 {
			res.Partitions = append(res.Partitions, q)
		}
	}
	return purged(read, res)
}

func testKeys() [][]byte { return [][]byte{int4(1), int4(2), int4(3), int4(0), int4(256)} }

func genCell(column string, path []byte) *rapid.Generator[row.Cell] {
	return rapid.Custom(func(t *rapid.T) row.Cell {
		ts := rapid.Int64Range(1, 8).Draw(t, "ts")
		c := row.Cell{Column: column, Path: path, Timestamp: ts}
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			c.Kind, c.Expiry = row.Tombstone, ts
			return c
		case 1:
			c.TTL, c.Expiry = 3, 2*ts+3
		}
		c.Value = []byte(rapid.SampledFrom([]string{"", "x", "yy"}).Draw(t, "value"))
		return c
	})
}

func genDeletion(often int) *rapid.Generator[row.Deletion] {
	return rapid.Custom(func(t *rapid.T) row.Deletion {
		if rapid.IntRange(0, often).Draw(t, "deleted") > 0 {
			return row.Live
		}
		ts := rapid.Int64Range(1, 7).Draw(t, "ts")
		return row.Deletion{Timestamp: ts, LocalTime: ts}
	})
}

func genClustering(n int) *rapid.Generator[[][]byte] {
	return rapid.Custom(func(t *rapid.T) [][]byte {
		out := [][]byte{int4(rapid.IntRange(-1, 2).Draw(t, "a"))}
		if n > 1 {
			out = append(out, []byte(rapid.SampledFrom([]string{"", "\x00", "x", "y"}).Draw(t, "b")))
		}
		return out
	})
}

func genSlice() *rapid.Generator[row.Slice] {
	bound := rapid.Custom(func(t *rapid.T) row.Bound {
		if n := rapid.IntRange(0, 2).Draw(t, "components"); n > 0 {
			return row.Bound{Values: genClustering(n).Draw(t, "values"), Inclusive: rapid.Bool().Draw(t, "in")}
		}
		return row.Bound{Inclusive: true}
	})
	return rapid.Custom(func(t *rapid.T) row.Slice {
		return row.Slice{Start: bound.Draw(t, "start"), End: bound.Draw(t, "end")}
	})
}

func genMutation(table *schema.Table) *rapid.Generator[*row.Mutation] {
	return rapid.Custom(func(t *rapid.T) *row.Mutation {
		m := mutation(table, rapid.SampledFrom(testKeys()).Draw(t, "key"))
		m.Deletion = genDeletion(12).Draw(t, "partition")
		if d := genDeletion(4).Draw(t, "range"); !d.IsLive() {
			m.Ranges = []row.RangeTombstone{{Slice: genSlice().Draw(t, "slice"), Deletion: d}}
		}
		if rapid.IntRange(0, 3).Draw(t, "static") == 0 {
			m.Static = row.NewRow(nil)
			m.Static.Cells = []row.Cell{genCell("s", nil).Draw(t, "s")}
		}
		for range rapid.IntRange(0, 2).Draw(t, "rows") {
			m.Rows = append(m.Rows, genRow(genClustering(2).Draw(t, "c")).Draw(t, "row"))
		}
		order := row.NewComparator(table)
		slices.SortStableFunc(m.Rows, func(a, b *row.Row) int { return order.Compare(a.Clustering, b.Clustering) })
		m.Rows = slices.CompactFunc(m.Rows, func(a, b *row.Row) bool { return order.Compare(a.Clustering, b.Clustering) == 0 })
		return m
	})
}

func genRow(clustering [][]byte) *rapid.Generator[*row.Row] {
	return rapid.Custom(func(t *rapid.T) *row.Row {
		r := row.NewRow(clustering)
		r.Deletion = genDeletion(6).Draw(t, "deletion")
		if rapid.Bool().Draw(t, "marker") {
			ts := rapid.Int64Range(1, 8).Draw(t, "ts")
			r.Liveness = row.Liveness{Timestamp: ts}
			if rapid.Bool().Draw(t, "expires") {
				r.Liveness.TTL, r.Liveness.Expiry = 3, 2*ts+3
			}
		}
		if d := genDeletion(4).Draw(t, "map"); !d.IsLive() {
			r.Columns = []row.ColumnDeletion{{Column: "m", Deletion: d}}
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "elements") {
			r.Cells = append(r.Cells, genCell("m", int4(i)).Draw(t, "m"))
		}
		if rapid.Bool().Draw(t, "v?") {
			r.Cells = append(r.Cells, genCell("v", nil).Draw(t, "v"))
		}
		return r
	})
}

func genRead(table *schema.Table) *rapid.Generator[*row.Read] {
	return rapid.Custom(func(t *rapid.T) *row.Read {
		r := &row.Read{Table: table, Now: testNow, Range: token.Full}
		r.Reversed = rapid.Bool().Draw(t, "reversed")
		r.Purged = rapid.Bool().Draw(t, "purged")
		r.PerPartition = rapid.IntRange(0, 2).Draw(t, "per partition")
		if rapid.IntRange(0, 5).Draw(t, "no rows") == 0 {
			r.NoRows, r.PerPartition = true, 0
		}
		switch rapid.IntRange(0, 2).Draw(t, "what") {
		case 0:
			r.Keys = rapid.Permutation(testKeys()).Draw(t, "keys")[:rapid.IntRange(1, 5).Draw(t, "n")]
		case 1:
			tokens := []token.Token{token.Minimum, token.Maximum, token.Of(int4(1)), token.Of(int4(2)), 0}
			r.Range.Start = rapid.SampledFrom(tokens).Draw(t, "from")
			r.Range.End = rapid.SampledFrom(tokens).Draw(t, "to")
		}
		if rapid.Bool().Draw(t, "columns") {
			r.Columns = []string{"v"}
		}
		if rapid.Bool().Draw(t, "slices") {
			order := row.NewComparator(table)
			r.Slices = []row.Slice{}
			for range rapid.IntRange(1, 2).Draw(t, "slices") {
				s := genSlice().Draw(t, "slice")
				if n := len(r.Slices); !order.IsEmpty(s) && (n == 0 ||
					order.CompareCuts(row.EndCut(r.Slices[n-1].End), row.StartCut(s.Start)) <= 0) {
					r.Slices = append(r.Slices, s)
				}
			}
		}
		return r
	})
}

// readPaged reads in pages of the given number of rows and puts them together.
func readPaged(t *rapid.T, db *DB, read *row.Read, size int) *row.Result {
	out := &row.Result{}
	page := *read
	page.Limit = size
	for n := 0; ; n++ {
		if n > 200 {
			t.Fatal("paging does not end")
		}
		res, err := db.Read(context.Background(), &page)
		require.NoError(t, err)
		res, next := livePage(&page, res)
		for _, p := range res.Partitions {
			last := len(out.Partitions) - 1
			if last >= 0 && bytes.Equal(out.Partitions[last].Key, p.Key) {
				out.Partitions[last].Rows = append(out.Partitions[last].Rows, p.Rows...)
				continue
			}
			out.Partitions = append(out.Partitions, p)
		}
		if !res.More {
			return out
		}
		page.After = next
	}
}

func TestReadAgainstModel(t *testing.T) {
	table := wideTable()
	rapid.Check(t, func(t *rapid.T) {
		fs := MemFS()
		db, err := Open(testConfig(fs))
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		m := &model{t: table, partitions: map[string]*row.Partition{}}
		compare := func(what string, want, got *row.Result) {
			if d := cmp.Diff(want.Partitions, got.Partitions, cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("%s:\n%s", what, d)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				ms := rapid.SliceOfN(genMutation(table), 1, 3).Draw(t, "ms")
				require.NoError(t, db.Apply(context.Background(), ms))
				for _, x := range ms {
					m.apply(x)
				}
			},
			"read": func(t *rapid.T) {
				read := genRead(table).Draw(t, "read")
				res, err := db.Read(context.Background(), read)
				require.NoError(t, err)
				compare("read", m.read(read), purged(read, res))
				compare("paged", m.read(read), readPaged(t, db, read, rapid.IntRange(1, 4).Draw(t, "page")))
			},
			"flush":   func(t *rapid.T) { require.NoError(t, db.Flush()) },
			"compact": func(t *rapid.T) { require.NoError(t, db.CompactTable(context.Background(), table)) },
			"reopen": func(t *rapid.T) {
				require.NoError(t, db.Close())
				db, err = Open(testConfig(fs))
				require.NoError(t, err)
			},
		})
	})
}
