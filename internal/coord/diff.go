package coord

import (
	"bytes"
	"slices"

	"alexandra/internal/row"
)

// diff is what a replica lacks of a merged partition: a partition to write to it, or nil. Both are canonical and in
// clustering order; has may be nil. Range tombstones are compared as wholes, so a replica may get one that it holds
// in pieces: writing it again changes nothing.
func diff(c row.Comparator, merged, has *row.Partition) *row.Partition {
	if has == nil {
		return merged
	}
	out := &row.Partition{Key: merged.Key, Token: merged.Token, Deletion: row.Live}
	if merged.Deletion.Supersedes(has.Deletion) {
		out.Deletion = merged.Deletion
	}
	for _, r := range merged.Ranges {
		if !hasRange(c, has.Ranges, r) {
			out.Ranges = append(out.Ranges, r)
		}
	}
	out.Static = diffRow(merged.Static, has.Static)
	i := 0
	for _, r := range merged.Rows {
		for i < len(has.Rows) && c.Compare(has.Rows[i].Clustering, r.Clustering) < 0 {
			i++
		}
		var other *row.Row
		if i < len(has.Rows) && c.Compare(has.Rows[i].Clustering, r.Clustering) == 0 {
			other = has.Rows[i]
		}
		if d := diffRow(r, other); d != nil {
			out.Rows = append(out.Rows, d)
		}
	}
	if out.IsEmpty() {
		return nil
	}
	return out
}

func hasRange(c row.Comparator, ranges []row.RangeTombstone, r row.RangeTombstone) bool {
	for _, x := range ranges {
		if x.Deletion == r.Deletion &&
			c.CompareCuts(row.StartCut(x.Start), row.StartCut(r.Start)) <= 0 &&
			c.CompareCuts(row.EndCut(x.End), row.EndCut(r.End)) >= 0 {
			return true
		}
	}
	return false
}

func diffRow(merged, has *row.Row) *row.Row {
	if merged == nil || has == nil {
		return merged
	}
	out := &row.Row{Clustering: merged.Clustering, Origin: merged.Origin, Liveness: row.NoLiveness, Deletion: row.Live}
	if merged.Liveness != has.Liveness {
		out.Liveness = merged.Liveness
	}
	if merged.Deletion.Supersedes(has.Deletion) {
		out.Deletion = merged.Deletion
	}
	for _, d := range merged.Columns {
		if !slices.Contains(has.Columns, d) {
			out.Columns = append(out.Columns, d)
		}
	}
	i := 0
	for _, cell := range merged.Cells {
		for i < len(has.Cells) && compareCells(&has.Cells[i], &cell) < 0 {
			i++
		}
		if i == len(has.Cells) || compareCells(&has.Cells[i], &cell) != 0 || !sameCell(&has.Cells[i], &cell) {
			out.Cells = append(out.Cells, cell)
		}
	}
	if out.IsEmpty() {
		return nil
	}
	return out
}

// compareCells orders cells as rows keep them: by column, then path, nil first.
func compareCells(a, b *row.Cell) int {
	switch {
	case a.Column < b.Column:
		return -1
	case a.Column > b.Column:
		return 1
	case (a.Path == nil) != (b.Path == nil):
		if a.Path == nil {
			return -1
		}
		return 1
	}
	return bytes.Compare(a.Path, b.Path)
}

func sameCell(a, b *row.Cell) bool {
	return a.Kind == b.Kind && a.Timestamp == b.Timestamp && a.TTL == b.TTL && a.Expiry == b.Expiry &&
		bytes.Equal(a.Value, b.Value)
}
