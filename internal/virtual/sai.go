package virtual

import (
	"strings"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// IndexState says how far an index is.
type IndexState struct{ Building, Queryable bool }

var saiColumnIndexes = &definition{
	name: "sai_column_indexes", comment: "Storage-attached column index metadata",
	columns: []column{
		key("keyspace_name", cqltype.Text), clustering("index_name", cqltype.Text),
		regular("table_name", cqltype.Text), regular("column_name", cqltype.Text), regular("is_queryable", cqltype.Boolean),
		regular("is_building", cqltype.Boolean), regular("is_string", cqltype.Boolean), regular("analyzer", cqltype.Text),
	},
	rows: func(t *Tables) []record {
		var rows []record
		for _, table := range t.stored() {
			for _, idx := range table.Indexes {
				if !isStorageAttached(idx) {
					continue
				}
				target := row.ParseIndexTarget(idx)
				state := IndexState{Queryable: true}
				if t.config.IndexState != nil {
					state = t.config.IndexState(table.Keyspace, idx.Name)
				}
				rows = append(rows, record{
					table.Keyspace, idx.Name, table.Name, target.Column, state.Queryable, state.Building, isLiteral(table, target), analyzer(idx),
				})
			}
		}
		return rows
	},
}

// The files of indexes are not told apart here: these two are empty.
var (
	saiSSTableIndexes = &definition{
		name: "sai_sstable_indexes", comment: "SSTable index metadata",
		columns: join(
			[]column{key("keyspace_name", cqltype.Text), clustering("index_name", cqltype.Text), clustering("sstable_name", cqltype.Text)},
			regulars(cqltype.Text, "table_name", "column_name", "format_version", "start_token", "end_token"),
			regulars(cqltype.Bigint, "cell_count", "min_row_id", "max_row_id", "per_table_disk_size", "per_column_disk_size"),
		),
		rows: func(*Tables) []record { return nil },
	}
	saiSSTableIndexSegments = &definition{
		name: "sai_sstable_index_segments", comment: "SSTable index segment metadata",
		columns: join(
			[]column{
				key("keyspace_name", cqltype.Text), clustering("index_name", cqltype.Text), clustering("sstable_name", cqltype.Text),
				clustering("segment_row_id_offset", cqltype.Bigint),
				regular("component_metadata", cqltype.NewMap(cqltype.Text, cqltype.NewMap(cqltype.Text, cqltype.Text, true), true)),
			},
			regulars(cqltype.Text, "table_name", "column_name", "start_token", "end_token", "min_term", "max_term"),
			regulars(cqltype.Bigint, "cell_count", "min_sstable_row_id", "max_sstable_row_id"),
		),
		rows: func(*Tables) []record { return nil },
	}
)

func isStorageAttached(idx *schema.Index) bool {
	class := idx.Options["class_name"]
	return strings.EqualFold(class, "sai") || class == "StorageAttachedIndex" || strings.HasSuffix(class, ".StorageAttachedIndex")
}

// analyzer is how text is prepared before it is indexed, as Cassandra prints the object that does it.
func analyzer(idx *schema.Index) string {
	given := false
	option := func(name string, standard bool) string {
		v, ok := idx.Options[name]
		given = given || ok
		if strings.EqualFold(v, "true") || !ok && standard {
			return "true"
		}
		return "false"
	}
	text := "NonTokenizingAnalyzer{caseSensitive=" + option("case_sensitive", true) + ", normalized=" + option("normalize", false) +
		", ascii=" + option("ascii", false) + "}"
	if !given {
		return "NoOpAnalyzer"
	}
	return text
}

// isLiteral says whether the indexed values are compared as bytes: text, and what is made of parts.
func isLiteral(table *schema.Table, target row.IndexTarget) bool {
	c := table.Columns[target.Column]
	if c == nil {
		return false
	}
	typ := c.Type
	if typ.IsMultiCell() {
		switch t := typ.(type) {
		case *cqltype.ListType:
			typ = t.Elem
		case *cqltype.SetType:
			typ = t.Elem
		case *cqltype.MapType:
			switch target.Function {
			case "keys":
				typ = t.Key
			case "values":
				typ = t.Value
			}
		}
	}
	switch typ.Kind() {
	case cqltype.KindText, cqltype.KindAscii, cqltype.KindBoolean,
		cqltype.KindList, cqltype.KindSet, cqltype.KindMap, cqltype.KindTuple, cqltype.KindUDT, cqltype.KindVector:
		return true
	}
	return false
}
