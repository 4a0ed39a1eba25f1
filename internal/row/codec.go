package row

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"github.com/google/uuid"

	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// codecVersion starts every encoded message, so that a later node can tell old bytes apart.
const codecVersion = 1

// preallocate limits what a decoder allocates on a count's word alone; larger lists grow as bytes really come.
const preallocate = 256

var errCodec = errors.New("malformed row bytes")

// ErrUnknownTable is what decoding says of a table that the resolver does not know (dropped, or not yet heard of).
var ErrUnknownTable = errors.New("unknown table")

// Resolver finds a table by id; nil when there is none.
type Resolver func(id uuid.UUID) *schema.Table

// encoder appends. Column names are written once a message and referred to by number afterwards.
type encoder struct {
	buf   []byte
	names []string
	next  int // where in names the next column is expected: rows repeat the same columns in the same order
}

func (e *encoder) byte(b byte)         { e.buf = append(e.buf, b) }
func (e *encoder) uvarint(n uint64)    { e.buf = binary.AppendUvarint(e.buf, n) }
func (e *encoder) varint(n int64)      { e.buf = binary.AppendVarint(e.buf, n) }
func (e *encoder) count(n int)         { e.uvarint(uint64(n)) }
func (e *encoder) bytes(b []byte)      { e.count(len(b)); e.buf = append(e.buf, b...) }
func (e *encoder) string(s string)     { e.count(len(s)); e.buf = append(e.buf, s...) }
func (e *encoder) token(t token.Token) { e.buf = t.AppendKey(e.buf) }

func (e *encoder) bool(b bool) { e.byte(byte(b2i(b))) }

// nullable writes bytes of which nil means something else than empty.
func (e *encoder) nullable(b []byte) {
	if b == nil {
		e.byte(0)
		return
	}
	e.count(len(b) + 1)
	e.buf = append(e.buf, b...)
}

func (e *encoder) values(vs [][]byte) {
	e.count(len(vs))
	for _, v := range vs {
		e.nullable(v)
	}
}

// column writes 0 and the name the first time, and the name's number plus one later.
func (e *encoder) column(name string) {
	for range e.names {
		if e.next >= len(e.names) {
			e.next = 0
		}
		if e.names[e.next] == name {
			e.count(e.next + 1)
			e.next++
			return
		}
		e.next++
	}
	e.byte(0)
	e.string(name)
	e.names = append(e.names, name)
	e.next = len(e.names)
}

// decoder reads; after the first malformed byte it returns zero values and keeps the error. What it returns shares
// memory with b.
type decoder struct {
	b     []byte
	t     *schema.Table // whose column names to reuse; may be nil
	names []string
	slab  *RowCodec // whose memory to use; may be nil
	err   error
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = errCodec
	}
	d.b = nil
}

// finish is the error, also when bytes are left over.
func (d *decoder) finish() error {
	if d.err == nil && len(d.b) > 0 {
		d.fail()
	}
	return d.err
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	b := d.b[0]
	d.b = d.b[1:]
	return b
}

func (d *decoder) bool() bool { return d.byte() == 1 }

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.b)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[size:]
	return n
}

// count reads the length of something of which each piece takes at least one byte.
func (d *decoder) count() int {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail()
		return 0
	}
	return int(n)
}

// integer reads a small non-negative number that is no length.
func (d *decoder) integer() int {
	n := d.uvarint()
	if n > 1<<31-1 {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) take(n int) []byte {
	if n > len(d.b) {
		d.fail()
		return nil
	}
	out := d.b[:n:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) bytes() []byte { return d.take(d.count()) }

func (d *decoder) string() string { return string(d.bytes()) }

func (d *decoder) nullable() []byte {
	n := d.uvarint()
	if n == 0 {
		return nil
	}
	if n-1 > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	return d.take(int(n - 1))
}

func (d *decoder) values() [][]byte {
	n := d.count()
	if n == 0 {
		return nil
	}
	out := make([][]byte, 0, min(n, preallocate))
	for range n {
		out = append(out, d.nullable())
	}
	return out
}

func (d *decoder) token() token.Token {
	t, ok := token.FromKey(d.take(8))
	if !ok {
		d.fail()
	}
	return t
}

func (d *decoder) column() string {
	n := d.uvarint()
	if n > 0 {
		if n > uint64(len(d.names)) {
			d.fail()
			return ""
		}
		return d.names[n-1]
	}
	name := d.intern(d.bytes())
	if d.err == nil {
		d.names = append(d.names, name)
	}
	return name
}

// intern is the schema's own string for a column name. Without a schema it points into the input.
func (d *decoder) intern(name []byte) string {
	if d.t == nil {
		if len(name) == 0 {
			return ""
		}
		return unsafe.String(&name[0], len(name))
	}
	if c := d.t.Columns[string(name)]; c != nil {
		return c.Name
	}
	if c := d.t.Dropped[string(name)]; c != nil {
		return c.Name
	}
	return string(name)
}

func (d *decoder) version() {
	if v := d.byte(); v != codecVersion && d.err == nil {
		d.err = fmt.Errorf("row bytes of unknown version %d", v)
		d.b = nil
	}
}

func (d *decoder) table(resolve Resolver) *schema.Table {
	id, err := uuid.FromBytes(d.take(16))
	if err != nil {
		d.fail()
		return nil
	}
	t := resolve(id)
	if t == nil {
		d.err = fmt.Errorf("%w %s", ErrUnknownTable, id)
		d.b = nil
	}
	d.t = t
	return t
}
