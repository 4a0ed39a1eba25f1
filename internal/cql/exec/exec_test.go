package exec_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// FuzzPagingState: clients may send anything as a paging state. It is refused or it is used, but nothing breaks.
func FuzzPagingState(f *testing.F) {
	n := runNode(f)
	n.must(createKeyspace, "CREATE TABLE k.t (k int, c int, s int STATIC, PRIMARY KEY (k, c))")
	for i := range 5 {
		n.must(fmt.Sprintf("INSERT INTO k.t (k, c, s) VALUES (%d, %d, 1)", i%2, i))
	}
	for _, cql := range []string{"SELECT * FROM k.t", "SELECT k, count(*) FROM k.t GROUP BY k", "SELECT * FROM k.t WHERE k IN (0, 1)"} {
		res, err := n.query(cql, exec.Options{PageSize: 1})
		require.NoError(f, err)
		f.Add(res.Rows.PagingState)
	}
	f.Add([]byte{})
	f.Add([]byte("no paging state"))
	f.Fuzz(func(t *testing.T, state []byte) {
		valid := exec.ValidPagingState(state)
		for _, cql := range []string{"SELECT * FROM k.t", "SELECT k, count(*) FROM k.t GROUP BY k PER PARTITION LIMIT 1", "SELECT * FROM k.t WHERE k = 1 ORDER BY c DESC", "SELECT key FROM system.local"} {
			_, err := n.query(cql, exec.Options{PageSize: 2, PagingState: bytes.Clone(state)})
			if !valid && state != nil {
				require.EqualError(t, err, "Invalid value for the paging state")
			}
		}
	})
}

// However a result is cut into pages, together they are the result.
func TestPagesTogether(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (k int, c int, d int, s int STATIC, v int, PRIMARY KEY (k, c, d)) WITH CLUSTERING ORDER BY (c ASC, d DESC)")
	rapid.Check(t, func(rt *rapid.T) {
		require.NoError(t, n.db.Truncate(n.Schema().Table("k", "t")))
		for range rapid.IntRange(0, 30).Draw(rt, "rows") {
			k, c := rapid.IntRange(0, 3).Draw(rt, "k"), rapid.IntRange(0, 3).Draw(rt, "c")
			d, v := rapid.IntRange(0, 2).Draw(rt, "d"), rapid.IntRange(0, 2).Draw(rt, "v")
			if rapid.IntRange(0, 9).Draw(rt, "static") == 0 {
				n.must(fmt.Sprintf("INSERT INTO k.t (k, s) VALUES (%d, %d)", k, v))
			} else {
				n.must(fmt.Sprintf("INSERT INTO k.t (k, c, d, v) VALUES (%d, %d, %d, %d)", k, c, d, v))
			}
		}
		cql := "SELECT " + rapid.SampledFrom([]string{"*", "DISTINCT k, s", "k, count(*), max(v)"}).Draw(rt, "columns") + " FROM k.t"
		grouped := cql[7] == 'k'
		cql += rapid.SampledFrom([]string{"", " WHERE k = 1", " WHERE k IN (0, 1, 3)", " WHERE token(k) > 0"}).Draw(rt, "where")
		if grouped {
			cql += rapid.SampledFrom([]string{" GROUP BY k", " GROUP BY k, c"}).Draw(rt, "group")
		}
		if cql[7] != 'D' {
			cql += rapid.SampledFrom([]string{"", " PER PARTITION LIMIT 2"}).Draw(rt, "per partition")
		}
		cql += rapid.SampledFrom([]string{"", " LIMIT 3", " LIMIT 7"}).Draw(rt, "limit")
		whole, err := n.answer(cql, exec.Options{}, false)
		require.NoError(rt, err)
		pages, err := n.answer(cql, exec.Options{PageSize: rapid.IntRange(1, 6).Draw(rt, "size")}, false)
		require.NoError(rt, err)
		require.Equal(rt, rowsOnly(whole), rowsOnly(pages), cql)
	})
}

// unpaged is text without paging.
func (n *testNode) unpaged(cql string) []string {
	n.t.Helper()
	lines, err := n.answer(cql, exec.Options{}, false)
	require.NoError(n.t, err, cql)
	return lines
}

func rowsOnly(lines []string) []string {
	var out []string
	for _, l := range lines {
		if l[0] == 'r' {
			out = append(out, l)
		}
	}
	return out
}

// Filters read on until a page is full, chunk by chunk.
func TestFilterOverManyRows(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (k int, c int, v int, PRIMARY KEY (k, c))")
	for i := range 1000 {
		_, err := n.query("INSERT INTO k.t (k, c, v) VALUES (?, ?, ?)", exec.Options{},
			cqltype.EncodeInt(int32(i%7)), cqltype.EncodeInt(int32(i)), cqltype.EncodeInt(int32(i%250)))
		require.NoError(t, err)
	}
	lines := n.text("SELECT c FROM k.t WHERE v = 3 ALLOW FILTERING", 3)
	require.Contains(t, lines, "pages 3 1")
	require.Len(t, rowsOnly(lines), 4)
	require.Equal(t, []string{"row 1000"}, rowsOnly(n.text("SELECT count(*) FROM k.t", 10)))
	before := n.reads.Load()
	n.text("SELECT c FROM k.t WHERE k = 1", 0)
	require.Equal(t, int64(1), n.reads.Load()-before, "a partition is one read")
}

// A partition of a list is read once, whatever LIMIT and page size.
func TestTraceIsWritten(t *testing.T) {
	n := runNode(t)
	trace := n.exec.StartTrace(n.session)
	_, err := n.query("SELECT key FROM system.local WHERE key = 'x'", exec.Options{Tracing: trace, PageSize: 10})
	require.NoError(t, err)
	n.exec.Close()
	lines := n.unpaged("SELECT command, request, parameters FROM system_traces.sessions WHERE session_id = " + trace.ID.String())
	require.Equal(t, `row "QUERY" | "Execute CQL3 query" | {"consistency_level": "ONE", "page_size": "10", `+
		`"query": "SELECT key FROM system.local WHERE key = 'x'", "serial_consistency_level": "SERIAL"}`, lines[1])
	lines = n.unpaged("SELECT activity FROM system_traces.events WHERE session_id = " + trace.ID.String() + " LIMIT 2")
	require.Equal(t, []string{`row "Parsing SELECT key FROM system.local WHERE key = 'x'"`, `row "Preparing statement"`}, lines[1:])
}

// numbers is a virtual table of the numbers 0 to 9, out of order.
type numbers struct{ asked [][]byte }

// Read implements exec.VirtualTables.
func (v *numbers) Read(_ context.Context, _ *schema.Table, key [][]byte) ([]*row.Partition, error) {
	v.asked = key
	var out []*row.Partition
	for i := range 10 {
		p := &row.Partition{Key: cqltype.EncodeInt(int32(i * 7 % 10 / 3))}
		p.Rows = []*row.Row{{
			Clustering: [][]byte{cqltype.EncodeInt(int32(i * 7 % 10))}, Liveness: row.Liveness{Timestamp: 1},
			Cells: []row.Cell{{Column: "v", Value: cqltype.EncodeInt(int32(-i))}},
		}}
		at := len(out)
		for j, q := range out {
			if bytes.Equal(q.Key, p.Key) {
				at = j
			}
		}
		if at == len(out) {
			out = append(out, p)
		} else {
			out[at].Rows = append(out[at].Rows, p.Rows...)
		}
	}
	return out, nil
}

// Write implements exec.VirtualTables.
func (*numbers) Write(context.Context, *schema.Table, *row.Mutation) error { return nil }

func TestVirtualTable(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.numbers (k int, n int, v int, PRIMARY KEY (k, n))")
	table := n.Schema().Table("k", "numbers").Copy()
	table.Virtual = true
	n.publish(n.Schema().WithKeyspace(n.Schema().Keyspace("k").WithTable(table)))
	v := &numbers{}
	n.exec.Virtual = v
	for cql, want := range map[string][]string{
		"SELECT n FROM k.numbers":                                {"row 0", "row 1", "row 2", "row 3", "row 4", "row 5", "row 6", "row 7", "row 8", "row 9"},
		"SELECT n FROM k.numbers WHERE k = 1":                    {"row 3", "row 4", "row 5"},
		"SELECT n FROM k.numbers WHERE token(k) > token(2)":      {"row 9"},
		"SELECT n FROM k.numbers WHERE k IN (3, 1) AND n > 4":    {"row 5", "row 9"},
		"SELECT n FROM k.numbers WHERE k = 1 ORDER BY n DESC":    {"row 5", "row 4", "row 3"},
		"SELECT n FROM k.numbers WHERE v = -1":                   {"row 7"},
		"SELECT n FROM k.numbers WHERE n >= 8":                   {"row 8", "row 9"},
		"SELECT max(n) FROM k.numbers WHERE k = 2":               {"row 8"},
		"SELECT k, count(*) FROM k.numbers GROUP BY k LIMIT 2":   {"row 0 | 3", "row 1 | 3"},
		"SELECT DISTINCT k FROM k.numbers":                       {"row 0", "row 1", "row 2", "row 3"},
		"SELECT n FROM k.numbers PER PARTITION LIMIT 1 LIMIT 3":  {"row 0", "row 3", "row 6"},
		"SELECT n FROM k.numbers WHERE token(k) = token(5)":      nil,
		"SELECT n FROM k.numbers WHERE k = 1 AND n IN (3, 5, 9)": {"row 3", "row 5"},
	} {
		for _, page := range []int{0, 1, 2, 4} {
			require.Equal(t, want, rowsOnly(n.text(cql, page)), "%s, pages of %d", cql, page)
		}
	}
	n.text("SELECT n FROM k.numbers WHERE k = 1", 0)
	require.Equal(t, [][]byte{cqltype.EncodeInt(1)}, v.asked, "a single key is passed on")
}

func TestConsistencyOfReads(t *testing.T) {
	n := runNode(t)
	n.session.SetKeyspace("system")
	require.Equal(t, "ANY ConsistencyLevel is only supported for writes",
		func() string {
			_, err := n.exec.Internal(context.Background(), "SELECT key FROM system.local", row.Any)
			return err.Error()
		}())
	require.Equal(t, "NODE_LOCAL consistency level is highly dangerous and should be used only for debugging purposes",
		n.fails("SELECT key FROM local", exec.Options{Consistency: row.NodeLocal}).Message)
	require.Equal(t, "SERIAL/LOCAL_SERIAL consistency may only be requested for one partition at a time",
		n.fails("SELECT key FROM local WHERE key IN ('a', 'b')", exec.Options{Consistency: row.Serial}).Message)
	require.Equal(t, "Keyspace 'nope' does not exist", n.fails("SELECT key FROM local", exec.Options{Keyspace: "nope"}).Message)
	n.session.SetKeyspace("")
	require.Equal(t, "No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename", n.fails("SELECT key FROM local", exec.Options{}).Message)
	_, err := n.query("SELECT key FROM local", exec.Options{Keyspace: "system"})
	require.NoError(t, err)
}
