package virtual

import (
	"crypto/md5" //nolint:gosec // a name-based UUID, not a secret

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// The two keyspaces.
const (
	views         = "system_views"
	virtualSchema = "system_virtual_schema"
)

// record is one row: a value for each column, in the order of the definition. See encode for what values may be.
type record []any

// definition is one virtual table.
type definition struct {
	name, comment string
	// columns are the partition key, the clustering columns, then the others; within these in any order.
	columns []column
	rows    func(*Tables) []record
	// descending turns the order of the partitions around.
	descending bool
	// mutable says how writes are refused; truncate and remove (a partition by its key) are what it does, or nil.
	mutable  bool
	truncate func(*Tables)
	remove   func(*Tables, [][]byte)
}

type column struct {
	name string
	typ  cqltype.Type
	kind schema.ColumnKind
}

func key(name string, t cqltype.Type) column { return column{name, t, schema.PartitionKey} }

func clustering(name string, t cqltype.Type) column { return column{name, t, schema.Clustering} }

func regular(name string, t cqltype.Type) column { return column{name, t, schema.Regular} }

// regulars are columns of one type.
func regulars(t cqltype.Type, names ...string) []column {
	list := make([]column, len(names))
	for i, n := range names {
		list[i] = regular(n, t)
	}
	return list
}

// join makes one list of columns.
func join(lists ...[]column) []column {
	var all []column
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// table is the definition as the schema knows it.
func (d *definition) table(keyspace string) *schema.Table {
	sum := md5.Sum([]byte(keyspace + d.name)) //nolint:gosec // as above
	id := uuid.UUID(sum)
	id[6], id[8] = id[6]&0x0f|0x30, id[8]&0x3f|0x80
	t := schema.NewTable(keyspace, d.name, id)
	t.Virtual = true
	t.Options.Comment = d.comment
	for _, c := range d.columns {
		t.Add(&schema.Column{Name: c.name, Kind: c.kind, Type: c.typ})
	}
	return t
}
