package plan

import (
	"encoding/binary"
	"sort"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// CellsOf are the cells of a column in a purged row, in the order of their paths. The row may be nil.
func CellsOf(r *row.Row, c *schema.Column) []row.Cell {
	if r == nil {
		return nil
	}
	start := sort.Search(len(r.Cells), func(i int) bool { return r.Cells[i].Column >= c.Name })
	end := start
	for end < len(r.Cells) && r.Cells[end].Column == c.Name {
		end++
	}
	return r.Cells[start:end:end]
}

// ColumnValue is the value of a column in a purged row as clients see it; nil is null. Collections and user types that
// are many cells become one value.
func ColumnValue(r *row.Row, c *schema.Column) []byte { return cellsValue(CellsOf(r, c), c.Type) }

// cellsValue joins the cells of a column.
func cellsValue(cells []row.Cell, t cqltype.Type) []byte {
	if len(cells) == 0 {
		return nil
	}
	if !t.IsMultiCell() {
		if cells[0].Kind == row.Counter {
			return row.CounterDelta(row.CounterTotal(cells[0].Value))
		}
		return cells[0].Value
	}
	switch t := t.(type) {
	case *cqltype.ListType:
		return listValue(cells)
	case *cqltype.SetType:
		return cqltype.EncodeList(sortedPaths(cells, t.Elem))
	case *cqltype.MapType:
		entries := make([]cqltype.Entry, len(cells))
		for i, c := range cells {
			entries[i] = cqltype.Entry{Key: c.Path, Value: c.Value}
		}
		return cqltype.EncodeMap(cqltype.SortMap(t.Key, entries))
	case *cqltype.UserType:
		return userTypeValue(cells, t)
	}
	return nil
}

func listValue(cells []row.Cell) []byte {
	sorted := sortedByTimeUUID(cells)
	elems := make([][]byte, len(sorted))
	for i, c := range sorted {
		elems[i] = c.Value
	}
	return cqltype.EncodeList(elems)
}

// sortedByTimeUUID orders list cells by their path, which is a time UUID: by its time, then by its bytes.
func sortedByTimeUUID(cells []row.Cell) []row.Cell {
	less := func(i, j int) bool { return cqltype.Timeuuid.Compare(cells[i].Path, cells[j].Path) < 0 }
	if sort.SliceIsSorted(cells, less) {
		return cells
	}
	cells = append([]row.Cell(nil), cells...)
	sort.SliceStable(cells, func(i, j int) bool { return cqltype.Timeuuid.Compare(cells[i].Path, cells[j].Path) < 0 })
	return cells
}

func sortedPaths(cells []row.Cell, elem cqltype.Type) [][]byte {
	elems := make([][]byte, len(cells))
	for i, c := range cells {
		elems[i] = c.Path
	}
	return cqltype.SortSet(elem, elems)
}

// userTypeValue puts field cells at their places; the other fields are null.
func userTypeValue(cells []row.Cell, t *cqltype.UserType) []byte {
	elems := make([][]byte, len(t.Fields))
	for _, c := range cells {
		if len(c.Path) != 2 {
			continue
		}
		if i := int(binary.BigEndian.Uint16(c.Path)); i < len(elems) {
			elems[i] = c.Value
		}
	}
	return cqltype.EncodeTuple(elems)
}

// FieldPath is the path of a user type's field.
func FieldPath(i int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(i)) }
