package syskeyspace_test

import (
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

var names = rapid.StringMatching(`[a-zA-Z0-9_ "']{1,6}`)

// drawType draws a type over the user types of k.
func drawType(t *rapid.T, k *schema.Keyspace, depth int) cqltype.Type {
	natives := []cqltype.Type{cqltype.Int, cqltype.Text, cqltype.Blob, cqltype.Uuid, cqltype.Empty, cqltype.Duration}
	choice := rapid.IntRange(0, 6).Draw(t, "type")
	if depth == 0 {
		choice = 0
	}
	frozen := depth < 3 || rapid.Bool().Draw(t, "frozen")
	inner := func() cqltype.Type { return drawType(t, k, depth-1).Freeze() }
	switch choice {
	case 1:
		return cqltype.NewList(inner(), frozen)
	case 2:
		return cqltype.NewSet(inner(), frozen)
	case 3:
		return cqltype.NewMap(inner(), inner(), frozen)
	case 4:
		return cqltype.NewTuple(inner(), inner())
	case 5:
		return cqltype.NewVector(inner(), rapid.IntRange(1, 9).Draw(t, "dimension"))
	case 6:
		for _, u := range k.Types {
			if frozen {
				return u.Freeze()
			}
			return u
		}
	}
	return rapid.SampledFrom(natives).Draw(t, "native")
}

func drawTypes(t *rapid.T, k *schema.Keyspace) []cqltype.Type {
	out := make([]cqltype.Type, rapid.IntRange(0, 3).Draw(t, "types"))
	for i := range out {
		out[i] = drawType(t, k, 2)
	}
	return out
}

func drawID(t *rapid.T) uuid.UUID {
	return uuid.UUID(rapid.SliceOfN(rapid.ByteRange(1, 255), 16, 16).Draw(t, "id"))
}

func drawOptions(t *rapid.T) schema.Options {
	o := schema.DefaultOptions()
	maps := rapid.MapOfN(names, rapid.String(), 0, 3)
	o.AdditionalWritePolicy, o.SpeculativeRetry = names.Draw(t, "policy"), names.Draw(t, "retry")
	o.AllowAutoSnapshot, o.IncrementalBackups, o.CDC = rapid.Bool().Draw(t, "snapshot"), rapid.Bool().Draw(t, "backups"), rapid.Bool().Draw(t, "cdc")
	o.BloomFilterFPChance, o.Comment = rapid.Float64Range(0, 1).Draw(t, "fp"), rapid.String().Draw(t, "comment")
	o.Caching, o.Compaction, o.Compression = maps.Draw(t, "caching"), maps.Draw(t, "compaction"), maps.Draw(t, "compression")
	o.DefaultTTL, o.GCGraceSeconds = rapid.IntRange(0, math.MaxInt32).Draw(t, "ttl"), rapid.IntRange(0, math.MaxInt32).Draw(t, "grace")
	return o
}

func drawTable(t *rapid.T, k *schema.Keyspace, name string) *schema.Table {
	table := schema.NewTable(k.Name, name, drawID(t))
	table.Options = drawOptions(t)
	columns := rapid.SliceOfNDistinct(names, 1, 6, rapid.ID[string]).Draw(t, "columns")
	for i, name := range columns {
		c := &schema.Column{Name: name, Kind: schema.PartitionKey, Type: drawType(t, k, 3)}
		if i > 0 {
			c.Kind = rapid.SampledFrom([]schema.ColumnKind{schema.PartitionKey, schema.Clustering, schema.Static, schema.Regular}).Draw(t, "kind")
		}
		c.Desc = c.Kind == schema.Clustering && rapid.Bool().Draw(t, "desc")
		if rapid.IntRange(0, 3).Draw(t, "masked") == 0 {
			c.Mask = &schema.Mask{
				Keyspace: "system", Function: names.Draw(t, "function"), ArgTypes: []cqltype.Type{cqltype.Int, cqltype.Text, cqltype.NewList(cqltype.Int, true), cqltype.Blob},
				ArgValues: [][]byte{cqltype.EncodeInt(7), nil, cqltype.EncodeList([][]byte{cqltype.EncodeInt(7)}), {1, 2}},
			}
		}
		table.Add(c)
	}
	table.Compound, table.Dense, table.Counter = rapid.Bool().Draw(t, "compound"), rapid.Bool().Draw(t, "dense"), rapid.Bool().Draw(t, "counter")
	table.Compact = table.Dense || !table.Compound
	for _, name := range rapid.SliceOfNDistinct(names, 0, 2, rapid.ID[string]).Draw(t, "dropped") {
		table.Dropped[name] = &schema.DroppedColumn{
			Name: name, Type: drawType(t, &schema.Keyspace{}, 2), Time: rapid.Int64().Draw(t, "time"),
			Kind: rapid.SampledFrom([]schema.ColumnKind{schema.Static, schema.Regular}).Draw(t, "kind"),
		}
	}
	for _, name := range rapid.SliceOfNDistinct(names, 0, 2, rapid.ID[string]).Draw(t, "indexes") {
		target := cqltype.QuoteName(rapid.SampledFrom(columns).Draw(t, "target"))
		table.Indexes[name] = &schema.Index{Name: name, Kind: schema.KindComposites, Options: map[string]string{"target": "values(" + target + ")"}}
	}
	for _, name := range rapid.SliceOfNDistinct(names, 0, 2, rapid.ID[string]).Draw(t, "triggers") {
		table.Triggers[name] = &schema.Trigger{Name: name, Class: names.Draw(t, "class")}
	}
	return table
}

func drawKeyspace(t *rapid.T, name string) *schema.Keyspace {
	k := schema.NewKeyspace(name, schema.Replication{Class: names.Draw(t, "class"), Options: rapid.MapOfN(names, names, 0, 3).Draw(t, "options")})
	delete(k.Replication.Options, "class")
	k.DurableWrites = rapid.Bool().Draw(t, "durable")
	for _, name := range rapid.SliceOfNDistinct(names, 0, 3, rapid.ID[string]).Draw(t, "types") {
		fields := []cqltype.Field{{Name: names.Draw(t, "field"), Type: drawType(t, k, 3)}}
		k.Types[name] = cqltype.NewUserType(k.Name, name, fields, false)
	}
	tables := rapid.SliceOfNDistinct(names, 0, 3, rapid.ID[string]).Draw(t, "tables")
	for i, name := range tables {
		table := drawTable(t, k, name)
		if i > 0 && rapid.Bool().Draw(t, "view") {
			table.View = &schema.View{BaseTable: tables[0], BaseID: drawID(t), WhereClause: rapid.String().Draw(t, "where"), AllColumns: rapid.Bool().Draw(t, "all")}
			table.Compound, table.Dense, table.Counter, table.Compact = true, false, false, false
		}
		k.Add(table)
	}
	f := &schema.Function{
		Keyspace: name, Name: names.Draw(t, "function"), ArgTypes: drawTypes(t, k), ReturnType: drawType(t, k, 2), Language: "java",
		CalledOnNullInput: rapid.Bool().Draw(t, "called"), Body: rapid.String().Draw(t, "body"), Deterministic: rapid.Bool().Draw(t, "deterministic"),
	}
	f.ArgNames = make([]string, len(f.ArgTypes))
	a := &schema.Aggregate{
		Keyspace: name, Name: names.Draw(t, "aggregate"), ArgTypes: drawTypes(t, k), ReturnType: drawType(t, k, 2), StateFunc: f.Name,
		StateType: cqltype.Text, InitCond: []byte(rapid.StringMatching(`[a-z' ]{1,4}`).Draw(t, "initcond")),
	}
	return k.WithFunction(f).WithAggregate(a)
}

// TestEncodeDecode says that a schema, and then another one instead, come back from their rows as they were.
func TestEncodeDecode(t *testing.T) {
	base := load(t)
	rapid.Check(t, func(r *rapid.T) {
		st := newStore(t)
		st.apply(st.codec.Encode(&schema.Schema{}, base, 0))
		before := base
		for i := range int64(3) {
			now := base
			for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 2, rapid.ID[string]).Draw(r, "keyspaces") {
				now = now.WithKeyspace(drawKeyspace(r, name))
			}
			st.apply(st.codec.Encode(before, now, 10+i))
			got, err := st.codec.Decode(st.rows())
			require.NoError(r, err)
			equalSchemas(r, now, got)
			before = got
		}
	})
}
