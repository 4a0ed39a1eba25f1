package row

import (
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// testTable has two clustering columns, the second descending, and short names so that collisions are frequent.
func testTable() *schema.Table {
	t := &schema.Table{Keyspace: "ks", Name: "t", ID: uuid.UUID{1}, Columns: map[string]*schema.Column{}}
	add := func(name string, kind schema.ColumnKind, position int, desc bool, typ cqltype.Type) *schema.Column {
		c := &schema.Column{Keyspace: "ks", Table: "t", Name: name, Kind: kind, Type: typ, Position: position, Desc: desc}
		t.Columns[name] = c
		return c
	}
	t.PartitionKey = []*schema.Column{add("p", schema.PartitionKey, 0, false, cqltype.Int)}
	t.Clustering = []*schema.Column{
		add("a", schema.Clustering, 0, false, cqltype.Int),
		add("b", schema.Clustering, 1, true, cqltype.Text),
	}
	t.Statics = []*schema.Column{add("s", schema.Static, -1, false, cqltype.Text)}
	t.Regulars = []*schema.Column{
		add("m", schema.Regular, -1, false, cqltype.NewMap(cqltype.Int, cqltype.Text, false)),
		add("v", schema.Regular, -1, false, cqltype.Text),
	}
	return t
}

func genTimestamp() *rapid.Generator[int64] { return rapid.Int64Range(1, 8) }

func genDeletion() *rapid.Generator[Deletion] {
	return rapid.Custom(func(t *rapid.T) Deletion {
		if rapid.IntRange(0, 3).Draw(t, "deleted") > 0 {
			return Live
		}
		return Deletion{Timestamp: genTimestamp().Draw(t, "ts"), LocalTime: rapid.Int64Range(0, 20).Draw(t, "local")}
	})
}

func genCell(column string, path []byte) *rapid.Generator[Cell] {
	return rapid.Custom(func(t *rapid.T) Cell {
		c := Cell{Column: column, Path: path, Timestamp: genTimestamp().Draw(t, "ts")}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			c.Kind = Tombstone
			c.Expiry = rapid.Int64Range(0, 20).Draw(t, "local")
			return c
		case 1:
			c.TTL = rapid.Int32Range(1, 5).Draw(t, "ttl")
			c.Expiry = rapid.Int64Range(0, 20).Draw(t, "expiry")
		}
		c.Value = rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "value")
		return c
	})
}

func genRow(clustering [][]byte, columns ...string) *rapid.Generator[*Row] {
	return rapid.Custom(func(t *rapid.T) *Row {
		r := NewRow(clustering)
		r.Deletion = genDeletion().Draw(t, "deletion")
		if rapid.Bool().Draw(t, "marker") {
			r.Liveness.Timestamp = genTimestamp().Draw(t, "ts")
			if rapid.Bool().Draw(t, "expires") {
				r.Liveness.TTL = rapid.Int32Range(1, 5).Draw(t, "ttl")
				r.Liveness.Expiry = rapid.Int64Range(0, 20).Draw(t, "expiry")
			}
		}
		for _, name := range columns {
			if name != "m" {
				if rapid.Bool().Draw(t, "has") {
					r.Cells = append(r.Cells, genCell(name, nil).Draw(t, name))
				}
				continue
			}
			if d := genDeletion().Draw(t, "column"); !d.IsLive() {
				r.Columns = append(r.Columns, ColumnDeletion{Column: name, Deletion: d})
			}
			for i := range rapid.IntRange(0, 2).Draw(t, "elements") {
				r.Cells = append(r.Cells, genCell(name, []byte{0, 0, 0, byte(i)}).Draw(t, "element"))
			}
		}
		r.Sort()
		return Settle(r)
	})
}

var genTexts = []string{"", "x", "y"}

func genClustering(n int) *rapid.Generator[[][]byte] {
	return rapid.Custom(func(t *rapid.T) [][]byte {
		out := [][]byte{{0, 0, 0, byte(rapid.IntRange(0, 3).Draw(t, "a"))}}
		if n > 1 {
			out = append(out, []byte(rapid.SampledFrom(genTexts).Draw(t, "b")))
		}
		return out
	})
}

func genBound() *rapid.Generator[Bound] {
	return rapid.Custom(func(t *rapid.T) Bound {
		n := rapid.IntRange(0, 2).Draw(t, "components")
		if n == 0 {
			return Bound{Inclusive: true}
		}
		return Bound{Values: genClustering(n).Draw(t, "values"), Inclusive: rapid.Bool().Draw(t, "inclusive")}
	})
}

func genPartition(table *schema.Table) *rapid.Generator[*Partition] {
	return rapid.Custom(func(t *rapid.T) *Partition {
		key := []byte{0, 0, 0, 7}
		p := &Partition{Key: key, Token: token.Of(key), Deletion: genDeletion().Draw(t, "partition")}
		for range rapid.IntRange(0, 3).Draw(t, "ranges") {
			d := genDeletion().Draw(t, "range")
			s := Slice{Start: genBound().Draw(t, "start"), End: genBound().Draw(t, "end")}
			if !d.IsLive() {
				p.Ranges = append(p.Ranges, RangeTombstone{Slice: s, Deletion: d})
			}
		}
		if rapid.Bool().Draw(t, "static") {
			if s := genRow(nil, "s").Draw(t, "s"); !s.IsEmpty() {
				p.Static = s
				p.Static.Liveness = NoLiveness
			}
		}
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			r := genRow(genClustering(2).Draw(t, "c"), "m", "v").Draw(t, "row")
			single := &Partition{Key: key, Token: p.Token, Deletion: Live, Rows: []*Row{r}}
			head := *p
			head.Rows = nil
			p.Rows = mergeRowLists(NewComparator(table), []*Partition{{Rows: p.Rows}, single})
		}
		return p
	})
}
