package row

import "alexandra/internal/schema"

// Purge is what a client may see of a reconciled partition of t at now (seconds since 1970): no tombstones, no
// expired or shadowed data, no cells of dropped columns, only rows that exist. It is nil when nothing is left. The
// partition is not changed; the result shares memory with it.
func Purge(p *Partition, t *schema.Table, now int64) *Partition {
	if p == nil {
		return nil
	}
	c := NewComparator(t)
	out := &Partition{Key: p.Key, Token: p.Token, Deletion: Live}
	if s := PurgeRow(Shadow(Settle(p.Static), p.Deletion), t, now); s != nil {
		out.Static = s
	}
	for _, r := range p.Rows {
		r = PurgeRow(Shadow(Settle(r), c.DeletionOf(p, r.Clustering)), t, now)
		if r != nil {
			out.Rows = append(out.Rows, r)
		}
	}
	if out.Static == nil && len(out.Rows) == 0 {
		return nil
	}
	return out
}

// PurgeRow is Purge for one settled row; nil when it does not exist at now.
func PurgeRow(r *Row, t *schema.Table, now int64) *Row {
	if r == nil {
		return nil
	}
	liveness := NoLiveness
	if r.Liveness.IsLive(now) {
		liveness = r.Liveness
	}
	cells := visibleCells(r.Cells, t, now)
	switch {
	case liveness.IsEmpty() && len(cells) == 0:
		return nil
	case len(cells) == len(r.Cells) && liveness == r.Liveness && r.Deletion.IsLive() && len(r.Columns) == 0:
		return r
	}
	return &Row{Clustering: r.Clustering, Origin: r.Origin, Liveness: liveness, Deletion: Live, Cells: cells}
}

func visibleCells(cells []Cell, t *schema.Table, now int64) []Cell {
	i := 0
	for i < len(cells) && cells[i].IsLive(now) && !IsDropped(&cells[i], t) {
		i++
	}
	if i == len(cells) {
		return cells
	}
	out := append(make([]Cell, 0, len(cells)-1), cells[:i]...)
	for ; i < len(cells); i++ {
		if cells[i].IsLive(now) && !IsDropped(&cells[i], t) {
			out = append(out, cells[i])
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// IsDropped says whether the cell belongs to a column that t has no more, or was written before the column was
// dropped and added again.
func IsDropped(c *Cell, t *schema.Table) bool {
	return wasDropped(c, t) || t.Columns[c.Column] == nil
}

// wasDropped says whether the cell was written before its column was dropped. Only then may it be forgotten: a column
// that t does not have may be one that this node has not heard of yet, or the schema's own (internal/syskeyspace).
func wasDropped(c *Cell, t *schema.Table) bool {
	if len(t.Dropped) == 0 {
		return false
	}
	d := t.Dropped[c.Column]
	return d != nil && c.Timestamp <= d.Time
}

// CountLive is how many rows of a purged partition count towards a LIMIT: its rows, or one for a static row alone
// when statics are wanted.
func CountLive(p *Partition, wantStatic bool) int {
	switch {
	case p == nil:
		return 0
	case len(p.Rows) == 0 && wantStatic && p.Static != nil:
		return 1
	}
	return len(p.Rows)
}

// WantsStatic says whether a read asks for the static row.
func (r *Read) WantsStatic() bool {
	if len(r.Table.Statics) == 0 {
		return false
	}
	if r.Columns == nil {
		return true
	}
	for _, name := range r.Columns {
		if c := r.Table.Columns[name]; c != nil && c.Kind == schema.Static {
			return true
		}
	}
	return false
}

// Garbage is the age at which things may be forgotten.
type Garbage struct {
	Now    int64 // seconds since 1970
	Before int64 // tombstones made before this have reached all replicas: Now - gc_grace_seconds
}

// Compact is what has to be kept of a partition of t: shadowed data goes at once, expired cells lose their values,
// tombstones from before g.Before go, cells of dropped columns go. Nil when nothing is left.
func Compact(p *Partition, t *schema.Table, g Garbage) *Partition {
	p = Merge(t, p)
	if p == nil {
		return nil
	}
	out := &Partition{Key: p.Key, Token: p.Token, Deletion: g.Deletion(p.Deletion)}
	out.Static = g.Row(p.Static, t)
	for _, r := range p.Ranges {
		if d := g.Deletion(r.Deletion); !d.IsLive() {
			out.Ranges = append(out.Ranges, r)
		}
	}
	for _, r := range p.Rows {
		if r = g.Row(r, t); r != nil {
			out.Rows = append(out.Rows, r)
		}
	}
	if out.IsEmpty() {
		return nil
	}
	return out
}

// Deletion is d, or Live when d is old enough to be forgotten.
func (g Garbage) Deletion(d Deletion) Deletion {
	if d.LocalTime < g.Before {
		return Live
	}
	return d
}

// Row is Compact for one settled row that nothing above shadows.
func (g Garbage) Row(r *Row, t *schema.Table) *Row {
	if r == nil {
		return nil
	}
	out := &Row{
		Clustering: r.Clustering, Origin: r.Origin, Liveness: g.liveness(r.Liveness), Deletion: g.Deletion(r.Deletion),
	}
	for _, d := range r.Columns {
		if kept := g.Deletion(d.Deletion); !kept.IsLive() {
			out.Columns = append(out.Columns, d)
		}
	}
	for i := range r.Cells {
		if c, ok := g.cell(r.Cells[i]); ok && !wasDropped(&c, t) {
			out.Cells = append(out.Cells, c)
		}
	}
	if out.IsEmpty() {
		return nil
	}
	return out
}

// liveness forgets an expired marker. Unlike a cell it leaves no tombstone: older markers lose against nothing worse
// than the row's own cells.
func (g Garbage) liveness(l Liveness) Liveness {
	if l.TTL > 0 && l.Expiry-int64(l.TTL) < g.Before && l.Expiry <= g.Now {
		return NoLiveness
	}
	return l
}

// cell takes the value out of an expired cell. It stays an expiring one in merges, so that it makes no difference when
// that is done: a real tombstone would win against a value of the same timestamp that lives longer.
func (g Garbage) cell(c Cell) (Cell, bool) {
	if c.IsExpiring() && c.Expiry <= g.Now {
		c.Kind, c.Value = Tombstone, nil
	}
	return c, c.Kind != Tombstone || c.Expiry-int64(c.TTL) >= g.Before
}
