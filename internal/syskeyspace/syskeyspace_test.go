package syskeyspace_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/parse"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/syskeyspace"
)

func load(t testing.TB) *schema.Schema {
	t.Helper()
	s, err := syskeyspace.Load()
	require.NoError(t, err)
	return s
}

// TestDescribe compares every system table with what Cassandra says of it.
func TestDescribe(t *testing.T) {
	s := load(t)
	text, err := os.ReadFile("../../integration/golden/system/describe_system.golden")
	require.NoError(t, err)
	seen := 0
	for _, line := range strings.Split(string(text), "\n") {
		fields := strings.SplitN(strings.TrimPrefix(line, "row "), " | ", 4)
		if !strings.HasPrefix(line, "row ") || len(fields) != 4 || fields[1] != `"table"` {
			continue
		}
		name, err := strconv.Unquote(fields[2])
		require.NoError(t, err)
		keyspace := strings.Trim(fields[0], `"`)
		want, err := strconv.Unquote(fields[3])
		require.NoError(t, err)
		table := s.Table(keyspace, strings.Trim(name, `"`))
		if table == nil {
			require.Contains(t, want, "VIRTUAL TABLE")
			continue
		}
		seen++
		require.Equal(t, want, table.ToCQL(strings.Contains(want, "WITH ID")), keyspace+"."+name)
	}
	require.Greater(t, seen, 40)
}

// store keeps the partitions of system_schema as a node would.
type store map[string]map[string]*row.Partition

func (st store) apply(ms []*row.Mutation) {
	for _, m := range ms {
		if st[m.Table.Name] == nil {
			st[m.Table.Name] = map[string]*row.Partition{}
		}
		p := m.Partition
		st[m.Table.Name][string(p.Key)] = row.Merge(m.Table, st[m.Table.Name][string(p.Key)], &p)
	}
}

func (st store) read(t *schema.Table) ([]*row.Partition, error) {
	var out []*row.Partition
	for _, p := range st[t.Name] {
		out = append(out, p)
	}
	return out, nil
}

var script = []string{
	"CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
	"CREATE KEYSPACE \"K2\" WITH replication = {'class': 'SimpleStrategy'}",
	"CREATE KEYSPACE k3 WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1} AND durable_writes = false",
	"CREATE TYPE k.zz (a int, \"B b\" text)",
	"CREATE TYPE k.aa (x frozen<zz>, l list<int>, t tuple<int, zz>)",
	"CREATE TABLE k.t (a int, b text, c timeuuid, d frozen<aa>, s vector<float, 3> STATIC, m map<text, frozen<set<zz>>>, v int, w zz, PRIMARY KEY ((a, b), c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'it''s' AND incremental_backups = false",
	"CREATE TABLE k.cnt (p int PRIMARY KEY, n counter) WITH compaction = {'class': 'LeveledCompactionStrategy'}",
	"CREATE TABLE k.c1 (k int PRIMARY KEY, a int, b text) WITH COMPACT STORAGE",
	"CREATE TABLE k.c4 (k int, c text, PRIMARY KEY (k, c)) WITH COMPACT STORAGE",
	"CREATE INDEX ON k.t (v)",
	"CREATE INDEX ti ON k.t (KEYS(m))",
	"CREATE INDEX ts ON k.t (s) USING 'sai' WITH OPTIONS = {'similarity_function': 'euclidean'}",
	"CREATE TABLE k.b (p int, c int, v int, w text, PRIMARY KEY (p, c))",
	"CREATE MATERIALIZED VIEW k.mv AS SELECT * FROM k.b WHERE v IS NOT NULL AND p IS NOT NULL AND c > 3 PRIMARY KEY (v, p, c) WITH CLUSTERING ORDER BY (p DESC, c ASC)",
	"CREATE FUNCTION k.f (s int, x tuple<int, zz>) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return 1;'",
	"CREATE FUNCTION k.f (s int, x int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return 1;'",
	"CREATE AGGREGATE k.ag (int) SFUNC f STYPE int",
	"ALTER TABLE k.b RENAME p TO pp",
	"ALTER TABLE k.b ADD extra int",
	"ALTER TYPE k.zz ADD n list<int>",
	"ALTER TYPE k.zz RENAME a TO alpha",
	"ALTER TABLE k.t DROP d USING TIMESTAMP 5000",
	"ALTER TABLE k.t WITH speculative_retry = '50ms' AND incremental_backups = true AND allow_auto_snapshot = false",
	"DROP INDEX k.ti",
	"DROP AGGREGATE k.ag",
	"DROP FUNCTION k.f (int, int)",
	"DROP MATERIALIZED VIEW k.mv",
	"ALTER KEYSPACE k3 WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}",
	"DROP TABLE k.c4",
	"CREATE TABLE k.c4 (k int PRIMARY KEY)",
	"DROP TABLE k.cnt",
	"DROP KEYSPACE \"K2\"",
	"DROP KEYSPACE k",
	"CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy'}",
}

// TestRoundTrip stores each change of a long script and reads the schema back: it is the same.
func TestRoundTrip(t *testing.T) {
	env := &schema.Env{
		Flags:       schema.Flags{MaterializedViews: true, UserFunctions: true, DefaultIndexAllowed: true, DefaultIndex: "legacy_local_table"},
		Datacenters: []string{"dc1"}, Nodes: map[string]int{"dc1": 1}, DefaultRF: 1, Timestamp: 77000,
	}
	s := load(t)
	st := store{}
	ts := int64(1000)
	st.apply(syskeyspace.Encode(&schema.Schema{}, s, ts))
	for _, text := range script {
		result, err := parse.Statement(text)
		require.NoError(t, err, text)
		u, err := schema.Apply(s, result.Statement, env)
		require.NoError(t, err, text)
		require.NotEmpty(t, u.Changes, text)
		ts++
		st.apply(syskeyspace.Encode(s, u.Schema, ts))
		s = u.Schema
		decoded, err := syskeyspace.Decode(st.read)
		require.NoError(t, err, text)
		require.Empty(t, schema.Diff(s, decoded), text)
		require.Equal(t, s.Version, decoded.Version, text)
		for name, k := range s.Keyspaces {
			require.Equal(t, k.ToCQL(), decoded.Keyspace(name).ToCQL(), text)
		}
	}
}

// TestEmptyStore gives what the program brings.
func TestEmptyStore(t *testing.T) {
	s, err := syskeyspace.Decode(store{}.read)
	require.NoError(t, err)
	require.Empty(t, schema.Diff(load(t), s))
	require.Equal(t, load(t).Version, s.Version)
}
