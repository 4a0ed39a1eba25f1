package syskeyspace_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/parse"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/syskeyspace"
)

// store keeps the partitions of system_schema as a node would.
type store struct {
	codec *syskeyspace.Codec
	parts map[string]map[string]*row.Partition
}

func newStore(t testing.TB) *store {
	return &store{syskeyspace.NewCodec(load(t)), map[string]map[string]*row.Partition{}}
}

func (st *store) apply(ms []*row.Mutation) {
	for _, m := range ms {
		if st.parts[m.Table.Name] == nil {
			st.parts[m.Table.Name] = map[string]*row.Partition{}
		}
		p := m.Partition
		st.parts[m.Table.Name][string(p.Key)] = row.Merge(m.Table, st.parts[m.Table.Name][string(p.Key)], &p)
	}
}

// rows are the live ones, read as the coordinator does.
func (st *store) rows() map[string][]*row.Partition {
	out := map[string][]*row.Partition{}
	for _, t := range st.codec.Tables() {
		for _, p := range st.parts[t.Name] {
			if p = row.Purge(p, t, 0); p != nil {
				out[t.Name] = append(out[t.Name], p)
			}
		}
	}
	return out
}

// equalSchemas compares all that a schema says but the order of its tables.
func equalSchemas(t require.TestingT, want, got *schema.Schema) {
	require.Empty(t, schema.Diff(want, got))
	require.Equal(t, want.Version, got.Version)
	require.Len(t, got.Keyspaces, len(want.Keyspaces))
	for name, k := range want.Keyspaces {
		g := got.Keyspace(name)
		require.Equal(t, k.ToCQL(), g.ToCQL())
		for table, w := range k.Tables {
			require.Equal(t, w, g.Tables[table], table)
		}
		require.Equal(t, k.Types, g.Types)
		require.Equal(t, k.ListFunctions(), g.ListFunctions())
		require.Equal(t, k.ListAggregates(), g.ListAggregates())
	}
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
	"CREATE TABLE k.c3 (k int, c int, d int, v 'org.apache.cassandra.db.marshal.DynamicCompositeType', PRIMARY KEY (k, c, d)) WITH COMPACT STORAGE",
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
	"ALTER TABLE k.b WITH cdc = true",
	"ALTER TYPE k.zz ADD n list<int>",
	"ALTER TYPE k.zz RENAME a TO alpha",
	"ALTER TABLE k.t DROP d USING TIMESTAMP 5001",
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

// TestScript stores each change of a long script and reads the schema back: it is the same.
func TestScript(t *testing.T) {
	env := &schema.Env{
		Flags:       schema.Flags{MaterializedViews: true, UserFunctions: true, DefaultIndexAllowed: true, DefaultIndex: "legacy_local_table"},
		Datacenters: []string{"dc1"}, Nodes: map[string]int{"dc1": 1}, DefaultRF: 1, Timestamp: 77001,
	}
	s, st, ts := load(t), newStore(t), int64(1000)
	st.apply(st.codec.Own())
	st.apply(st.codec.Encode(&schema.Schema{}, s, 0))
	for _, text := range script {
		result, err := parse.Statement(text)
		require.NoError(t, err, text)
		u, err := schema.Apply(s, result.Statement, env)
		require.NoError(t, err, text)
		require.NotEmpty(t, u.Changes, text)
		ts++
		st.apply(st.codec.Encode(s, u.Schema, ts))
		decoded, err := st.codec.Decode(st.rows())
		require.NoError(t, err, text)
		equalSchemas(t, u.Schema, decoded)
		for name := range u.Schema.Keyspaces { // the order of tables shows when they all go
			require.Equal(t, schema.Diff(u.Schema, u.Schema.WithoutKeyspace(name)), schema.Diff(decoded, decoded.WithoutKeyspace(name)), text)
		}
		fresh, err := syskeyspace.NewCodec(load(t)).Decode(st.rows())
		require.NoError(t, err, text)
		equalSchemas(t, decoded, fresh)
		s = decoded
	}
}

// TestUnchangedIsTheSame says that decoding again gives the same pointers for what did not change.
func TestUnchangedIsTheSame(t *testing.T) {
	s, st := load(t), newStore(t)
	st.apply(st.codec.Encode(&schema.Schema{}, s, 0))
	first, err := st.codec.Decode(st.rows())
	require.NoError(t, err)
	again, err := st.codec.Decode(st.rows())
	require.NoError(t, err)
	require.Same(t, first.Keyspace("system_auth"), again.Keyspace("system_auth"))

	roles := first.Table("system_auth", "roles").Copy()
	roles.Options.Comment = "changed"
	st.apply(st.codec.Encode(first, first.WithKeyspace(first.Keyspace("system_auth").WithTable(roles)), 5))
	after, err := st.codec.Decode(st.rows())
	require.NoError(t, err)
	require.Same(t, first.Keyspace("system_traces"), after.Keyspace("system_traces"))
	require.Same(t, first.Table("system_auth", "role_members"), after.Table("system_auth", "role_members"))
	require.Equal(t, "changed", after.Table("system_auth", "roles").Options.Comment)
}

// TestOwnKeyspacesAreNotRead says that rows do not change what comes with the program.
func TestOwnKeyspacesAreNotRead(t *testing.T) {
	base := load(t)
	base = syskeyspace.WithVirtual(base, "system_views", nil)
	c := syskeyspace.NewCodec(base)
	s, err := c.Decode(nil)
	require.NoError(t, err)
	require.Len(t, s.Keyspaces, 3)
	require.Empty(t, c.Encode(&schema.Schema{}, s, 9))
	require.Same(t, base.Keyspace("system"), s.Keyspace("system"))
	st := &store{c, map[string]map[string]*row.Partition{}}
	st.apply(c.Own())
	require.Len(t, st.parts["keyspaces"], 2)
	s, err = c.Decode(st.rows())
	require.NoError(t, err)
	require.Len(t, s.Keyspaces, 3)
}

// TestRestsDoNotCount keeps a node alive whose peers dropped and altered things at the same time.
func TestRestsDoNotCount(t *testing.T) {
	k := schema.NewKeyspace("k", schema.Replication{Class: schema.SimpleStrategy, Options: map[string]string{"replication_factor": "1"}})
	table, err := syskeyspace.ParseTable("CREATE TABLE k.t (k int PRIMARY KEY, v int)")
	require.NoError(t, err)
	table.Indexes["i"] = &schema.Index{Name: "i", Kind: schema.KindComposites, Options: map[string]string{"target": "v"}}
	k.Add(table)
	view, err := syskeyspace.ParseTable("CREATE TABLE k.w (v int PRIMARY KEY, k int)")
	require.NoError(t, err)
	view.View = &schema.View{BaseTable: "t", BaseID: table.ID}
	k.Add(view)
	whole := load(t).WithKeyspace(k)
	for name, drop := range map[string]func(t *schema.Table, p *row.Partition){
		"columns": func(_ *schema.Table, p *row.Partition) { p.Rows = nil },
		"tables":  func(_ *schema.Table, p *row.Partition) { p.Rows = nil },
		"ids": func(t *schema.Table, p *row.Partition) {
			if t.Name == "tables" {
				p.Rows[0].Cells = p.Rows[0].Cells[:4]
			}
		},
	} {
		st := newStore(t)
		st.apply(st.codec.Encode(load(t), whole, 7))
		for _, t := range st.codec.Tables() {
			if p := st.parts[t.Name]["k"]; p != nil && (t.Name == name || name == "ids") {
				drop(t, p)
			}
		}
		s, err := st.codec.Decode(st.rows())
		require.NoError(t, err, name)
		require.Empty(t, s.Keyspace("k").Tables, name)
	}
	delete(table.Columns, "v")
	table.Regulars = nil
	st := newStore(t)
	st.apply(st.codec.Encode(load(t), whole, 7))
	s, err := st.codec.Decode(st.rows())
	require.NoError(t, err)
	require.Empty(t, s.Table("k", "t").Indexes)
}

// TestDamage says that rows that make no sense are an error.
func TestDamage(t *testing.T) {
	base := load(t)
	k := schema.NewKeyspace("k", schema.Replication{Class: schema.SimpleStrategy, Options: map[string]string{}})
	k.Types["a"] = cqltype.NewUserType("k", "a", []cqltype.Field{{Name: "x", Type: cqltype.Int}}, false)
	table, err := syskeyspace.ParseTable("CREATE TABLE k.t (k int PRIMARY KEY)")
	require.NoError(t, err)
	k.Add(table)
	for name, value := range map[string]string{"replication": "?", "field_types": "\x00\x00\x00\x00", "type": "nosuch", "kind": "odd", "flags": "x", "caching": "x"} {
		st := newStore(t)
		st.apply(st.codec.Encode(base, base.WithKeyspace(k), 7))
		for _, byKey := range st.parts {
			for _, p := range byKey {
				for _, r := range p.Rows {
					for i := range r.Cells {
						if r.Cells[i].Column == name {
							r.Cells[i].Value = []byte(value)
						}
					}
				}
			}
		}
		_, err := st.codec.Decode(st.rows())
		require.Error(t, err, name)
	}
}
