package row

import "alexandra/internal/schema"

// Row flags.
const (
	hasClustering = 1 << iota
	hasLiveness
	hasLivenessTTL
	hasDeletion
	hasColumns
	hasOrigin
)

// Cell flags; the two lowest bits are the kind.
const (
	kindMask    = 3
	hasTTL      = 1 << 2
	hasPath     = 1 << 3
	hasSameTime = 1 << 4 // the timestamp of the cell or liveness before
	hasExpiry   = 1 << 5
	hasValue    = 1 << 6
)

// AppendRow appends a row in the form of values on disk: without a schema, and with its clustering only when
// withClustering asks.
func AppendRow(dst []byte, r *Row, withClustering bool) []byte {
	e := encoder{buf: dst}
	e.row(r, withClustering)
	return e.buf
}

// RowCodec decodes rows of one kind again and again without allocating what it can reuse. Many rows share one piece of
// memory.
type RowCodec struct {
	d     decoder
	rows  []Row
	cells []Cell
}

// slabMost is how many rows or cells are allocated at once at most.
const slabMost = 128

// Reset takes back the memory of all rows decoded so far.
func (rc *RowCodec) Reset() {
	clear(rc.rows)
	clear(rc.cells)
	rc.rows, rc.cells = rc.rows[:0], rc.cells[:0]
}

func (rc *RowCodec) row() *Row {
	if len(rc.rows) == cap(rc.rows) {
		rc.rows = make([]Row, 0, min(max(2*cap(rc.rows), 1), slabMost))
	}
	rc.rows = append(rc.rows, Row{Liveness: NoLiveness, Deletion: Live})
	return &rc.rows[len(rc.rows)-1]
}

// room is a list of no cells with room for n.
func (rc *RowCodec) room(n int) []Cell {
	if n > preallocate {
		return make([]Cell, 0, preallocate)
	}
	if used := len(rc.cells); n > cap(rc.cells)-used {
		rc.cells = make([]Cell, 0, max(n, min(2*cap(rc.cells), slabMost)))
	}
	used := len(rc.cells)
	rc.cells = rc.cells[:used+n]
	return rc.cells[used : used : used+n]
}

// Decode reads what AppendRow wrote. The row shares memory with b: b must not change as long as the row lives.
// Column names are t's own strings where t (it may be nil) knows them.
func (rc *RowCodec) Decode(t *schema.Table, b []byte) (*Row, error) {
	rc.d = decoder{b: b, t: t, names: rc.d.names[:0], slab: rc}
	r := rc.d.row()
	if err := rc.d.finish(); err != nil {
		return nil, err
	}
	return r, nil
}

func (e *encoder) deletion(d Deletion) {
	e.varint(d.Timestamp)
	e.varint(d.LocalTime)
}

func (d *decoder) deletion() Deletion { return Deletion{Timestamp: d.varint(), LocalTime: d.varint()} }

func (e *encoder) row(r *Row, withClustering bool) {
	var flags byte
	set := func(on bool, flag byte) {
		if on {
			flags |= flag
		}
	}
	set(withClustering && r.Clustering != nil, hasClustering)
	set(!r.Liveness.IsEmpty(), hasLiveness)
	set(r.Liveness.TTL != 0 || r.Liveness.Expiry != 0, hasLivenessTTL)
	set(r.Deletion != Live, hasDeletion)
	set(len(r.Columns) > 0, hasColumns)
	set(flags&hasClustering != 0 && r.Origin != 0, hasOrigin)
	e.byte(flags)
	if flags&hasClustering != 0 {
		e.values(r.Clustering)
	}
	if flags&hasOrigin != 0 {
		e.varint(r.Origin)
	}
	var last int64
	if flags&hasLiveness != 0 {
		e.varint(r.Liveness.Timestamp)
		last = r.Liveness.Timestamp
	}
	if flags&hasLivenessTTL != 0 {
		e.varint(int64(r.Liveness.TTL))
		e.varint(r.Liveness.Expiry)
	}
	if flags&hasDeletion != 0 {
		e.deletion(r.Deletion)
	}
	if flags&hasColumns != 0 {
		e.count(len(r.Columns))
		for _, c := range r.Columns {
			e.column(c.Column)
			e.deletion(c.Deletion)
		}
	}
	e.count(len(r.Cells))
	for i := range r.Cells {
		last = e.cell(&r.Cells[i], last)
	}
}

func (d *decoder) row() *Row {
	flags := d.byte()
	var r *Row
	if d.slab != nil {
		r = d.slab.row()
	} else {
		r = &Row{Liveness: NoLiveness, Deletion: Live}
	}
	if flags&hasClustering != 0 {
		if r.Clustering = d.values(); r.Clustering == nil {
			r.Clustering = [][]byte{}
		}
	}
	if flags&hasOrigin != 0 {
		r.Origin = d.varint()
	}
	var last int64
	if flags&hasLiveness != 0 {
		r.Liveness.Timestamp = d.varint()
		last = r.Liveness.Timestamp
	}
	if flags&hasLivenessTTL != 0 {
		r.Liveness.TTL = int32(d.varint())
		r.Liveness.Expiry = d.varint()
	}
	if flags&hasDeletion != 0 {
		r.Deletion = d.deletion()
	}
	if flags&hasColumns != 0 {
		n := d.count()
		r.Columns = make([]ColumnDeletion, 0, min(n, preallocate))
		for i := 0; i < n && d.err == nil; i++ {
			r.Columns = append(r.Columns, ColumnDeletion{Column: d.column(), Deletion: d.deletion()})
		}
	}
	if n := d.count(); n > 0 {
		if d.slab != nil {
			r.Cells = d.slab.room(n)
		} else {
			r.Cells = make([]Cell, 0, min(n, preallocate))
		}
		for i := 0; i < n && d.err == nil; i++ {
			c := d.cell(last)
			last = c.Timestamp
			r.Cells = append(r.Cells, c)
		}
	}
	return r
}

// cell writes one cell; timestamps that repeat the one before take no space.
func (e *encoder) cell(c *Cell, last int64) int64 {
	flags := byte(c.Kind) & kindMask
	set := func(on bool, flag byte) {
		if on {
			flags |= flag
		}
	}
	set(c.TTL != 0, hasTTL)
	set(c.Path != nil, hasPath)
	set(c.Timestamp == last, hasSameTime)
	set(c.Expiry != 0, hasExpiry)
	set(c.Value != nil, hasValue)
	e.byte(flags)
	e.column(c.Column)
	if flags&hasPath != 0 {
		e.bytes(c.Path)
	}
	if flags&hasSameTime == 0 {
		e.varint(c.Timestamp)
	}
	if flags&hasTTL != 0 {
		e.varint(int64(c.TTL))
	}
	if flags&hasExpiry != 0 {
		e.varint(c.Expiry)
	}
	if flags&hasValue != 0 {
		e.bytes(c.Value)
	}
	return c.Timestamp
}

func (d *decoder) cell(last int64) Cell {
	flags := d.byte()
	c := Cell{Kind: CellKind(flags & kindMask), Timestamp: last}
	if c.Kind > Counter {
		d.fail()
	}
	c.Column = d.column()
	if flags&hasPath != 0 {
		c.Path = d.bytes()
	}
	if flags&hasSameTime == 0 {
		c.Timestamp = d.varint()
	}
	if flags&hasTTL != 0 {
		c.TTL = int32(d.varint())
	}
	if flags&hasExpiry != 0 {
		c.Expiry = d.varint()
	}
	if flags&hasValue != 0 {
		c.Value = d.bytes()
	}
	return c
}

func (e *encoder) bound(b Bound) {
	e.bool(b.Inclusive)
	e.values(b.Values)
}

func (d *decoder) bound() Bound { return Bound{Inclusive: d.bool(), Values: d.values()} }

func (e *encoder) slice(s Slice) {
	e.bound(s.Start)
	e.bound(s.End)
}

func (d *decoder) slice() Slice { return Slice{Start: d.bound(), End: d.bound()} }

func (e *encoder) position(p *Position) {
	e.bytes(p.Key)
	e.bool(p.Clustering != nil)
	if p.Clustering != nil {
		e.values(p.Clustering)
	}
	e.count(max(p.Seen, 0))
	e.bool(p.Done)
}

func (d *decoder) position() *Position {
	p := &Position{Key: d.bytes()}
	if d.bool() {
		if p.Clustering = d.values(); p.Clustering == nil {
			p.Clustering = [][]byte{}
		}
	}
	p.Seen, p.Done = d.integer(), d.bool()
	return p
}

func (e *encoder) partition(p *Partition) {
	e.bytes(p.Key)
	e.token(p.Token)
	e.deletion(p.Deletion)
	e.count(len(p.Ranges))
	for _, r := range p.Ranges {
		e.slice(r.Slice)
		e.deletion(r.Deletion)
	}
	e.bool(p.Static != nil)
	if p.Static != nil {
		e.row(p.Static, true)
	}
	e.count(len(p.Rows))
	for _, r := range p.Rows {
		e.row(r, true)
	}
}

func (d *decoder) partition(p *Partition) {
	p.Key = d.bytes()
	p.Token = d.token()
	p.Deletion = d.deletion()
	n := d.count()
	for i := 0; i < n && d.err == nil; i++ {
		p.Ranges = append(p.Ranges, RangeTombstone{Slice: d.slice(), Deletion: d.deletion()})
	}
	if d.bool() {
		p.Static = d.row()
	}
	if n = d.count(); n > 0 {
		p.Rows = make([]*Row, 0, min(n, preallocate))
	}
	for i := 0; i < n && d.err == nil; i++ {
		p.Rows = append(p.Rows, d.row())
	}
}
