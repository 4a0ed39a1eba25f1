package row

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/schema"
	"alexandra/internal/token"
)

func resolverFor(table *schema.Table) Resolver {
	return func(id uuid.UUID) *schema.Table {
		if id == table.ID {
			return table
		}
		return nil
	}
}

func TestCodecIdentity(t *testing.T) {
	table := testTable()
	resolve := resolverFor(table)
	rapid.Check(t, func(t *rapid.T) {
		p := genPartition(table).Draw(t, "p")
		m, err := DecodeMutation(EncodeMutation(&Mutation{Table: table, Partition: *p}), resolve)
		require.NoError(t, err)
		require.Same(t, table, m.Table)
		diff(t, p, &m.Partition)

		res := &Result{More: rapid.Bool().Draw(t, "more"), Partitions: []*Partition{p, genPartition(table).Draw(t, "q")}}
		back, err := DecodeResult(EncodeResult(res), table)
		require.NoError(t, err)
		diff(t, res, back)

		read := genRead(table).Draw(t, "read")
		got, err := DecodeRead(EncodeRead(read), resolve)
		require.NoError(t, err)
		require.Same(t, table, got.Table)
		diff(t, read, got)

		var rc RowCodec
		for _, r := range p.Rows {
			got, err := rc.Decode(table, AppendRow(nil, r, true))
			require.NoError(t, err)
			diff(t, r, got)
		}
	})
}

func diff(t *rapid.T, want, got any) {
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(Read{}, "Table"), cmpopts.EquateEmpty()); d != "" {
		t.Fatal(d)
	}
}

func genRead(table *schema.Table) *rapid.Generator[*Read] {
	return rapid.Custom(func(t *rapid.T) *Read {
		r := &Read{Table: table, Now: 17, Limit: 3, PerPartition: 2}
		r.Reversed, r.NoRows, r.Purged = rapid.Bool().Draw(t, "1"), rapid.Bool().Draw(t, "2"), rapid.Bool().Draw(t, "3")
		if rapid.Bool().Draw(t, "keys") {
			r.Keys = [][]byte{{1}, {}, {2, 3}}
		} else {
			r.Range = token.Range{Start: -5, End: token.Token(rapid.Int64().Draw(t, "end"))}
		}
		if rapid.Bool().Draw(t, "slices") {
			r.Slices = []Slice{{Start: genBound().Draw(t, "start"), End: genBound().Draw(t, "end")}}
		}
		if rapid.Bool().Draw(t, "columns") {
			r.Columns = []string{"v", "s"}
		}
		if rapid.Bool().Draw(t, "after") {
			r.After = &Position{Key: []byte{1}, Clustering: genClustering(2).Draw(t, "c"), Seen: 2, Done: true}
		}
		if rapid.Bool().Draw(t, "index") {
			r.Index = &IndexRead{Index: "i", Op: rapid.SampledFrom([]IndexOp{IndexEq, IndexRange, IndexPrefix, IndexSuffix, IndexContains}).Draw(t, "op"), Value: []byte("x"), UpperInclusive: true}
		}
		return r
	})
}

func TestDecodeUnknownTable(t *testing.T) {
	m := &Mutation{Table: testTable(), Partition: Partition{Deletion: Live}}
	_, err := DecodeMutation(EncodeMutation(m), func(uuid.UUID) *schema.Table { return nil })
	require.ErrorIs(t, err, ErrUnknownTable)
}

func TestDecodeForeignColumn(t *testing.T) {
	table := testTable()
	r := NewRow(nil)
	r.Cells = []Cell{{Column: "other", Timestamp: 1, Value: []byte("x")}, {Column: "v", Timestamp: 1, Value: []byte("y")}}
	m, err := DecodeMutation(EncodeMutation(&Mutation{Table: table, Partition: Partition{Deletion: Live, Static: r}}), resolverFor(table))
	require.NoError(t, err)
	require.Equal(t, "other", m.Static.Cells[0].Column)
	require.Len(t, PurgeRow(m.Static, table, 0).Cells, 1, "a column that the table does not have is not shown")
}

func FuzzDecode(f *testing.F) {
	table := testTable()
	resolve := resolverFor(table)
	r := NewRow([][]byte{{0, 0, 0, 1}, []byte("x")})
	r.Liveness.Timestamp = 5
	r.Cells = []Cell{{Column: "v", Timestamp: 5, Value: []byte("v")}}
	p := Partition{Key: []byte{1}, Deletion: Live, Rows: []*Row{r}}
	f.Add(EncodeMutation(&Mutation{Table: table, Partition: p}))
	f.Add(EncodeResult(&Result{Partitions: []*Partition{&p}}))
	f.Add(EncodeRead(&Read{Table: table, Keys: [][]byte{{1}}}))
	f.Add(EncodePosition(&Position{Key: []byte{1}, Clustering: [][]byte{{2}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := DecodeMutation(b, resolve); err == nil {
			again, err := DecodeMutation(EncodeMutation(m), resolve)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(m.Partition, again.Partition, cmpopts.EquateEmpty()))
			Purge(Merge(table, &m.Partition), table, 1)
		}
		if r, err := DecodeResult(b, table); err == nil {
			Digest(r, table, 1)
		}
		if r, err := DecodeRead(b, resolve); err == nil {
			_, err = DecodeRead(EncodeRead(r), resolve)
			require.NoError(t, err)
		}
		if p, err := DecodePosition(b); err == nil {
			require.True(t, bytes.Equal(EncodePosition(p), b) || len(b) > 0)
		}
		var rc RowCodec
		_, _ = rc.Decode(nil, b)
	})
}
