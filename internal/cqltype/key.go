package cqltype

import (
	"bytes"
	"errors"
)

// Order bytes start with a mark, so that empty sorts before well-formed and
// well-formed before malformed, whatever the type.
const (
	markEmpty byte = 0
	markValue byte = 1
	markNaN   byte = 2    // a NaN whose sign bit is set
	markBad   byte = 0xF0 // then the bytes, escaped
)

// errKey is what every DecodeKey says about bytes that AppendKey cannot have
// written; it means a damaged store, not a client's mistake.
var errKey = errors.New("cqltype: malformed key bytes")

// AppendKeyDesc is AppendKey with the order turned around, for columns that
// cluster in descending order.
func AppendKeyDesc(t Type, dst, v []byte) []byte {
	start := len(dst)
	dst = t.AppendKey(dst, v)
	invert(dst[start:])
	return dst
}

// DecodeKeyDesc is the inverse of AppendKeyDesc.
func DecodeKeyDesc(t Type, b []byte) (v, rest []byte, err error) {
	return decodeInverted(b, t.DecodeKey)
}

// AppendOrderDesc is AppendOrder with the order turned around.
func AppendOrderDesc(t Type, dst, v []byte) []byte {
	start := len(dst)
	dst = t.AppendOrder(dst, v)
	invert(dst[start:])
	return dst
}

// DecodeOrderDesc is the inverse of AppendOrderDesc.
func DecodeOrderDesc(t Type, b []byte) (v, rest []byte, err error) {
	return decodeInverted(b, t.DecodeOrder)
}

func decodeInverted(b []byte, decode func([]byte) (v, rest []byte, err error)) (v, rest []byte, err error) {
	flipped := bytes.Clone(b)
	invert(flipped)
	v, rest, err = decode(flipped)
	if err != nil {
		return nil, nil, err
	}
	return v, b[len(b)-len(rest):], nil
}

func invert(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}

// appendEscaped writes v so that it ends itself and keeps the order of plain
// bytes: 00 becomes 00 FF, and 00 01 ends the value.
func appendEscaped(dst, v []byte) []byte {
	for {
		i := bytes.IndexByte(v, 0)
		if i < 0 {
			break
		}
		dst = append(dst, v[:i]...)
		dst = append(dst, 0, 0xFF)
		v = v[i+1:]
	}
	dst = append(dst, v...)
	return append(dst, 0, 1)
}

func decodeEscaped(b []byte) (v, rest []byte, err error) {
	v = []byte{}
	for {
		i := bytes.IndexByte(b, 0)
		if i < 0 || i+1 >= len(b) {
			return nil, nil, errKey
		}
		v = append(v, b[:i]...)
		switch b[i+1] {
		case 1:
			return v, b[i+2:], nil
		case 0xFF:
			v = append(v, 0)
		default:
			return nil, nil, errKey
		}
		b = b[i+2:]
	}
}

// appendOdd writes what is not a well-formed value: the empty one or bytes of
// the wrong shape.
func appendOdd(dst, v []byte) []byte {
	if len(v) == 0 {
		return append(dst, markEmpty)
	}
	return appendEscaped(append(dst, markBad), v)
}

// decodeOdd reads what appendOdd wrote.
func decodeOdd(b []byte) (v, rest []byte, err error) {
	switch {
	case len(b) == 0:
		return nil, nil, errKey
	case b[0] == markEmpty:
		return []byte{}, b[1:], nil
	case b[0] == markBad:
		return decodeEscaped(b[1:])
	}
	return nil, nil, errKey
}

// rank places a value among empty (0), well-formed (1) and malformed (2).
func rank(v []byte, wellFormed bool) int {
	switch {
	case len(v) == 0:
		return 0
	case wellFormed:
		return 1
	}
	return 2
}

// compareOdd orders two values of which at least one is not well-formed.
func compareOdd(a, b []byte, okA, okB bool) int {
	ra, rb := rank(a, okA), rank(b, okB)
	if ra != rb {
		return ra - rb
	}
	return bytes.Compare(a, b)
}

// exactKey completes the keys of types whose order bytes hold all of the value.
type exactKey struct{}

func (exactKey) Exact() bool { return true }

// byteKey orders values as their bytes.
type byteKey struct{ exactKey }

func (byteKey) Compare(a, b []byte) int          { return bytes.Compare(a, b) }
func (byteKey) AppendKey(dst, v []byte) []byte   { return appendEscaped(dst, v) }
func (byteKey) AppendOrder(dst, v []byte) []byte { return appendEscaped(dst, v) }
func (byteKey) DecodeKey(b []byte) (v, rest []byte, err error) {
	return decodeEscaped(b)
}

func (byteKey) DecodeOrder(b []byte) (v, rest []byte, err error) {
	return decodeEscaped(b)
}

// fixedKey orders values of size bytes as big-endian numbers; flip is xored
// into the first byte, 0x80 for signed ones.
type fixedKey struct {
	exactKey
	size int
	flip byte
}

func (k fixedKey) Compare(a, b []byte) int {
	okA, okB := len(a) == k.size, len(b) == k.size
	if !okA || !okB {
		return compareOdd(a, b, okA, okB)
	}
	if x, y := a[0]^k.flip, b[0]^k.flip; x != y {
		return int(x) - int(y)
	}
	return bytes.Compare(a[1:], b[1:])
}

func (k fixedKey) AppendOrder(dst, v []byte) []byte {
	if len(v) != k.size {
		return appendOdd(dst, v)
	}
	dst = append(dst, markValue, v[0]^k.flip)
	return append(dst, v[1:]...)
}

func (k fixedKey) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue {
		return decodeOdd(b)
	}
	if len(b) < 1+k.size {
		return nil, nil, errKey
	}
	v = bytes.Clone(b[1 : 1+k.size])
	v[0] ^= k.flip
	return v, b[1+k.size:], nil
}

func (k fixedKey) AppendKey(dst, v []byte) []byte                 { return k.AppendOrder(dst, v) }
func (k fixedKey) DecodeKey(b []byte) (v, rest []byte, err error) { return k.DecodeOrder(b) }
