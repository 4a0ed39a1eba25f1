package plan

import (
	"cmp"
	"slices"

	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// WriteContext is what the operations of one execution have in common.
type WriteContext struct {
	*EvalContext
	// WriteTime is the timestamp of everything that is written, in microseconds; TTL in seconds, 0 for none.
	WriteTime int64
	TTL       int32
	// NextTimeUUID makes the paths of list elements.
	NextTimeUUID func() [16]byte
}

// RowWriter collects what a statement does to one row.
type RowWriter struct {
	*WriteContext
	// Current is the row as it is, live cells only, where an operation must know it; nil when there is none.
	Current *row.Row

	row row.Row
}

// NewRowWriter starts a row; clustering is nil for the static row.
func NewRowWriter(w *WriteContext, clustering [][]byte, current *row.Row) *RowWriter {
	return &RowWriter{WriteContext: w, Current: current, row: *row.NewRow(clustering)}
}

// MarkLive leaves the marker of an INSERT: the row exists even without cells.
func (w *RowWriter) MarkLive() {
	w.row.Liveness = row.Liveness{Timestamp: w.WriteTime, TTL: w.TTL, Expiry: w.expiry()}
}

// DeleteRow deletes the row.
func (w *RowWriter) DeleteRow() { w.row.Deletion = w.Deletion() }

// Deletion is the mark of what is deleted now.
func (w *WriteContext) Deletion() row.Deletion {
	return row.Deletion{Timestamp: w.WriteTime, LocalTime: w.NowSeconds}
}

func (w *WriteContext) expiry() int64 {
	if w.TTL == 0 {
		return 0
	}
	return min(w.NowSeconds+int64(w.TTL), maxExpiry)
}

// set writes a value; path is nil for a simple column.
func (w *RowWriter) set(c *schema.Column, path, value []byte) {
	w.row.Cells = append(w.row.Cells, row.Cell{
		Column: c.Name, Path: path, Kind: row.Value, Timestamp: w.WriteTime, TTL: w.TTL, Expiry: w.expiry(), Value: value,
	})
}

// remove writes a tombstone.
func (w *RowWriter) remove(c *schema.Column, path []byte) {
	w.row.Cells = append(w.row.Cells, row.Cell{Column: c.Name, Path: path, Kind: row.Tombstone, Timestamp: w.WriteTime, Expiry: w.NowSeconds})
}

// count adds to a counter.
func (w *RowWriter) count(c *schema.Column, n int64) {
	w.row.Cells = append(w.row.Cells, row.Cell{Column: c.Name, Kind: row.Counter, Timestamp: w.WriteTime, Value: row.CounterDelta(n)})
}

// clear deletes all cells of a multi-cell column. Before new content is written the deletion lies one microsecond
// earlier, or it would delete that too.
func (w *RowWriter) clear(c *schema.Column, overwrite bool) {
	d := w.Deletion()
	if overwrite {
		d.Timestamp--
	}
	for i := range w.row.Columns {
		if w.row.Columns[i].Column == c.Name {
			if w.row.Columns[i].Timestamp < d.Timestamp {
				w.row.Columns[i].Deletion = d
			}
			return
		}
	}
	w.row.Columns = append(w.row.Columns, row.ColumnDeletion{Column: c.Name, Deletion: d})
}

// Row is the finished row: sorted, with one cell at each place.
func (w *RowWriter) Row() *row.Row {
	r := &w.row
	if len(r.Columns) > 1 {
		slices.SortStableFunc(r.Columns, func(a, b row.ColumnDeletion) int { return cmp.Compare(a.Column, b.Column) })
	}
	if len(r.Cells) > 1 {
		r.Cells = sortCells(r.Cells)
	}
	return r
}

// sortCells puts cells into order and leaves one at each place.
func sortCells(cells []row.Cell) []row.Cell {
	inOrder := true
	for i := 1; i < len(cells) && inOrder; i++ {
		inOrder = row.CompareCellNames(&cells[i-1], &cells[i]) < 0
	}
	if inOrder {
		return cells
	}
	slices.SortStableFunc(cells, func(a, b row.Cell) int { return row.CompareCellNames(&a, &b) })
	out := cells[:0]
	for _, c := range cells {
		if n := len(out); n > 0 && row.CompareCellNames(&out[n-1], &c) == 0 {
			out[n-1] = row.MergeCells(out[n-1], c)
			continue
		}
		out = append(out, c)
	}
	return out
}
