package exec

import (
	"math"

	"alexandra/internal/cql/plan"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// row is the view's whole row for a base row: what was there is deleted, then the marker and the cells are written. All
// of it expires with the row, or with the cell that is part of the view's key.
func (v baseView) row(place viewPlace, base *row.Row, ts int64) *row.Row {
	out := row.NewRow(place.clustering)
	ttl, expiry := v.lifetime(base)
	out.Liveness = row.Liveness{Timestamp: ts, TTL: ttl, Expiry: expiry}
	for _, c := range v.view.Regulars {
		column := v.base.Columns[c.Name]
		if column == nil {
			continue
		}
		if c.Type.IsMultiCell() {
			out.Columns = append(out.Columns, row.ColumnDeletion{Column: c.Name, Deletion: row.Deletion{Timestamp: ts - 1, LocalTime: ts / 1_000_000}})
		}
		cells := plan.CellsOf(base, column)
		for _, cell := range cells {
			cell.Column, cell.Timestamp = c.Name, ts
			out.Cells = append(out.Cells, cell)
		}
		if len(cells) == 0 && !c.Type.IsMultiCell() {
			out.Cells = append(out.Cells, row.Cell{Column: c.Name, Kind: row.Tombstone, Timestamp: ts, Expiry: ts / 1_000_000})
		}
	}
	return out
}

// lifetime is how long the base row, with its value in the view's key, lives: 0 for ever.
func (v baseView) lifetime(base *row.Row) (ttl int32, expiry int64) {
	expiry = rowExpiry(base)
	ttl = base.Liveness.TTL
	for _, c := range v.keyColumns() {
		for _, cell := range plan.CellsOf(base, c) {
			if cell.TTL > 0 && (expiry == 0 || cell.Expiry < expiry) {
				ttl, expiry = cell.TTL, cell.Expiry
			}
		}
	}
	if expiry == 0 {
		return 0, 0
	}
	return max(ttl, 1), expiry
}

// keyColumns are the regular columns of the base table that are in the view's primary key.
func (v baseView) keyColumns() []*schema.Column {
	var out []*schema.Column
	for _, list := range [][]*schema.Column{v.view.PartitionKey, v.view.Clustering} {
		for _, c := range list {
			if base := v.base.Columns[c.Name]; base != nil && base.Kind == schema.Regular {
				out = append(out, base)
			}
		}
	}
	return out
}

// rowExpiry is when the last of a row expires; 0 when something stays.
func rowExpiry(r *row.Row) int64 {
	last := int64(math.MinInt64)
	if r.Liveness.Timestamp != row.NoTimestamp {
		if r.Liveness.TTL == 0 {
			return 0
		}
		last = r.Liveness.Expiry
	}
	for i := range r.Cells {
		if r.Cells[i].TTL == 0 {
			return 0
		}
		last = max(last, r.Cells[i].Expiry)
	}
	if last == math.MinInt64 {
		return 0
	}
	return last
}
