package server

import (
	"encoding/binary"
	"encoding/hex"
	"unicode/utf8"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
)

// decoder reads the notations of the protocol specification's section 3 from one message body. The first error sticks:
// later reads return zero values. Slices it returns share the body's memory.
type decoder struct {
	body    []byte
	off     int
	version int
	err     *cqlerr.Error
}

func (d *decoder) fail(err *cqlerr.Error) {
	if d.err == nil {
		d.err = err
	}
}

// take returns the next n bytes, or fails the way Cassandra does when a fixed-size field is cut off.
func (d *decoder) take(n int) []byte {
	if d.err != nil {
		return nil
	}
	if n > len(d.body)-d.off {
		d.fail(cqlerr.Server("The message body ended %d bytes too early", n-(len(d.body)-d.off)))
		return nil
	}
	b := d.body[d.off : d.off+n : d.off+n]
	d.off += n
	return b
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) short() int {
	if b := d.take(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (d *decoder) int() int32 {
	if b := d.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (d *decoder) long() int64 {
	if b := d.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

// sized returns n bytes of a field whose length was just read; kind and width name it in the error.
func (d *decoder) sized(n int, kind string, width int) []byte {
	if d.err != nil {
		return nil
	}
	if n < 0 || n > len(d.body)-d.off {
		d.fail(cqlerr.Protocol("Not enough bytes to read %s preceded by its %d bytes length", kind, width))
		return nil
	}
	return d.take(n)
}

const (
	utf8String = "an UTF8 serialized string"
	byteArray  = "a byte array"
)

func (d *decoder) string() string {
	if len(d.body)-d.off < 2 {
		d.fail(cqlerr.Protocol("Not enough bytes to read %s preceded by its %d bytes length", utf8String, 2))
		return ""
	}
	return d.text(d.sized(d.short(), utf8String, 2))
}

func (d *decoder) longString() string {
	if d.err == nil && len(d.body)-d.off < 4 {
		d.fail(cqlerr.Protocol("Not enough bytes to read %s preceded by its %d bytes length", utf8String, 4))
	}
	return d.text(d.sized(int(d.int()), utf8String, 4))
}

func (d *decoder) text(b []byte) string {
	if !utf8.Valid(b) {
		d.fail(cqlerr.Protocol("Cannot decode string as UTF8: '%s'; java.nio.charset.MalformedInputException: Input length = 1",
			hex.EncodeToString(b[invalidAt(b):])))
		return ""
	}
	return string(b)
}

// invalidAt is the offset of the first byte that does not belong to valid UTF-8.
func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(b)
}

func (d *decoder) shortBytes() []byte {
	if d.err == nil && len(d.body)-d.off < 2 {
		d.fail(cqlerr.Protocol("Not enough bytes to read %s preceded by its %d bytes length", byteArray, 2))
	}
	return d.sized(d.short(), byteArray, 2)
}

// bytes reads [bytes]: nil for a negative length.
func (d *decoder) bytes() []byte {
	n := int(d.int())
	if n < 0 || d.err != nil {
		return nil
	}
	return d.take(n)
}

// count reads a [short] that counts items of at least min bytes each, and refuses what the body cannot hold.
func (d *decoder) count(min int) int {
	n := d.short()
	if d.err == nil && n*min > len(d.body)-d.off {
		d.fail(cqlerr.Server("The message body is too short for %d items", n))
	}
	if d.err != nil {
		return 0
	}
	return n
}

func (d *decoder) stringMap() map[string]string {
	n := d.count(4)
	m := make(map[string]string, n)
	for range n {
		k := d.string()
		m[k] = d.string()
	}
	return m
}

func (d *decoder) stringList() []string {
	n := d.count(2)
	l := make([]string, 0, n)
	for range n {
		l = append(l, d.string())
	}
	return l
}

func (d *decoder) bytesMap() map[string][]byte {
	n := d.count(6)
	m := make(map[string][]byte, n)
	for range n {
		k := d.string()
		m[k] = d.bytes()
	}
	return m
}

func (d *decoder) consistency() row.Consistency {
	c := d.short()
	if d.err == nil && c > int(row.NodeLocal) {
		d.fail(cqlerr.Protocol("Unknown code %d for a consistency level", c))
	}
	return row.Consistency(c)
}
