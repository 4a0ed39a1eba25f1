package syskeyspace_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/syskeyspace"
)

// golden is testdata/schema.json: the system keyspaces as system_schema of Cassandra 5.0.5 shows them.
type golden struct {
	Keyspaces map[string]struct {
		DurableWrites bool           `json:"durable_writes"`
		Replication   map[string]any `json:"replication"`
		Tables        map[string]struct {
			ID      uuid.UUID
			Flags   []any
			Columns map[string]map[string]any
			Options map[string]any
			Dropped map[string]struct {
				Kind, Type string
				Millis     int64 `json:"dropped_time_ms"`
			} `json:"dropped_columns"`
		}
	}
}

func readGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/schema.json")
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(data, &g))
	return g
}

func load(t testing.TB) *schema.Schema {
	t.Helper()
	s, err := syskeyspace.Load()
	require.NoError(t, err)
	return s
}

// TestRowsAreThoseOfCassandra compares what a new node stores in system_schema, cell by cell.
func TestRowsAreThoseOfCassandra(t *testing.T) {
	s := load(t)
	c := syskeyspace.NewCodec(s)
	got := map[string]map[string]map[string]any{}
	for _, m := range append(c.Encode(&schema.Schema{}, s, 0), c.Own()...) {
		for _, r := range m.Rows {
			if got[m.Table.Name] == nil {
				got[m.Table.Name] = map[string]map[string]any{}
			}
			got[m.Table.Name][nameOf(&m.Partition, r)] = cellsOf(s.Table(syskeyspace.Name, m.Table.Name), r)
		}
	}
	want := map[string]map[string]map[string]any{"keyspaces": {}, "tables": {}, "columns": {}, "dropped_columns": {}}
	for ks, k := range readGolden(t).Keyspaces {
		want["keyspaces"][ks] = map[string]any{"durable_writes": k.DurableWrites, "replication": k.Replication}
		for name, table := range k.Tables {
			name = ks + " " + name
			cells := table.Options
			cells["flags"], cells["id"] = table.Flags, table.ID.String()
			want["tables"][name] = cells
			for column, cells := range table.Columns {
				want["columns"][name+" "+column] = cells
			}
			for column, d := range table.Dropped {
				want["dropped_columns"][name+" "+column] = map[string]any{"kind": d.Kind, "type": d.Type, "dropped_time": float64(d.Millis)}
			}
		}
	}
	// The recording has no indexes; schema_system.golden shows the only one.
	want["indexes"] = map[string]map[string]any{"system paxos PaxosUncommittedIndex": {
		"kind": "CUSTOM", "options": map[string]any{"class_name": "org.apache.cassandra.service.paxos.uncommitted.PaxosUncommittedIndex", "target": ""},
	}}
	require.Equal(t, want, got)
}

func nameOf(p *row.Partition, r *row.Row) string {
	parts := []string{string(p.Key)}
	for _, c := range r.Clustering {
		parts = append(parts, string(c))
	}
	return strings.Join(parts, " ")
}

// cellsOf are the regular columns of a row as JSON has them.
func cellsOf(t *schema.Table, r *row.Row) map[string]any {
	out := map[string]any{}
	for _, c := range t.Regulars {
		out[c.Name] = nil
	}
	for _, cell := range r.Cells {
		if c := t.Columns[cell.Column]; c != nil {
			out[c.Name] = plain(c.Type, cell.Value)
		}
	}
	return out
}

func plain(t cqltype.Type, v []byte) any {
	switch t := t.(type) {
	case *cqltype.MapType:
		m := map[string]any{}
		entries, _ := cqltype.DecodeMap(v)
		for _, e := range entries {
			m[string(e.Key)] = plain(t.Value, e.Value)
		}
		return m
	case *cqltype.SetType:
		list := []any{}
		elems, _ := cqltype.DecodeSet(v)
		for _, e := range elems {
			list = append(list, plain(t.Elem, e))
		}
		return list
	}
	switch t.Kind() {
	case cqltype.KindBoolean:
		return cqltype.DecodeBoolean(v)
	case cqltype.KindInt:
		return float64(cqltype.DecodeInt(v))
	case cqltype.KindDouble:
		return cqltype.DecodeDouble(v)
	case cqltype.KindTimestamp:
		return float64(cqltype.DecodeTimestamp(v))
	}
	return cqltype.GetString(t, v)
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

func TestEnsureReplicated(t *testing.T) {
	s := load(t)
	same, changes, err := syskeyspace.EnsureReplicated(1, nil)(s)
	require.NoError(t, err)
	require.Empty(t, changes)
	require.Same(t, s, same)

	less := s.WithKeyspace(s.Keyspace("system_auth").WithoutTable("roles")).WithoutKeyspace("system_traces")
	now, changes, err := syskeyspace.EnsureReplicated(1, nil)(less)
	require.NoError(t, err)
	require.Equal(t, s.Version, now.Version)
	require.Len(t, changes, 4)

	bare := s.WithoutKeyspace("system_auth").WithoutKeyspace("system_distributed").WithoutKeyspace("system_traces")
	now, _, err = syskeyspace.EnsureReplicated(2, map[string]int{"system_auth": 1, "system_distributed": 4})(bare)
	require.NoError(t, err)
	for name, want := range map[string]string{"system_auth": "2", "system_distributed": "4", "system_traces": "2"} {
		require.Equal(t, want, now.Keyspace(name).Replication.Options["replication_factor"], name)
	}
}

func TestWithVirtual(t *testing.T) {
	table, err := syskeyspace.ParseTable("CREATE TABLE system_views.x (k int PRIMARY KEY)")
	require.NoError(t, err)
	s := syskeyspace.WithVirtual(load(t), "system_views", []*schema.Table{table})
	require.True(t, s.Keyspace("system_views").Virtual)
	require.True(t, s.Table("system_views", "x").Virtual)
	require.Equal(t, load(t).Version, s.Version)
}
