package plan

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/config"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// testTable is k.t (p, a, b, c), clustered by a, b and c.
func testTable(desc [3]bool) (*schema.Table, *Env) {
	t := schema.NewTable("k", "t", uuid.New())
	column := func(name string, kind schema.ColumnKind, position int, desc bool) {
		t.Add(&schema.Column{Keyspace: "k", Table: "t", Name: name, Kind: kind, Type: cqltype.Int, Position: position, Desc: desc})
	}
	column("p", schema.PartitionKey, 0, false)
	for i, name := range []string{"a", "b", "c"} {
		column(name, schema.Clustering, i, desc[i])
	}
	s := &schema.Schema{Keyspaces: map[string]*schema.Keyspace{}}
	s = s.WithKeyspace(schema.NewKeyspace("k", schema.Replication{}).WithTable(t))
	return t, &Env{Schema: s, Keyspace: "k", Settings: config.Default()}
}

func prepareText(t require.TestingT, env *Env, cql string) *Select {
	r, err := parse.Statement(cql)
	require.NoError(t, err, cql)
	st, err := Prepare(r.Statement, env)
	require.NoError(t, err, cql)
	return st.(*Select)
}

// Slices hold exactly the rows that the relations describe, whatever the clustering order; they are sorted and disjoint.
func TestSlicesAreTheRelations(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 3)
		table, env := testTable([3]bool{rapid.Bool().Draw(rt, "a"), rapid.Bool().Draw(rt, "b"), rapid.Bool().Draw(rt, "c")})
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "="})
		x, y, z := n.Draw(rt, "x"), n.Draw(rt, "y"), n.Draw(rt, "z")
		width := rapid.IntRange(1, 3).Draw(rt, "width")
		o := op.Draw(rt, "op")
		names := []string{"(a)", "(a, b)", "(a, b, c)"}[width-1]
		value := []string{fmt.Sprintf("(%d)", x), fmt.Sprintf("(%d, %d)", x, y), fmt.Sprintf("(%d, %d, %d)", x, y, z)}[width-1]
		cql := fmt.Sprintf("SELECT * FROM t WHERE p = 0 AND %s %s %s", names, o, value)
		end := -1
		if o[0] == '>' && rapid.Bool().Draw(rt, "both") {
			end = n.Draw(rt, "end")
			cql += fmt.Sprintf(" AND (a) < (%d)", end)
		}
		s := prepareText(rt, env, cql)
		slices, err := s.Restrictions.Slices(&EvalContext{})
		require.NoError(rt, err)
		order := row.NewComparator(table)
		for i := 1; i < len(slices); i++ {
			require.LessOrEqual(rt, order.CompareCuts(row.EndCut(slices[i-1].End), row.StartCut(slices[i].Start)), 0, "%s: %v", cql, slices)
		}
		for i := range 64 {
			r := []int{i / 16, i / 4 % 4, i % 4}
			d := compareInts(r[:width], []int{x, y, z}[:width])
			want := map[string]bool{"<": d < 0, "<=": d <= 0, ">": d > 0, ">=": d >= 0, "=": d == 0}[o] && (end < 0 || r[0] < end)
			clustering := [][]byte{cqltype.EncodeInt(int32(r[0])), cqltype.EncodeInt(int32(r[1])), cqltype.EncodeInt(int32(r[2]))}
			require.Equal(rt, want, order.ContainsAny(slices, clustering), "%s: %v in %v", cql, r, slices)
		}
	})
}

func compareInts(a, b []int) int {
	for i := range a {
		if a[i] != b[i] {
			return a[i] - b[i]
		}
	}
	return 0
}

// A prepared point read evaluates with few allocations.
func TestPointReadIsCheap(t *testing.T) {
	_, env := testTable([3]bool{})
	s := prepareText(t, env, "SELECT * FROM t WHERE p = ?")
	ctx := &EvalContext{Values: Values{{Bytes: cqltype.EncodeInt(1)}}}
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if _, err := s.Restrictions.Keys(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Restrictions.Slices(ctx); err != nil {
			t.Fatal(err)
		}
	}), 2.0)
}
