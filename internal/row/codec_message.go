package row

import (
	"alexandra/internal/schema"
)

// EncodeMutation is a mutation for another node, a hint or the batch log.
func EncodeMutation(m *Mutation) []byte { return AppendMutation(nil, m) }

// AppendMutation appends what EncodeMutation returns.
func AppendMutation(dst []byte, m *Mutation) []byte {
	e := encoder{buf: append(dst, codecVersion)}
	e.buf = append(e.buf, m.Table.ID[:]...)
	e.partition(&m.Partition)
	return e.buf
}

// DecodeMutation is the inverse of EncodeMutation. The mutation shares memory with b. The error is ErrUnknownTable
// when the resolver does not know the table.
func DecodeMutation(b []byte, resolve Resolver) (*Mutation, error) {
	d := decoder{b: b}
	d.version()
	m := &Mutation{}
	m.Table = d.table(resolve)
	d.partition(&m.Partition)
	if err := d.finish(); err != nil {
		return nil, err
	}
	return m, nil
}

// EncodePartition is one partition without its table.
func EncodePartition(p *Partition) []byte {
	e := encoder{buf: []byte{codecVersion}}
	e.partition(p)
	return e.buf
}

// DecodePartition is the inverse of EncodePartition, for a partition of t.
func DecodePartition(b []byte, t *schema.Table) (*Partition, error) {
	d := decoder{b: b, t: t}
	d.version()
	p := &Partition{}
	d.partition(p)
	if err := d.finish(); err != nil {
		return nil, err
	}
	return p, nil
}

// EncodeResult is the answer to a Read.
func EncodeResult(r *Result) []byte {
	e := encoder{buf: []byte{codecVersion}}
	e.bool(r.More)
	e.count(len(r.Scans))
	for _, s := range r.Scans {
		e.nullable(s.Key)
		e.count(s.Live)
		e.count(s.Tombstones)
	}
	e.count(len(r.Partitions))
	for _, p := range r.Partitions {
		e.partition(p)
	}
	return e.buf
}

// DecodeResult is the inverse of EncodeResult, for the answer to a Read of t.
func DecodeResult(b []byte, t *schema.Table) (*Result, error) {
	d := decoder{b: b, t: t}
	d.version()
	r := &Result{More: d.bool()}
	scans := d.count()
	for i := 0; i < scans && d.err == nil; i++ {
		r.Scans = append(r.Scans, Scan{Key: d.nullable(), Live: d.integer(), Tombstones: d.integer()})
	}
	n := d.count()
	for i := 0; i < n && d.err == nil; i++ {
		p := &Partition{}
		d.partition(p)
		r.Partitions = append(r.Partitions, p)
	}
	if err := d.finish(); err != nil {
		return nil, err
	}
	return r, nil
}

// Read flags.
const (
	readKeys = 1 << iota
	readSlices
	readReversed
	readNoRows
	readColumns
	readAfter
	readPurged
	readIndex
)

// EncodeRead is a read command for another node.
func EncodeRead(r *Read) []byte {
	e := encoder{buf: []byte{codecVersion}}
	e.buf = append(e.buf, r.Table.ID[:]...)
	var flags byte
	for flag, on := range map[byte]bool{
		readKeys: r.Keys != nil, readSlices: r.Slices != nil, readReversed: r.Reversed, readNoRows: r.NoRows,
		readColumns: r.Columns != nil, readAfter: r.After != nil, readPurged: r.Purged, readIndex: r.Index != nil,
	} {
		if on {
			flags |= flag
		}
	}
	e.byte(flags)
	if r.Keys != nil {
		e.values(r.Keys)
	}
	e.token(r.Range.Start)
	e.token(r.Range.End)
	if r.Slices != nil {
		e.count(len(r.Slices))
		for _, s := range r.Slices {
			e.slice(s)
		}
	}
	if r.Columns != nil {
		e.count(len(r.Columns))
		for _, c := range r.Columns {
			e.column(c)
		}
	}
	e.count(max(r.PerPartition, 0))
	e.count(max(r.Limit, 0))
	if r.After != nil {
		e.position(r.After)
	}
	e.varint(r.Now)
	if r.Index != nil {
		e.index(r.Index)
	}
	return e.buf
}

func (e *encoder) index(x *IndexRead) {
	e.string(x.Index)
	e.byte(byte(x.Op))
	e.nullable(x.Value)
	e.nullable(x.Upper)
	e.bool(x.LowerInclusive)
	e.bool(x.UpperInclusive)
}

func (d *decoder) index() *IndexRead {
	x := &IndexRead{Index: d.string(), Op: IndexOp(d.byte()), Value: d.nullable(), Upper: d.nullable()}
	x.LowerInclusive, x.UpperInclusive = d.bool(), d.bool()
	if x.Op > IndexContains {
		d.fail()
	}
	return x
}

// DecodeRead is the inverse of EncodeRead. The error is ErrUnknownTable when the resolver does not know the table.
func DecodeRead(b []byte, resolve Resolver) (*Read, error) {
	d := decoder{b: b}
	d.version()
	r := &Read{Table: d.table(resolve)}
	flags := d.byte()
	r.Reversed, r.NoRows, r.Purged = flags&readReversed != 0, flags&readNoRows != 0, flags&readPurged != 0
	if flags&readKeys != 0 {
		if r.Keys = d.values(); r.Keys == nil {
			r.Keys = [][]byte{}
		}
	}
	r.Range.Start, r.Range.End = d.token(), d.token()
	if flags&readSlices != 0 {
		r.Slices = []Slice{}
		n := d.count()
		for i := 0; i < n && d.err == nil; i++ {
			r.Slices = append(r.Slices, d.slice())
		}
	}
	if flags&readColumns != 0 {
		r.Columns = []string{}
		n := d.count()
		for i := 0; i < n && d.err == nil; i++ {
			r.Columns = append(r.Columns, d.column())
		}
	}
	r.PerPartition, r.Limit = d.integer(), d.integer()
	if flags&readAfter != 0 {
		r.After = d.position()
	}
	r.Now = d.varint()
	if flags&readIndex != 0 {
		r.Index = d.index()
	}
	if err := d.finish(); err != nil {
		return nil, err
	}
	return r, nil
}
