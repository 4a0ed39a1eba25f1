package row

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"alexandra/internal/schema"
)

// Supersedes says whether d deletes all that o deletes and comes out of a merge of both.
func (d Deletion) Supersedes(o Deletion) bool {
	if d.Timestamp != o.Timestamp {
		return d.Timestamp > o.Timestamp
	}
	return d.LocalTime > o.LocalTime
}

// Max is the stronger of two deletions.
func (d Deletion) Max(o Deletion) Deletion {
	if o.Supersedes(d) {
		return o
	}
	return d
}

// IsLive says that nothing is deleted.
func (d Deletion) IsLive() bool { return d.Timestamp == NoTimestamp }

// NoLiveness is the liveness of a row that no INSERT made.
var NoLiveness = Liveness{Timestamp: NoTimestamp}

// IsEmpty says that there is no marker.
func (l Liveness) IsEmpty() bool { return l.Timestamp == NoTimestamp }

// IsLive says whether the marker keeps its row alive at now (seconds since 1970).
func (l Liveness) IsLive(now int64) bool {
	return l.Timestamp != NoTimestamp && (l.TTL == 0 || now < l.Expiry)
}

// mergeLiveness keeps the newer marker; of equally new ones the expiring one, then the one that lives longer
// (LivenessInfo.supersedes).
func mergeLiveness(a, b Liveness) Liveness {
	if compareLiveness(a, b) >= 0 {
		return a
	}
	return b
}

func compareLiveness(a, b Liveness) int {
	return cmp.Or(
		cmp.Compare(a.Timestamp, b.Timestamp),
		cmp.Compare(b2i(a.TTL > 0), b2i(b.TTL > 0)),
		cmp.Compare(a.Expiry, b.Expiry),
		cmp.Compare(b.TTL, a.TTL),
	)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// IsLive says whether the cell has a value at now (seconds since 1970).
func (c *Cell) IsLive(now int64) bool {
	return c.Kind != Tombstone && (c.TTL == 0 || now < c.Expiry)
}

// IsExpiring says whether the cell has a time to live.
func (c *Cell) IsExpiring() bool { return c.Kind != Tombstone && c.TTL > 0 }

// MergeCells reconciles two cells of the same column and path, as Cassandra's Cells.reconcile does. The larger
// timestamp wins; of equal ones a tombstone beats an expiring cell and that a plain one, then the later expiry wins,
// then the smaller TTL, then the larger value. Counters are merged shard by shard; a tombstone beats them at any
// timestamp.
func MergeCells(a, b Cell) Cell {
	if a.Kind == Counter || b.Kind == Counter {
		return mergeCounterCells(a, b)
	}
	if compareCells(&a, &b) >= 0 {
		return a
	}
	return b
}

func compareCells(a, b *Cell) int {
	return cmp.Or(
		cmp.Compare(a.Timestamp, b.Timestamp),
		cmp.Compare(cellRank(a), cellRank(b)),
		cmp.Compare(a.Expiry, b.Expiry),
		cmp.Compare(b.TTL, a.TTL),
		bytes.Compare(a.Value, b.Value),
	)
}

func cellRank(c *Cell) int {
	switch {
	case c.TTL > 0:
		return 1
	case c.Kind == Tombstone:
		return 2
	}
	return 0
}

// CompareCellNames orders cells by column, then path; a simple column's nil path comes before any other.
func CompareCellNames(a, b *Cell) int {
	if a.Column != b.Column {
		return cmp.Compare(a.Column, b.Column)
	}
	if d := cmp.Compare(b2i(a.Path != nil), b2i(b.Path != nil)); d != 0 {
		return d
	}
	return bytes.Compare(a.Path, b.Path)
}

// NewRow is a row without content.
func NewRow(clustering [][]byte) *Row {
	return &Row{Clustering: clustering, Liveness: NoLiveness, Deletion: Live}
}

// IsEmpty says whether the row says nothing at all, not even that something is deleted.
func (r *Row) IsEmpty() bool {
	return r == nil || r.Liveness.IsEmpty() && r.Deletion.IsLive() && len(r.Columns) == 0 && len(r.Cells) == 0
}

// IsLive says whether a regular row exists at now: by its marker or by a live cell. A deletion within the row must
// have been applied already, as every merge does.
func (r *Row) IsLive(now int64) bool {
	if r == nil {
		return false
	}
	if r.Liveness.IsLive(now) {
		return true
	}
	for i := range r.Cells {
		if r.Cells[i].IsLive(now) {
			return true
		}
	}
	return false
}

// Sort puts the column deletions and cells of a freshly built row into the order that all others expect, and
// reconciles doubles.
func (r *Row) Sort() {
	slices.SortStableFunc(r.Columns, compareColumnDeletions)
	r.Columns = compact(r.Columns, compareColumnDeletions, func(a, b ColumnDeletion) ColumnDeletion {
		return ColumnDeletion{Column: a.Column, Deletion: a.Deletion.Max(b.Deletion)}
	})
	slices.SortStableFunc(r.Cells, func(a, b Cell) int { return CompareCellNames(&a, &b) })
	r.Cells = compact(r.Cells, func(a, b Cell) int { return CompareCellNames(&a, &b) }, MergeCells)
}

func compact[T any](s []T, compare func(a, b T) int, merge func(a, b T) T) []T {
	out := s[:0]
	for _, x := range s {
		if n := len(out); n > 0 && compare(out[n-1], x) == 0 {
			out[n-1] = merge(out[n-1], x)
			continue
		}
		out = append(out, x)
	}
	return out
}

func compareColumnDeletions(a, b ColumnDeletion) int { return cmp.Compare(a.Column, b.Column) }

// MergeRows reconciles two fragments of one row. Neither is changed; the result may share memory with both, and is
// one of them when the other is nil.
func MergeRows(a, b *Row) *Row {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	out := &Row{
		Liveness: mergeLiveness(a.Liveness, b.Liveness),
		Deletion: a.Deletion.Max(b.Deletion),
	}
	out.Clustering, out.Origin = pickClustering(a, b)
	if out.Liveness.Timestamp <= out.Deletion.Timestamp {
		out.Liveness = NoLiveness
	}
	out.Columns = mergeColumnDeletions(a.Columns, b.Columns, out.Deletion)
	out.Cells = mergeCellLists(a.Cells, b.Cells, out)
	return out
}

// pickClustering decides between clusterings that are equal in order but not in bytes (decimal 1.0 and 1.00): the ones
// that were there first stay.
func pickClustering(a, b *Row) ([][]byte, int64) {
	if cmp.Or(cmp.Compare(a.Origin, b.Origin), -slices.CompareFunc(a.Clustering, b.Clustering, bytes.Compare)) <= 0 {
		return a.Clustering, a.Origin
	}
	return b.Clustering, b.Origin
}

// FirstWrite is the oldest timestamp in the row: the Origin of a freshly written one. A row without any has none.
func (r *Row) FirstWrite() int64 {
	first := int64(math.MaxInt64)
	note := func(at int64) {
		if at != NoTimestamp {
			first = min(first, at)
		}
	}
	note(r.Liveness.Timestamp)
	note(r.Deletion.Timestamp)
	for i := range r.Columns {
		note(r.Columns[i].Timestamp)
	}
	for i := range r.Cells {
		note(r.Cells[i].Timestamp)
	}
	if first == math.MaxInt64 {
		return 0
	}
	return first
}

func mergeColumnDeletions(a, b []ColumnDeletion, floor Deletion) []ColumnDeletion {
	if len(a)+len(b) == 0 {
		return nil
	}
	out := make([]ColumnDeletion, 0, len(a)+len(b))
	add := func(d ColumnDeletion) {
		if d.Timestamp > floor.Timestamp {
			out = append(out, d)
		}
	}
	mergeSorted(a, b, func(a, b *ColumnDeletion) int { return compareColumnDeletions(*a, *b) },
		func(a, b ColumnDeletion) ColumnDeletion {
			return ColumnDeletion{Column: a.Column, Deletion: a.Deletion.Max(b.Deletion)}
		}, add)
	if len(out) == 0 {
		return nil
	}
	return out
}

// mergeSorted gives all elements of two sorted lists to add, in order; of equal ones what both makes of them.
func mergeSorted[T any](a, b []T, compare func(a, b *T) int, both func(a, b T) T, add func(T)) {
	for len(a) > 0 && len(b) > 0 {
		switch d := compare(&a[0], &b[0]); {
		case d < 0:
			add(a[0])
			a = a[1:]
		case d > 0:
			add(b[0])
			b = b[1:]
		default:
			add(both(a[0], b[0]))
			a, b = a[1:], b[1:]
		}
	}
	for _, e := range a {
		add(e)
	}
	for _, e := range b {
		add(e)
	}
}

// mergeCellLists merges sorted cells and leaves out what the deletions of out (the row around them) delete.
func mergeCellLists(a, b []Cell, out *Row) []Cell {
	if len(a)+len(b) == 0 {
		return nil
	}
	cells := make([]Cell, 0, max(len(a), len(b)))
	columns := out.Columns
	add := func(c Cell) {
		for len(columns) > 0 && columns[0].Column < c.Column {
			columns = columns[1:]
		}
		floor := out.Deletion.Timestamp
		if len(columns) > 0 && columns[0].Column == c.Column {
			floor = max(floor, columns[0].Timestamp)
		}
		if c, left := c.after(floor); left {
			cells = append(cells, c)
		}
	}
	mergeSorted(a, b, CompareCellNames, MergeCells, add)
	if len(cells) == 0 {
		return nil
	}
	return cells
}

// Settle applies a row's own deletions to its content, as a merge with nothing would.
func Settle(r *Row) *Row {
	if r == nil || r.Deletion.IsLive() && len(r.Columns) == 0 {
		return r
	}
	return MergeRows(r, &Row{Clustering: r.Clustering, Origin: r.Origin, Liveness: NoLiveness, Deletion: Live})
}

// Shadow is the row without what d deletes; nil when nothing is left. The row itself is not changed.
func Shadow(r *Row, d Deletion) *Row {
	if r.IsEmpty() {
		return nil
	}
	if d.IsLive() {
		return r
	}
	out := MergeRows(r, &Row{Clustering: r.Clustering, Origin: r.Origin, Liveness: NoLiveness, Deletion: d})
	if r.Deletion.Timestamp <= d.Timestamp {
		out.Deletion = Live
	}
	if out.IsEmpty() {
		return nil
	}
	return out
}

// Merge reconciles what several sources say of one partition of t; nil ones are skipped, and nil is the answer when
// there is nothing. The result is canonical: ranges flat, rows in order, nothing left that a deletion above it covers.
// It is commutative, associative and idempotent. Sources are not changed, and share memory with the result.
func Merge(t *schema.Table, parts ...*Partition) *Partition {
	return MergePartitions(NewComparator(t), parts...)
}

// MergePartitions is Merge for those who have the comparator already.
func MergePartitions(c Comparator, parts ...*Partition) *Partition {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p *Partition) bool { return p == nil })
	if len(parts) == 0 {
		return nil
	}
	out := &Partition{Key: parts[0].Key, Token: parts[0].Token, Deletion: Live}
	var ranges []RangeTombstone
	for _, p := range parts {
		out.Deletion = out.Deletion.Max(p.Deletion)
		ranges = append(ranges, p.Ranges...)
		out.Static = MergeRows(out.Static, p.Static)
	}
	out.Ranges = c.FlattenRanges(ranges, out.Deletion)
	out.Static = Shadow(Settle(out.Static), out.Deletion)
	for _, r := range mergeRowLists(c, parts) {
		if r = Shadow(Settle(r), c.DeletionOf(out, r.Clustering)); r != nil {
			out.Rows = append(out.Rows, r)
		}
	}
	return out
}

// mergeRowLists merges two lists at a time, so that many sources cost n log n.
func mergeRowLists(c Comparator, parts []*Partition) []*Row {
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0].Rows
	}
	half := len(parts) / 2
	a, b := mergeRowLists(c, parts[:half]), mergeRowLists(c, parts[half:])
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	out := make([]*Row, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch d := c.Compare(a[0].Clustering, b[0].Clustering); {
		case d < 0:
			out, a = append(out, a[0]), a[1:]
		case d > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, MergeRows(a[0], b[0]))
			a, b = a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// IsEmpty says whether the partition says nothing at all, not even that something is deleted.
func (p *Partition) IsEmpty() bool {
	return p == nil || p.Deletion.IsLive() && len(p.Ranges) == 0 && p.Static.IsEmpty() && len(p.Rows) == 0
}

// Reverse turns the order of the rows around, for reads that were asked to.
func (p *Partition) Reverse() { slices.Reverse(p.Rows) }
