package exec_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
)

const createKeyspace = "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"

func (n *testNode) prepare(cql string) *exec.PreparedResult {
	n.t.Helper()
	p, err := n.exec.Prepare(context.Background(), n.session, cql, "", nil)
	require.NoError(n.t, err, cql)
	return p
}

func (n *testNode) execute(id []byte, o exec.Options, values ...[]byte) (*exec.Result, error) {
	o.Consistency = row.One
	for _, v := range values {
		o.Values = append(o.Values, exec.BoundValue{Bytes: v})
	}
	return n.exec.Execute(context.Background(), n.session, id, &o)
}

// The ids are those of Apache Cassandra 5.0.5: drivers compare them between nodes.
func TestPreparedIDs(t *testing.T) {
	n := runNode(t)
	require.Equal(t, "90037c2e32ba1e69718d4ef845440f56", hex.EncodeToString(n.prepare("select key from system.local").ID))
	n.session.SetKeyspace("system")
	require.Equal(t, "90037c2e32ba1e69718d4ef845440f56", hex.EncodeToString(n.prepare("select key from system.local").ID))
	p := n.prepare("select key from local")
	require.Equal(t, "7cd1eed670373675fcbe0858db255ea4", hex.EncodeToString(p.ID))
	require.Len(t, p.Warnings, 1)
	require.Contains(t, p.Warnings[0], "Keyspace used: system, statement keyspace: system, statement id: 7cd1eed670373675fcbe0858db255ea4")
	require.Empty(t, n.prepare("select key, rack from local").Warnings, "once a connection")
	_, err := n.exec.Prepare(context.Background(), n.session, "select key from system.nope", "", nil)
	require.EqualError(t, err, "table nope does not exist")
}

func TestPreparedVariables(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (p int, q int, c int, v text, m map<text, int>, PRIMARY KEY ((p, q), c))")
	for _, c := range []struct {
		cql  string
		keys []int
		want string
	}{
		{"INSERT INTO k.t (q, c, p) VALUES (?, ?, ?)", []int{2, 0}, "q int, c int, p int"},
		{"SELECT * FROM k.t WHERE p = ? AND q = ?", []int{0, 1}, "p int, q int"},
		{"SELECT * FROM k.t WHERE p = 1 AND q = ?", nil, "q int"},
		{"SELECT * FROM k.t WHERE p = :a AND q = :b AND c > ? LIMIT ?", []int{0, 1}, "a int, b int, c int, [limit] int"},
		{"SELECT * FROM k.t WHERE p IN ? AND q = ?", nil, "in(p) frozen<list<int>>, q int"},
		{"SELECT * FROM k.t WHERE p IN (?, ?) AND q = ?", []int{1, 2}, "p int, p int, q int"},
		{"SELECT * FROM k.t WHERE token(p, q) > ? PER PARTITION LIMIT ?", nil, "partition key token bigint, [per_partition_limit] int"},
		{"SELECT m[?] FROM k.t WHERE m CONTAINS KEY ? ALLOW FILTERING", nil, "key(m) text, key(m) text"},
		{"SELECT * FROM k.t WHERE p = 1 AND q = 1 AND (c) IN ?", nil, "in(c) frozen<list<frozen<tuple<int>>>>"},
	} {
		p := n.prepare(c.cql)
		text := ""
		for i, v := range p.Variables {
			if i > 0 {
				text += ", "
			}
			text += v.Name + " " + v.Type.String()
		}
		require.Equal(t, c.want, text, c.cql)
		require.Equal(t, c.keys, p.PKIndices, c.cql)
	}
}

func TestPreparedValues(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (k int PRIMARY KEY, v text)", "INSERT INTO k.t (k, v) VALUES (1, 'a')")
	p := n.prepare("SELECT v FROM k.t WHERE k = ?")
	one := cqltype.EncodeInt(1)
	for name, c := range map[string]struct {
		o    exec.Options
		want string
	}{
		"none":  {exec.Options{}, "there were 1 markers(?) in CQL but 0 bound variables"},
		"many":  {exec.Options{Values: []exec.BoundValue{{Bytes: one}, {Bytes: one}}}, "there were 1 markers(?) in CQL but 2 bound variables"},
		"name":  {exec.Options{Values: []exec.BoundValue{{Bytes: one}}, Names: []string{"x"}}, "there were 1 markers(?) in CQL but 0 bound variables"},
		"null":  {exec.Options{Values: []exec.BoundValue{{}}}, "Invalid null value in condition for column k"},
		"unset": {exec.Options{Values: []exec.BoundValue{{Unset: true}}}, "Invalid unset value for column k"},
		"empty": {exec.Options{Values: []exec.BoundValue{{Bytes: []byte{}}}}, "Key may not be empty"},
		"bytes": {exec.Options{Values: []exec.BoundValue{{Bytes: []byte{1}}}}, "Expected 4 or 0 byte int (1)"},
	} {
		_, err := n.execute(p.ID, c.o)
		require.EqualError(t, err, c.want, name)
	}
	res, err := n.execute(p.ID, exec.Options{Values: []exec.BoundValue{{Bytes: []byte("zzzz")}, {Bytes: one}}, Names: []string{"other", "k"}})
	require.NoError(t, err)
	require.Equal(t, [][][]byte{{[]byte("a")}}, res.Rows.Rows)
	require.Equal(t, "Invalid amount of bind variables", n.fails("SELECT v FROM k.t WHERE k = ?", exec.Options{}).Message)
}

func TestUnprepared(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (k int PRIMARY KEY, v text)", "CREATE TABLE k.other (k int PRIMARY KEY)")
	p := n.prepare("SELECT * FROM k.t WHERE k = 1")
	run := func() error {
		_, err := n.execute(p.ID, exec.Options{})
		return err
	}
	require.NoError(t, run())
	n.must("ALTER TABLE k.t WITH comment = 'x'", "ALTER TABLE k.other ADD v int")
	require.NoError(t, run(), "options and other tables do not matter")
	for _, change := range []string{
		"ALTER TABLE k.t ADD w int", "CREATE INDEX i ON k.t (w)", "DROP INDEX k.i", "ALTER TABLE k.t DROP w", "DROP TABLE k.t",
	} {
		n.must(change)
		e := cqlerr.As(run())
		require.NotNil(t, e, change)
		require.Equal(t, cqlerr.UnpreparedErr, e.Code, change)
		require.Equal(t, p.ID, e.Detail.(*cqlerr.Unprepared).ID)
		if change != "DROP TABLE k.t" {
			p = n.prepare("SELECT * FROM k.t WHERE k = 1")
			require.NoError(t, run(), change)
		}
	}
	_, err := n.execute([]byte{1, 2}, exec.Options{})
	require.ErrorContains(t, err, "Prepared query with ID 0102 not found")
}

func TestResultMetadata(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (k int PRIMARY KEY, v text)")
	p := n.prepare("SELECT v FROM k.t WHERE k = 1")
	require.True(t, p.HasResult)
	require.Len(t, p.ResultColumns, 1)
	for _, c := range []struct {
		id                       []byte
		version                  int
		skip, noMetadata, change bool
	}{
		{p.ResultMetadataID, 5, true, true, false},
		{p.ResultMetadataID, 5, false, false, false},
		{[]byte("other"), 5, true, false, true},
		{nil, 4, true, true, false},
		{nil, 4, false, false, false},
	} {
		n.session.Version = c.version
		res, err := n.execute(p.ID, exec.Options{SkipMetadata: c.skip, ResultMetadataID: c.id})
		require.NoError(t, err)
		require.Equal(t, c.noMetadata, res.Rows.NoMetadata, "%+v", c)
		require.Equal(t, c.change, res.Rows.MetadataChanged, "%+v", c)
		require.Equal(t, p.ResultMetadataID, res.Rows.MetadataID)
	}
	insert := n.prepare("INSERT INTO k.t (k) VALUES (1)")
	require.False(t, insert.HasResult)
	require.Equal(t, "d41d8cd98f00b204e9800998ecf8427e", hex.EncodeToString(insert.ResultMetadataID))
}

func TestPreparedCacheIsBounded(t *testing.T) {
	n := runNode(t)
	for i := range 20000 {
		n.prepare(fmt.Sprintf("SELECT key FROM system.local WHERE key = '%d'", i))
	}
	require.Less(t, n.exec.PreparedCount(), 10000)
}

// deleted is a store that keeps nothing and notes what is deleted.
type deleted struct{ ids []string }

func (*deleted) Save(context.Context, []byte, string, string) {}

func (d *deleted) Delete(_ context.Context, id []byte) { d.ids = append(d.ids, string(id)) }

func TestDroppedTablesTakeStatementsAlong(t *testing.T) {
	n := runNode(t)
	store := &deleted{}
	n.exec.PreparedStore = store
	n.must(createKeyspace)
	n.must("CREATE TABLE k.t (k int PRIMARY KEY)")
	n.must("CREATE TABLE k.other (k int PRIMARY KEY)")
	p, other := n.prepare("SELECT * FROM k.t"), n.prepare("SELECT * FROM k.other")
	n.must("DROP TABLE k.t")
	require.Contains(t, store.ids, string(p.ID))
	require.NotContains(t, store.ids, string(other.ID))
	_, err := n.execute(p.ID, exec.Options{})
	require.ErrorContains(t, err, "not found")
	n.must("DROP KEYSPACE k")
	require.Contains(t, store.ids, string(other.ID))
}

// As Cassandra does, PREPARE refuses what no values could make right.
func TestPrepareChecks(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.c (p int PRIMARY KEY, n counter)", "CREATE TABLE k.t (p int PRIMARY KEY, v int)",
		"CREATE MATERIALIZED VIEW k.mv AS SELECT * FROM k.t WHERE p IS NOT NULL AND v IS NOT NULL PRIMARY KEY (v, p)")
	for cql, want := range map[string]string{
		"UPDATE k.c USING TTL ? SET n = n + 1 WHERE p = 1":                                        "Cannot provide custom TTL for counter updates",
		"UPDATE k.c USING TIMESTAMP ? SET n = n + 1 WHERE p = 1":                                  "Cannot provide custom timestamp for counter updates",
		"BEGIN COUNTER BATCH UPDATE k.c USING TIMESTAMP ? SET n = n + 1 WHERE p = 1; APPLY BATCH": "Cannot provide custom timestamp for counter updates",
		"DELETE FROM k.mv WHERE p = 1 AND v = 1":                                                  "Cannot directly modify a materialized view",
	} {
		_, err := n.exec.Prepare(context.Background(), n.session, cql, "", nil)
		require.EqualError(t, err, want, cql)
	}
}

// Clients may send the elements of a set and the keys of a map in any order, and more than once.
func TestBoundSetsAndMaps(t *testing.T) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (p frozen<set<int>> PRIMARY KEY, m frozen<map<int, int>>)")
	one, two := cqltype.EncodeInt(1), cqltype.EncodeInt(2)
	set := func(elems ...[]byte) []byte { return cqltype.EncodeList(elems) }
	entries := func(list ...cqltype.Entry) []byte { return cqltype.EncodeMap(list) }
	insert := n.prepare("INSERT INTO k.t (p, m) VALUES (?, ?)")
	_, err := n.execute(insert.ID, exec.Options{}, set(two, one, two), entries(cqltype.Entry{Key: two, Value: one}, cqltype.Entry{Key: one, Value: one}, cqltype.Entry{Key: two, Value: two}))
	require.NoError(t, err)
	r, err := n.execute(n.prepare("SELECT p, m FROM k.t WHERE p = ?").ID, exec.Options{}, set(two, one))
	require.NoError(t, err)
	require.Equal(t, [][][]byte{{set(one, two), entries(cqltype.Entry{Key: one, Value: one}, cqltype.Entry{Key: two, Value: two})}}, r.Rows.Rows)
}
