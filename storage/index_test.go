package storage

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// indexedTable is wideTable with an index of each kind.
func indexedTable() *schema.Table {
	t := wideTable()
	t.Indexes = map[string]*schema.Index{}
	for name, target := range map[string]string{
		"by_v": "v", "by_a": "a", "by_b": `"b"`, "by_s": "s",
		"by_key": "keys(m)", "by_value": "values(m)", "by_entry": "entries(m)",
	} {
		t.Indexes[name] = &schema.Index{Name: name, Kind: "COMPOSITES", Options: map[string]string{"target": target}}
	}
	sasi := func(name, target, mode, analyzer string) {
		t.Indexes[name] = &schema.Index{Name: name, Kind: schema.KindCustom, Options: map[string]string{
			"target": target, "class_name": "org.apache.cassandra.index.sasi.SASIIndex", "mode": mode,
			"analyzer_class": "org.apache.cassandra.index.sasi.analyzer." + analyzer, "delimiter": "y",
		}}
	}
	sasi("like_v", "v", "PREFIX", "NoOpAnalyzer")
	sasi("part_v", "v", "CONTAINS", "NonTokenizingAnalyzer")
	sasi("word_v", "v", "CONTAINS", "DelimiterAnalyzer")
	sasi("like_a", "a", "SPARSE", "NoOpAnalyzer")
	sasi("like_b", "b", "PREFIX", "NoOpAnalyzer")
	sasi("like_s", "s", "CONTAINS", "NoOpAnalyzer")
	return t
}

// asks lists, for each index, a question and the rule that a live row (with its partition) has to obey.
type ask struct {
	read row.IndexRead
	rule func(p *row.Partition, r *row.Row) bool
}

func hasCell(r *row.Row, column string, ok func(c *row.Cell) bool) bool {
	return r != nil && slices.ContainsFunc(r.Cells, func(c row.Cell) bool { return c.Column == column && ok(&c) })
}

func asks() []ask {
	is := func(want string) func(*row.Cell) bool {
		return func(c *row.Cell) bool { return string(c.Value) == want }
	}
	return []ask{
		{row.IndexRead{Index: "by_v", Value: []byte("x")}, func(_ *row.Partition, r *row.Row) bool { return hasCell(r, "v", is("x")) }},
		{
			row.IndexRead{Index: "by_v", Op: row.IndexRange, Value: []byte("x")},
			func(_ *row.Partition, r *row.Row) bool {
				return hasCell(r, "v", func(c *row.Cell) bool { return string(c.Value) > "x" })
			},
		},
		{
			row.IndexRead{Index: "by_v", Op: row.IndexRange, Upper: []byte("x"), UpperInclusive: true},
			func(_ *row.Partition, r *row.Row) bool {
				return hasCell(r, "v", func(c *row.Cell) bool { return string(c.Value) <= "x" })
			},
		},
		{row.IndexRead{Index: "by_a", Value: int4(-1)}, func(_ *row.Partition, r *row.Row) bool { return bytes.Equal(r.Clustering[0], int4(-1)) }},
		{
			row.IndexRead{Index: "by_a", Op: row.IndexRange, Value: int4(0), LowerInclusive: true, Upper: int4(2)},
			func(_ *row.Partition, r *row.Row) bool {
				return bytes.Equal(r.Clustering[0], int4(0)) || bytes.Equal(r.Clustering[0], int4(1))
			},
		},
		{
			row.IndexRead{Index: "like_v", Op: row.IndexPrefix, Value: []byte("y")},
			func(_ *row.Partition, r *row.Row) bool {
				return hasCell(r, "v", func(c *row.Cell) bool { return strings.HasPrefix(string(c.Value), "y") })
			},
		},
		{row.IndexRead{Index: "part_v", Value: []byte("yy")}, func(_ *row.Partition, r *row.Row) bool { return hasCell(r, "v", is("yy")) }},
		{row.IndexRead{Index: "word_v", Value: []byte("x")}, func(_ *row.Partition, r *row.Row) bool { return hasCell(r, "v", is("x")) }},
		{
			row.IndexRead{Index: "part_v", Op: row.IndexContains, Value: []byte("y")},
			func(_ *row.Partition, r *row.Row) bool {
				return hasCell(r, "v", func(c *row.Cell) bool { return strings.Contains(string(c.Value), "y") })
			},
		},
		{
			row.IndexRead{Index: "part_v", Op: row.IndexSuffix, Value: []byte("x")},
			func(_ *row.Partition, r *row.Row) bool {
				return hasCell(r, "v", func(c *row.Cell) bool { return strings.HasSuffix(string(c.Value), "x") })
			},
		},
		{
			row.IndexRead{Index: "like_a", Op: row.IndexRange, Upper: int4(1), UpperInclusive: true},
			func(_ *row.Partition, r *row.Row) bool { return cqltype.Int.Compare(r.Clustering[0], int4(1)) <= 0 },
		},
		{
			row.IndexRead{Index: "like_b", Op: row.IndexRange, Value: []byte("\x00"), LowerInclusive: true},
			func(_ *row.Partition, r *row.Row) bool { return string(r.Clustering[1]) >= "\x00" },
		},
		{
			row.IndexRead{Index: "like_s", Op: row.IndexContains, Value: []byte("y")},
			func(p *row.Partition, _ *row.Row) bool { return hasCell(p.Static, "s", is("yy")) },
		},
		{row.IndexRead{Index: "by_b", Value: []byte("\x00")}, func(_ *row.Partition, r *row.Row) bool { return string(r.Clustering[1]) == "\x00" }},
		{row.IndexRead{Index: "by_s", Value: []byte("x")}, func(p *row.Partition, _ *row.Row) bool { return hasCell(p.Static, "s", is("x")) }},
		{
			row.IndexRead{Index: "by_key", Value: int4(1)},
			func(_ *row.Partition, r *row.Row) bool {
				return hasCell(r, "m", func(c *row.Cell) bool { return bytes.Equal(c.Path, int4(1)) })
			},
		},
		{row.IndexRead{Index: "by_value", Value: []byte("yy")}, func(_ *row.Partition, r *row.Row) bool { return hasCell(r, "m", is("yy")) }},
		{
			row.IndexRead{Index: "by_entry", Value: row.EntryTerm(int4(0), []byte("x"))},
			func(_ *row.Partition, r *row.Row) bool {
				return hasCell(r, "m", func(c *row.Cell) bool { return bytes.Equal(c.Path, int4(0)) && string(c.Value) == "x" })
			},
		},
	}
}

// ruled keeps the rows that obey the rule, and partitions that have any.
func ruled(res *row.Result, rule func(*row.Partition, *row.Row) bool) []*row.Partition {
	var out []*row.Partition
	for _, p := range res.Partitions {
		q := *p
		q.Rows = slices.DeleteFunc(slices.Clone(p.Rows), func(r *row.Row) bool { return !rule(p, r) })
		if len(q.Rows) > 0 {
			out = append(out, &q)
		}
	}
	return out
}

func TestIndexAgainstModel(t *testing.T) {
	table := indexedTable()
	rapid.Check(t, func(t *rapid.T) {
		db, err := Open(testConfig(MemFS()))
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		db.SetSchema(schemaWith(table))
		m := &model{t: table, partitions: map[string]*row.Partition{}}
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
				read.Reversed, read.NoRows, read.PerPartition, read.Columns = false, false, 0, nil
				a := rapid.SampledFrom(asks()).Draw(t, "ask")
				want := ruled(m.read(read), a.rule)
				read.Index = &a.read
				got := ruled(readPaged(t, db, read, rapid.IntRange(1, 9).Draw(t, "page")), a.rule)
				if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
					t.Fatalf("%s:\n%s", a.read.Index, d)
				}
			},
			"flush":   func(t *rapid.T) { require.NoError(t, db.Flush()) },
			"compact": func(t *rapid.T) { require.NoError(t, db.CompactTable(context.Background(), table)) },
			"rebuild": func(t *rapid.T) {
				name := rapid.SampledFrom([]string{"by_v", "part_v", "like_a", "like_s"}).Draw(t, "index")
				require.NoError(t, db.DropIndex(table, name))
				require.NoError(t, db.BuildIndex(context.Background(), table, name))
			},
		})
	})
}

func countEntries(t *testing.T, db *DB, table *schema.Table) int {
	from := appendTable(nil, spaceIndex, table)
	it, err := db.newIter(context.Background(), from, successorOf(from))
	require.NoError(t, err)
	defer it.Close()
	n := 0
	for it.First(); it.Valid(); it.Next() {
		n++
	}
	return n
}

func TestStaleEntriesGo(t *testing.T) {
	table := simpleTable()
	table.Indexes = map[string]*schema.Index{"i": {Name: "i", Options: map[string]string{"target": "v"}}}
	db := openTest(t)
	db.SetSchema(schemaWith(table))
	read := func(value string) []string {
		r := all(table)
		r.Index = &row.IndexRead{Index: "i", Value: []byte(value)}
		return liveRows(t, db, r, "v")
	}
	apply(t, db, put(table, int4(1), 1, nil, "v", "old"), put(table, int4(2), 1, nil, "v", "old"))
	apply(t, db, put(table, int4(1), 2, nil, "v", "new"))
	require.Equal(t, 3, countEntries(t, db, table))
	require.Equal(t, []string{"old"}, read("old"), "one row changed")
	require.Equal(t, 2, countEntries(t, db, table), "the reader removed the entry that led to nothing")

	gone := mutation(table, int4(2))
	gone.Deletion = row.Deletion{Timestamp: 3, LocalTime: testNow}
	apply(t, db, gone)
	require.NoError(t, db.CompactTable(context.Background(), table))
	require.Equal(t, 1, countEntries(t, db, table), "so does compaction")
	require.Equal(t, []string{"new"}, read("new"))
	require.NoError(t, db.Truncate(table))
	require.Zero(t, countEntries(t, db, table))
	require.Empty(t, read("new"))
}

func TestIndexOnPartitionKeyPart(t *testing.T) {
	table := newTable(3,
		&schema.Column{Name: "p", Kind: schema.PartitionKey, Type: cqltype.Int},
		&schema.Column{Name: "q", Kind: schema.PartitionKey, Type: cqltype.Text},
		&schema.Column{Name: "a", Kind: schema.Clustering, Type: cqltype.Int},
		&schema.Column{Name: "v", Kind: schema.Regular, Type: cqltype.Text},
	)
	table.Indexes = map[string]*schema.Index{"i": {Name: "i", Options: map[string]string{
		"target": "q", "class_name": "sai", "case_sensitive": "false", "ascii": "true", "normalize": "true",
	}}}
	db := openTest(t)
	var want []string
	for i := range 40 {
		q := []string{"Ärger", "other"}[i%2]
		key := row.ComposeKey([][]byte{int4(i), []byte(q)})
		apply(t, db, put(table, key, 1, [][]byte{int4(1)}, "v", fmt.Sprint(i)), put(table, key, 1, [][]byte{int4(2)}, "v", "-"))
		if i%2 == 0 {
			want = append(want, fmt.Sprint(i))
		}
	}
	r := all(table)
	r.Index = &row.IndexRead{Index: "i", Value: []byte("aRGER")}
	got := liveRows(t, db, r, "v")
	require.Len(t, got, 40, "both rows of each partition")
	got = slices.DeleteFunc(got, func(s string) bool { return s == "-" })
	require.ElementsMatch(t, want, got)
}

func TestIndexRefusesLargeValues(t *testing.T) {
	table := simpleTable()
	table.Indexes = map[string]*schema.Index{"k_v": {Name: "k_v", Options: map[string]string{"target": "v"}}}
	db := openTest(t)
	err := db.Apply(context.Background(), []*row.Mutation{put(table, int4(1), 1, nil, "v", strings.Repeat("x", 65535))})
	require.EqualError(t, err, "Cannot index value of size 65535 for index k_v on ks.t(v) (maximum allowed size=65535)")
	require.Empty(t, liveRows(t, db, all(table), "v"))
}

// TestAttachedIndexLeavesLongTermsOut: the row is stored, and found by other ways.
func TestAttachedIndexLeavesLongTermsOut(t *testing.T) {
	table := simpleTable()
	table.Indexes = map[string]*schema.Index{"i": {Name: "i", Options: map[string]string{"target": "v", "class_name": "sai"}}}
	db := openTest(t)
	for size, found := range map[int]int{8192: 1, 8193: 0} {
		value := strings.Repeat("x", size)
		apply(t, db, put(table, int4(size), 1, nil, "v", value))
		r := all(table)
		r.Index = &row.IndexRead{Index: "i", Value: []byte(value)}
		require.Len(t, liveRows(t, db, r, "v"), found, "%d bytes", size)
	}
	require.Len(t, liveRows(t, db, all(table), "v"), 2)
}

func TestIndexRangeInBatches(t *testing.T) {
	table := simpleTable()
	table.Indexes = map[string]*schema.Index{"i": {Name: "i", Options: map[string]string{"target": "v"}}}
	db := openTest(t)
	var ms []*row.Mutation
	for i := range 3 * indexBatch {
		ms = append(ms, put(table, int4(i), 1, nil, "v", fmt.Sprintf("%05d", i)))
	}
	apply(t, db, ms...)
	r := &row.Read{Table: table, Range: token.Full, Now: testNow, Purged: true}
	r.Index = &row.IndexRead{Index: "i", Op: row.IndexRange, Value: []byte("00010"), Upper: []byte("99999")}
	res, err := db.Read(context.Background(), r)
	require.NoError(t, err)
	require.Len(t, res.Partitions, 3*indexBatch-11)
	require.True(t, slices.IsSortedFunc(res.Partitions, func(a, b *row.Partition) int {
		if a.Token < b.Token {
			return -1
		}
		return 1
	}))
}

// TestStaleEntriesUnderWrites lets a value come and go while readers remove stale entries: none may be lost.
func TestStaleEntriesUnderWrites(t *testing.T) {
	table := simpleTable()
	table.Indexes = map[string]*schema.Index{"i": {Name: "i", Options: map[string]string{"target": "v"}}}
	db := openTest(t)
	read := func(value string) []string {
		r := all(table)
		r.Index = &row.IndexRead{Index: "i", Value: []byte(value)}
		return liveRows(t, db, r, "v")
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for _, v := range []string{"x", "y"} {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					read(v)
				}
			}
		})
	}
	for i := range 500 {
		v := []string{"x", "y"}[i%2]
		apply(t, db, put(table, int4(1), int64(i), nil, "v", v))
		require.Equal(t, []string{v}, read(v), "after write %d", i)
	}
	close(stop)
	readers.Wait()
}
