package exec_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/auth"
	"alexandra/internal/cql/exec"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
)

func withKeyspace(t *testing.T) *testNode {
	n := runNode(t)
	n.must("CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
	n.session.SetKeyspace("ks")
	return n
}

func number(i int32) exec.BoundValue { return exec.BoundValue{Bytes: cqltype.EncodeInt(i)} }

var (
	unset = exec.BoundValue{Unset: true}
	null  = exec.BoundValue{}
)

func TestBoundValues(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (k int, c int, v int, m map<int, int>, l list<int>, PRIMARY KEY (k, c))",
		"INSERT INTO t (k, c, v, m) VALUES (1, 1, 1, {1: 1})")
	for _, c := range []struct {
		cql    string
		values []exec.BoundValue
		err    string
		want   string // the row after it
	}{
		{"INSERT INTO t (k, c, v, m) VALUES (1, 1, ?, ?)", []exec.BoundValue{unset, unset}, "", "row 1 | 1 | null | {1: 1} | 1"},
		{"UPDATE t SET m[?] = 2 WHERE k = 1 AND c = 1", []exec.BoundValue{number(2)}, "", "row 1 | 1 | null | {1: 1, 2: 2} | 1"},
		{"UPDATE t SET m[?] = ? WHERE k = 1 AND c = 1", []exec.BoundValue{number(2), null}, "", "row 1 | 1 | null | {1: 1} | 1"},
		{"UPDATE t SET m[?] = 1 WHERE k = 1 AND c = 1", []exec.BoundValue{null}, "Invalid null map key", ""},
		{"UPDATE t SET m[?] = 1 WHERE k = 1 AND c = 1", []exec.BoundValue{unset}, "Invalid unset map key", ""},
		{"INSERT INTO t (k, c, v) VALUES (1, 1, ?)", []exec.BoundValue{null}, "", "row 1 | 1 | null | {1: 1} | null"},
		{"INSERT INTO t (k, c, v) VALUES (?, 1, 1)", []exec.BoundValue{null}, "Invalid null value in condition for column k", ""},
		{"INSERT INTO t (k, c, v) VALUES (?, 1, 1)", []exec.BoundValue{unset}, "Invalid unset value for column k", ""},
		{"INSERT INTO t (k, c, v) VALUES (1, 1, ?)", []exec.BoundValue{{Bytes: []byte{1}}}, "Expected 4 or 0 byte int (1)", ""},
		{"UPDATE t USING TIMESTAMP ? SET v = 1 WHERE k = 1 AND c = 1", []exec.BoundValue{null}, "Invalid null value of timestamp", ""},
		{"UPDATE t USING TTL ? SET v = 5 WHERE k = 1 AND c = 1", []exec.BoundValue{unset}, "", "row 1 | 1 | null | {1: 1} | 5"},
		{"UPDATE t SET v = 6 WHERE k = 1 AND c IN ?", []exec.BoundValue{{Bytes: cqltype.EncodeList([][]byte{cqltype.EncodeInt(1)})}}, "", "row 1 | 1 | null | {1: 1} | 6"},
		{"UPDATE t SET v = 7 WHERE k = 1 AND c = 1 IF v = ?", []exec.BoundValue{unset}, "Invalid 'unset' value in condition", ""},
		{"UPDATE t SET v = 7 WHERE k = 1 AND c = 1 IF v IN ?", []exec.BoundValue{null}, "Invalid null list in IN condition", ""},
		{"UPDATE t SET l = l + [?] WHERE k = 1 AND c = 1", []exec.BoundValue{number(1)}, "Invalid list literal for l: bind variables are not supported inside collection literals", ""},
		{"UPDATE t SET v = v + ? WHERE k = 1 AND c = 1", []exec.BoundValue{number(1)}, "Invalid operation (v = v + ?) for non counter column v", ""},
		{"INSERT INTO t JSON ?", []exec.BoundValue{{Bytes: []byte(`{"k": 1, "c": 1, "v": 9}`)}}, "", "row 1 | 1 | null | null | 9"},
		{"INSERT INTO t JSON ?", []exec.BoundValue{null}, "Got null for INSERT JSON values", ""},
	} {
		_, err := n.query(c.cql, exec.Options{Values: c.values})
		if c.err != "" {
			require.EqualError(t, err, c.err, c.cql)
			continue
		}
		require.NoError(t, err, c.cql)
		require.Equal(t, c.want, n.text("SELECT * FROM t WHERE k = 1 AND c = 1", 0)[2], c.cql)
	}
}

func TestPreparedModification(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (p int, q int, c int, v int, PRIMARY KEY ((p, q), c))")
	for _, c := range []struct {
		cql  string
		vars []string
		keys []int
	}{
		{"INSERT INTO t (q, c, p, v) VALUES (?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?", []string{"q", "c", "p", "v", "[timestamp]", "[ttl]"}, []int{2, 0}},
		{"UPDATE t SET v = :x WHERE p = 1 AND q = ? AND c = ?", []string{"x", "q", "c"}, nil},
		{"DELETE FROM t WHERE p IN ? AND q = ?", []string{"in(p)", "q"}, nil},
		{"UPDATE t SET v = ? WHERE p = ? AND q = ? AND c = ? IF v IN ?", []string{"v", "p", "q", "c", "in(v)"}, []int{1, 2}},
		{"INSERT INTO t JSON ?", []string{"[json]"}, nil},
	} {
		p, err := n.exec.Prepare(context.Background(), n.session, c.cql, "", nil)
		require.NoError(t, err, c.cql)
		var names []string
		for _, v := range p.Variables {
			names = append(names, v.Name)
		}
		require.Equal(t, c.vars, names, c.cql)
		require.Equal(t, c.keys, p.PKIndices, c.cql)
	}
}

func TestBatchMessage(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (k int PRIMARY KEY, v int)")
	ctx := context.Background()
	p, err := n.exec.Prepare(ctx, n.session, "INSERT INTO t (k, v) VALUES (?, ?)", "", nil)
	require.NoError(t, err)
	_, err = n.exec.Batch(ctx, n.session, exec.Logged, []exec.BatchItem{
		{ID: p.ID, Values: []exec.BoundValue{number(1), number(10)}},
		{ID: p.ID, Values: []exec.BoundValue{number(2), number(20)}},
		{Query: "UPDATE t SET v = 30 WHERE k = 3"},
	}, &exec.Options{Consistency: row.One, HasTimestamp: true, Timestamp: 5})
	require.NoError(t, err)
	require.Equal(t, []string{"row 1 | 10 | 5", "row 2 | 20 | 5", "row 3 | 30 | 5"}, n.text("SELECT k, v, writetime(v) FROM t", 0)[2:])

	for _, c := range []struct {
		items []exec.BatchItem
		err   string
	}{
		{[]exec.BatchItem{{ID: p.ID, Values: []exec.BoundValue{number(1)}}}, "There were 2 markers(?) in CQL but 1 bound variables"},
		{[]exec.BatchItem{{Query: "SELECT * FROM t"}}, "Invalid statement in batch: only UPDATE, INSERT and DELETE statements are allowed."},
	} {
		_, err := n.exec.Batch(ctx, n.session, exec.Unlogged, c.items, &exec.Options{Consistency: row.One})
		require.EqualError(t, err, c.err)
	}
}

// TestPrependKeepsOrder: what is prepended later stands before.
func TestPrependKeepsOrder(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (k int PRIMARY KEY, l list<int>)",
		"UPDATE t SET l = [5] WHERE k = 1",
		"UPDATE t SET l = [3, 4] + l WHERE k = 1",
		"UPDATE t SET l = [1, 2] + l WHERE k = 1",
		"UPDATE t SET l = l + [6, 7] WHERE k = 1",
		"UPDATE t SET l[0] = 0 WHERE k = 1",
		"UPDATE t SET l = l - [2, 6] WHERE k = 1")
	require.Equal(t, "row 1 | [0, 3, 4, 5, 7]", n.text("SELECT * FROM t", 0)[2])
}

// TestViewFollows: a view shows at every moment what its base table says.
func TestViewFollows(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (k int, c int, v int, w text, m map<int, int>, PRIMARY KEY (k, c))",
		"CREATE MATERIALIZED VIEW mv AS SELECT k, c, v, w, m FROM t WHERE v IS NOT NULL AND k IS NOT NULL AND c < 100 PRIMARY KEY (v, k, c)")
	prepared, err := n.exec.Prepare(context.Background(), n.session, "UPDATE t SET w = ? WHERE k = 1 AND c = 2", "", nil)
	require.NoError(t, err)
	n.must("CREATE MATERIALIZED VIEW late AS SELECT k, c, w FROM t WHERE w IS NOT NULL AND k IS NOT NULL AND c IS NOT NULL PRIMARY KEY (w, k, c)")
	_, err = n.exec.Execute(context.Background(), n.session, prepared.ID, &exec.Options{Consistency: row.One, Values: []exec.BoundValue{{Bytes: []byte("x")}}})
	require.NoError(t, err)
	require.Equal(t, []string{`row "x" | 1 | 2`}, n.text("SELECT * FROM late", 0)[2:])
	n.must("DELETE FROM t WHERE k = 1 AND c = 2")
	for _, c := range []struct{ cql, want string }{
		{"INSERT INTO t (k, c, v, w, m) VALUES (1, 1, 10, 'in', {1: 1})", "row 10 | 1 | 1 | {1: 1} | \"in\""},
		{"UPDATE t SET v = 11 WHERE k = 1 AND c = 1", "row 11 | 1 | 1 | {1: 1} | \"in\""},
		{"UPDATE t SET v = 10, m = m + {2: 2} WHERE k = 1 AND c = 1", "row 10 | 1 | 1 | {1: 1, 2: 2} | \"in\""},
		{"UPDATE t SET w = 'on' WHERE k = 1 AND c = 1 IF w = 'in'", "row 10 | 1 | 1 | {1: 1, 2: 2} | \"on\""},
		{"INSERT INTO t (k, c, v) VALUES (1, 200, 10)", "row 10 | 1 | 1 | {1: 1, 2: 2} | \"on\""},
		{"DELETE m[1] FROM t WHERE k = 1 AND c = 1", "row 10 | 1 | 1 | {2: 2} | \"on\""},
		{"DELETE v FROM t WHERE k = 1 AND c = 1", ""},
		{"UPDATE t SET v = 10 WHERE k = 1 AND c = 1", "row 10 | 1 | 1 | {2: 2} | \"on\""},
		{"DELETE FROM t WHERE k = 1 AND c > 0", ""},
		{"BEGIN BATCH INSERT INTO t (k, c, v, w) VALUES (1, 1, 10, 'in'); INSERT INTO t (k, c, v, w) VALUES (1, 200, 20, 'x'); APPLY BATCH", "row 10 | 1 | 1 | null | \"in\""},
		{"DELETE FROM t WHERE k = 1", ""},
	} {
		n.must(c.cql)
		var got string
		if rows := n.text("SELECT * FROM mv", 0)[2:]; len(rows) > 0 {
			require.Len(t, rows, 1, c.cql)
			got = rows[0]
		}
		require.Equal(t, c.want, got, c.cql)
	}
}

// TestViewUnderConcurrentWrites: whoever wins in the base table wins in the view.
func TestViewUnderConcurrentWrites(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (k int PRIMARY KEY, v int)",
		"CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t WHERE v IS NOT NULL AND k IS NOT NULL PRIMARY KEY (v, k)")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				_, err := n.query("UPDATE t SET v = ? WHERE k = 1", exec.Options{}, cqltype.EncodeInt(int32(10*i+j)))
				require.NoError(t, err)
			}
		})
	}
	wg.Wait()
	base, view := n.text("SELECT v, k FROM t", 0)[2:], n.text("SELECT v, k FROM mv", 0)[2:]
	require.Equal(t, base, view)
}

func TestExpiryOverflow(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (k int PRIMARY KEY, v int)")
	for policy, warns := range map[string]bool{"CAP": true, "CAP_NOWARN": false} {
		n.exec.Settings.Properties.ExpirationDateOverflowPolicy = policy
		res, err := n.query("INSERT INTO t (k, v) VALUES (1, 1) USING TTL 630720000", exec.Options{})
		require.NoError(t, err)
		if warns {
			require.Equal(t, []string{"Request on table ks.t with ttl of 630720000 seconds exceeds maximum supported expiration date of " +
				"2038-01-19T03:14:06+00:00 and will have its expiration capped to that date. In order to avoid this use a lower TTL or " +
				"upgrade to a version where this limitation is fixed. See CASSANDRA-14092 and CASSANDRA-14227 for more details."}, res.Warnings)
		} else {
			require.Empty(t, res.Warnings)
		}
		require.Equal(t, "row 1", n.text("SELECT v FROM t WHERE k = 1", 0)[2])
	}
	n.exec.Settings.Properties.ExpirationDateOverflowPolicy = "REJECT"
	_, err := n.query("INSERT INTO t (k, v) VALUES (1, 1) USING TTL 630720000", exec.Options{})
	require.ErrorContains(t, err, "change the expiration date overflow policy")
}

func TestTermGuardrails(t *testing.T) {
	n := withKeyspace(t)
	n.must("CREATE TABLE t (k int PRIMARY KEY, v text, m map<text, text>)", "CREATE INDEX ON t (v) USING 'sai'", "CREATE INDEX ON t (ENTRIES(m)) USING 'sai'")
	n.exec.Authority = &gate{granted: map[string]bool{"MODIFY data": true}}
	n.session.SetUser(auth.User{Name: "bob"})
	for cql, want := range map[string]string{
		"INSERT INTO t (k, v) VALUES (1, '" + strings.Repeat("x", 1025) + "')":        "Guardrail sai_string_term_size violated: Value of column 'v' has size 1.001KiB, this exceeds the warning threshold of 1.000KiB.",
		"INSERT INTO t (k, v) VALUES (1, '" + strings.Repeat("x", 9000) + "')":        "Guardrail sai_string_term_size violated: Value of column 'v' has size 8.789KiB, this exceeds the failure threshold of 8.000KiB.",
		"INSERT INTO t (k, m) VALUES (1, {'a': '" + strings.Repeat("x", 1020) + "'})": "Guardrail sai_string_term_size violated: Value of column 'm' has size 1.003KiB, this exceeds the warning threshold of 1.000KiB.",
		"INSERT INTO t (k, v) VALUES (1, '" + strings.Repeat("x", 1024) + "')":        "",
	} {
		res, err := n.query(cql, exec.Options{})
		if err != nil {
			require.EqualError(t, err, want)
			continue
		}
		if want == "" {
			require.Empty(t, res.Warnings)
		} else {
			require.Equal(t, []string{want}, res.Warnings)
		}
	}
}
