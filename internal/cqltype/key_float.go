package cqltype

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
)

// floatKey orders IEEE 754 numbers of 4 or 8 bytes as Java's compare does: -0
// before 0, NaN last. Java knows one NaN; here those with other bits are
// different values next to it, so that keys stay exact.
type floatKey struct {
	exactKey
	size int
}

// order maps a well-formed value to a mark and a number that sort like it.
func (k floatKey) order(v []byte) (mark byte, bits uint64) {
	if k.size == 4 {
		u := binary.BigEndian.Uint32(v)
		switch f := math.Float32frombits(u); {
		case u>>31 == 0:
			return markValue, uint64(u | 1<<31)
		case f != f:
			return markNaN, uint64(u)
		}
		return markValue, uint64(^u)
	}
	u := binary.BigEndian.Uint64(v)
	switch {
	case u>>63 == 0:
		return markValue, u | 1<<63
	case math.IsNaN(math.Float64frombits(u)):
		return markNaN, u
	}
	return markValue, ^u
}

func (k floatKey) Compare(a, b []byte) int {
	okA, okB := len(a) == k.size, len(b) == k.size
	if !okA || !okB {
		return compareOdd(a, b, okA, okB)
	}
	markA, bitsA := k.order(a)
	markB, bitsB := k.order(b)
	if markA != markB {
		return int(markA) - int(markB)
	}
	return cmp.Compare(bitsA, bitsB)
}

func (k floatKey) AppendOrder(dst, v []byte) []byte {
	if len(v) != k.size {
		return appendOdd(dst, v)
	}
	mark, bits := k.order(v)
	dst = append(dst, mark)
	if k.size == 4 {
		return binary.BigEndian.AppendUint32(dst, uint32(bits))
	}
	return binary.BigEndian.AppendUint64(dst, bits)
}

func (k floatKey) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue && b[0] != markNaN {
		return decodeOdd(b)
	}
	if len(b) < 1+k.size {
		return nil, nil, errKey
	}
	v = bytes.Clone(b[1 : 1+k.size])
	switch {
	case b[0] == markNaN:
	case v[0]&0x80 != 0:
		v[0] ^= 0x80
	default:
		invert(v)
	}
	return v, b[1+k.size:], nil
}

func (k floatKey) AppendKey(dst, v []byte) []byte                 { return k.AppendOrder(dst, v) }
func (k floatKey) DecodeKey(b []byte) (v, rest []byte, err error) { return k.DecodeOrder(b) }
