package schema

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cqltype"
)

var testEnv = &Env{
	Flags:       Flags{MaterializedViews: true, UserFunctions: true, DefaultIndexAllowed: true, DefaultIndex: legacyIndex},
	Datacenters: []string{"dc1", "dc2"}, Nodes: map[string]int{"dc1": 3, "dc2": 1}, DefaultRF: 1, Timestamp: 5,
}

// run applies statements and returns the schema and the last update.
func run(t require.TestingT, s *Schema, statements ...string) (*Schema, *Update) {
	var u *Update
	for _, text := range statements {
		result, err := parse.Statement(text)
		require.NoError(t, err, text)
		u, err = Apply(s, result.Statement, testEnv)
		require.NoError(t, err, text)
		s = u.Schema
	}
	return s, u
}

func names(changes []Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, string(c.Kind)+" "+c.Target+" "+c.Name)
	}
	return out
}

var base = []string{
	"CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}",
	"CREATE TYPE k.u (a int)",
	"CREATE TABLE k.t (p int, c int, v int, x frozen<u>, PRIMARY KEY (p, c)) WITH id = 5a1c395e-b41f-11e5-9f22-ba0be0483c18",
	"CREATE MATERIALIZED VIEW k.mv AS SELECT * FROM k.t WHERE v IS NOT NULL AND p IS NOT NULL AND c IS NOT NULL PRIMARY KEY (v, p, c) WITH id = 5a1c395e-b41f-11e5-9f22-ba0be0483c19",
	"CREATE FUNCTION k.f (s int, x int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return 1;'",
	"CREATE AGGREGATE k.g (int) SFUNC f STYPE int",
}

func TestEvents(t *testing.T) {
	s, _ := run(t, (&Schema{}).WithVersion(nil), base...)
	for _, c := range []struct {
		statement string
		result    string
		changes   []string
	}{
		{"DROP KEYSPACE k", "DROPPED KEYSPACE ", []string{
			"DROPPED AGGREGATE g", "DROPPED FUNCTION f", "DROPPED TABLE mv", "DROPPED TABLE t", "DROPPED TYPE u", "DROPPED KEYSPACE ",
		}},
		{"ALTER TYPE k.u ADD b text", "UPDATED TYPE u", []string{"UPDATED TYPE u", "UPDATED TABLE t", "UPDATED TABLE mv"}},
		{"ALTER TABLE k.t ADD extra int", "UPDATED TABLE t", []string{"UPDATED TABLE t", "UPDATED TABLE mv"}},
		{"CREATE INDEX ON k.t (v)", "UPDATED TABLE t", []string{"UPDATED TABLE t"}},
		{"ALTER KEYSPACE k WITH durable_writes = false", "UPDATED KEYSPACE ", []string{"UPDATED KEYSPACE "}},
		{"DROP AGGREGATE k.g", "DROPPED AGGREGATE g", []string{"DROPPED AGGREGATE g"}},
		{"DROP MATERIALIZED VIEW k.mv", "DROPPED TABLE mv", []string{"DROPPED TABLE mv"}},
	} {
		_, u := run(t, s, c.statement)
		require.Equal(t, c.changes, names(u.Changes), c.statement)
		require.Equal(t, c.result, names([]Change{*u.Result})[0], c.statement)
	}
	for _, same := range []string{"ALTER TABLE k.t WITH gc_grace_seconds = 864000", "ALTER KEYSPACE k WITH durable_writes = true", "DROP TABLE IF EXISTS k.nope"} {
		after, u := run(t, s, same)
		require.Empty(t, u.Changes, same)
		require.Nil(t, u.Result, same)
		require.Same(t, s, after)
	}
}

// TestVersion: the version depends on what there is, not on how it came to be.
func TestVersion(t *testing.T) {
	independent := []string{
		"CREATE TABLE k.a (p int PRIMARY KEY) WITH id = 5a1c395e-b41f-11e5-9f22-ba0be0483c01",
		"CREATE TABLE k.b (p int PRIMARY KEY, w int) WITH id = 5a1c395e-b41f-11e5-9f22-ba0be0483c02",
		"CREATE TYPE k.z (a int)", "CREATE INDEX ON k.t (v)", "CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy'}",
		"CREATE FUNCTION k.h () CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return 1;'",
	}
	start, _ := run(t, (&Schema{}).WithVersion(nil), base...)
	want, _ := run(t, start, independent...)
	rapid.Check(t, func(t *rapid.T) {
		got, _ := run(t, start, rapid.Permutation(independent).Draw(t, "order")...)
		require.Equal(t, want.Version, got.Version)
	})
	require.Equal(t, uuid.Version(3), want.Version.Version())
	require.NotEqual(t, start.Version, want.Version)
	back, _ := run(t, want, "DROP TABLE k.a", "DROP TABLE k.b", "DROP TYPE k.z", "DROP INDEX k.t_v_idx", "DROP KEYSPACE other", "DROP FUNCTION k.h")
	require.Equal(t, start.Version, back.Version)
}

// TestUntouched: a change never shows in the schema before it.
func TestUntouched(t *testing.T) {
	s, _ := run(t, (&Schema{}).WithVersion(nil), base...)
	for _, text := range []string{
		"ALTER TABLE k.t ADD extra int", "ALTER TABLE k.t RENAME p TO pp", "CREATE INDEX ON k.t (v)", "ALTER TYPE k.u ADD b text",
		"DROP MATERIALIZED VIEW k.mv", "ALTER TABLE k.t WITH comment = 'x'", "DROP KEYSPACE k",
	} {
		run(t, s, text)
		require.Equal(t, s.Version, s.WithVersion(nil).Version, text)
	}
}

func TestReplication(t *testing.T) {
	for _, c := range []struct{ create, alter, want string }{
		{"{'class': 'NetworkTopologyStrategy', 'replication_factor': 2}", "", "{'dc1': '2', 'dc2': '2'}"},
		{"{'class': 'NetworkTopologyStrategy', 'replication_factor': 2, 'dc2': 1}", "", "{'dc1': '2', 'dc2': '1'}"},
		{"{'class': 'NetworkTopologyStrategy', 'dc1': 3, 'dc2': 0}", "", "{'dc1': '3'}"},
		{"{'class': 'NetworkTopologyStrategy', 'dc1': 3}", "{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}", "{'dc1': '3', 'dc2': '1'}"},
		{"{'class': 'SimpleStrategy', 'replication_factor': 2}", "{'class': 'NetworkTopologyStrategy'}", "{'dc1': '2', 'dc2': '2'}"},
		{"{'class': 'NetworkTopologyStrategy', 'dc1': 3}", "{'class': 'SimpleStrategy'}", "{'replication_factor': '1'}"},
	} {
		s, _ := run(t, (&Schema{}).WithVersion(nil), "CREATE KEYSPACE k WITH replication = "+c.create)
		if c.alter != "" {
			s, _ = run(t, s, "ALTER KEYSPACE k WITH replication = "+c.alter)
		}
		require.Equal(t, c.want, mapText(s.Keyspace("k").Replication.Options), c.create+c.alter)
	}
	_, u := run(t, (&Schema{}).WithVersion(nil), "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 5, 'dc2': 3}")
	require.Equal(t, []string{
		"Your replication factor 5 for keyspace k is higher than the number of nodes 3 for datacenter dc1",
		"Your replication factor 3 for keyspace k is higher than the number of nodes 1 for datacenter dc2",
	}, u.Warnings)
}

func TestHashOrder(t *testing.T) {
	require.Equal(t, []string{"dc2", "dc1"}, hashOrderOf(map[string]int{"dc1": 1, "dc2": 1}, 3))
	require.Equal(t, []string{"zz", "a", "c"}, hashOrder(map[string]int{"a": 1, "c": 1, "zz": 1}))
	require.Equal(t, []string{"v", "s"}, bufferOrder(map[string]int{"s": 1, "v": 1}))
}

func TestIndexTarget(t *testing.T) {
	for text, want := range map[string]IndexTarget{
		"v": {"simple", "v"}, `"C d"`: {"simple", "C d"}, "values(m)": {"values", "m"}, `keys("se""l")`: {"keys", `se"l`},
		`"odd(x)"`: {"simple", "odd(x)"}, "full(f)": {"full", "f"},
	} {
		require.Equal(t, want, ParseIndexTarget(text), text)
	}
}

func TestCompactTables(t *testing.T) {
	s, _ := run(t, (&Schema{}).WithVersion(nil), base[0],
		"CREATE TABLE k.c1 (k int PRIMARY KEY, column1 int, value text) WITH COMPACT STORAGE",
		"CREATE TABLE k.c4 (k int, c text, PRIMARY KEY (k, c)) WITH COMPACT STORAGE")
	c1, c4 := s.Table("k", "c1"), s.Table("k", "c4")
	require.True(t, c1.IsStaticCompact())
	require.Len(t, c1.AllColumns(), 3)
	require.NotNil(t, c1.Column("column2"))
	require.Equal(t, cqltype.KindEmpty, c4.CompactValue().Type.Kind())
	require.Len(t, c4.AllColumns(), 2)
}

// FuzzApply: whatever parses, is applied or refused.
func FuzzApply(f *testing.F) {
	for _, text := range base {
		f.Add(text)
	}
	f.Add("ALTER TABLE k.t WITH compaction = {'class': 'UnifiedCompactionStrategy', 'scaling_parameters': 'T4'} AND speculative_retry = 'MAX(99p,5ms)'")
	f.Add("CREATE INDEX i ON k.t (x) USING 'sai' WITH OPTIONS = {'case_sensitive': 'false'}")
	s, _ := run(f, (&Schema{}).WithVersion(nil), base...)
	f.Fuzz(func(t *testing.T, text string) {
		result, err := parse.Statement(text)
		if err != nil {
			return
		}
		env := *testEnv
		env.Flags.Masking = false
		if u, err := Apply(s, result.Statement, &env); err == nil {
			require.NotNil(t, u.Schema)
		}
	})
}

// TestNestedTypes: what a vector holds keeps the frozenness it was declared with, and must be nested by the rules of
// columns; keys of maps may be anything frozen. Recorded from Cassandra 5.0.5.
func TestNestedTypes(t *testing.T) {
	s, _ := run(t, (&Schema{}).WithVersion(nil), base[:2]...)
	k := s.Keyspaces["k"]
	for text, want := range map[string]string{
		"vector<set<text>, 2>":                            "vector<set<text>, 2>",
		"vector<frozen<set<text>>, 2>":                    "vector<frozen<set<text>>, 2>",
		"frozen<vector<list<int>, 2>>":                    "vector<list<int>, 2>",
		"vector<u, 2>":                                    "vector<u, 2>",
		"tuple<vector<u, 2>, list<int>>":                  "frozen<tuple<vector<u, 2>, frozen<list<int>>>>",
		"vector<tuple<int, list<text>>, 2>":               "vector<frozen<tuple<int, frozen<list<text>>>>, 2>",
		"vector<frozen<map<int, list<int>>>, 2>":          "vector<frozen<map<int, frozen<list<int>>>>, 2>",
		"frozen<vector<map<int, list<int>>, 2>>":          "! Non-frozen collections are not allowed inside collections: map<int, list<int>>",
		"tuple<vector<map<int, list<int>>, 2>>":           "! Non-frozen collections are not allowed inside collections: map<int, list<int>>",
		"vector<list<u>, 2>":                              "! Non-frozen UDTs are not allowed inside collections: list<u>",
		"map<tuple<int>, tuple<int>>":                     "map<frozen<tuple<int>>, frozen<tuple<int>>>",
		"map<frozen<tuple<int, int>>, frozen<list<int>>>": "map<frozen<tuple<int, int>>, frozen<list<int>>>",
		"map<duration, duration>":                         "! Durations are not allowed as map keys: map<duration, duration>",
		"vector<set<duration>, 1>":                        "! Durations are not allowed inside sets: set<duration>",
		"'CompositeType(Foo)'":                            "! Error setting type CompositeType(Foo): Invalid definition for comparator org.apache.cassandra.db.marshal.CompositeType.",
		"vector<'VectorType(SetType(Int32Type),3)', 1>":   "vector<vector<frozen<set<int>>, 3>, 1>",
	} {
		result, err := parse.Statement("CREATE TABLE k.x (p int PRIMARY KEY, v " + text + ")")
		require.NoError(t, err, text)
		typ, err := k.Type(result.Statement.(*ast.CreateTable).Columns[1].Type)
		if message, refused := strings.CutPrefix(want, "! "); refused {
			require.EqualError(t, err, message, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, typ.String(), text)
		again, err := cqltype.ParseCQL(typ.String(), k)
		require.NoError(t, err, text)
		require.Equal(t, typ.Class(), again.Class(), text)
	}
}
