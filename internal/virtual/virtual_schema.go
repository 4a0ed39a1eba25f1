package virtual

import (
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

var schemaKeyspaces = &definition{
	name: "keyspaces", comment: "virtual keyspace definitions",
	columns: []column{key("keyspace_name", cqltype.Text)},
	rows: func(t *Tables) []record {
		var rows []record
		for _, k := range t.keyspaces {
			rows = append(rows, record{k.Name})
		}
		return rows
	},
}

var schemaTables = &definition{
	name: "tables", comment: "virtual table definitions",
	columns: []column{key("keyspace_name", cqltype.Text), clustering("table_name", cqltype.Text), regular("comment", cqltype.Text)},
	rows: func(t *Tables) []record {
		return t.each(func(table *schema.Table) []record {
			return []record{{table.Keyspace, table.Name, table.Options.Comment}}
		})
	},
}

var schemaColumns = &definition{
	name: "columns", comment: "virtual column definitions",
	columns: []column{
		key("keyspace_name", cqltype.Text), clustering("table_name", cqltype.Text), clustering("column_name", cqltype.Text),
		regular("clustering_order", cqltype.Text), regular("column_name_bytes", cqltype.Blob), regular("kind", cqltype.Text),
		regular("position", cqltype.Int), regular("type", cqltype.Text),
	},
	rows: func(t *Tables) []record {
		return t.each(func(table *schema.Table) []record {
			var rows []record
			for _, c := range table.Columns {
				order := "none"
				switch {
				case c.Kind == schema.Clustering && c.Desc:
					order = "desc"
				case c.Kind == schema.Clustering:
					order = "asc"
				}
				rows = append(rows, record{c.Keyspace, c.Table, c.Name, order, []byte(c.Name), kindNames[c.Kind], c.Position, c.Type.String()})
			}
			return rows
		})
	},
}

var kindNames = map[schema.ColumnKind]string{
	schema.PartitionKey: "partition_key", schema.Clustering: "clustering", schema.Static: "static", schema.Regular: "regular",
}

// each gathers the records of all virtual tables.
func (t *Tables) each(f func(*schema.Table) []record) []record {
	var rows []record
	for _, k := range t.keyspaces {
		for _, table := range k.Tables {
			rows = append(rows, f(table)...)
		}
	}
	return rows
}
