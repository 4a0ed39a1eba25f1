package cqltype

import (
	"bytes"
	"encoding/binary"
	"math/big"
)

// Varint is an integer of any size: two's complement, big-endian.
var Varint Type = &varintType{native{KindVarint, "IntegerType"}}

type varintType struct{ native }

// EncodeVarint returns the shortest wire form of i.
func EncodeVarint(i *big.Int) []byte {
	if i.Sign() >= 0 {
		b := i.Bytes()
		if len(b) == 0 || b[0] >= 0x80 {
			b = append([]byte{0}, b...)
		}
		return b
	}
	// -x in two's complement is the complement of x-1.
	b := new(big.Int).Not(i).Bytes()
	invert(b)
	if len(b) == 0 || b[0] < 0x80 {
		b = append([]byte{0xFF}, b...)
	}
	return b
}

// DecodeVarint reads a varint; the empty value is 0.
func DecodeVarint(v []byte) *big.Int {
	if len(v) == 0 || v[0] < 0x80 {
		return new(big.Int).SetBytes(v)
	}
	flipped := bytes.Clone(v)
	invert(flipped)
	i := new(big.Int).SetBytes(flipped)
	return i.Not(i)
}

// trimVarint drops bytes that only repeat the sign.
func trimVarint(v []byte) []byte {
	for len(v) > 1 && (v[0] == 0 && v[1] < 0x80 || v[0] == 0xFF && v[1] >= 0x80) {
		v = v[1:]
	}
	return v
}

func (t *varintType) Freeze() Type { return t }

func (t *varintType) Validate([]byte) error { return nil }

func (t *varintType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	i, ok := parseBigInteger(text)
	if !ok {
		return nil, invalid("unable to make int from '%s'", text)
	}
	return EncodeVarint(i), nil
}

// parseBigInteger reads decimal digits with at most one sign.
func parseBigInteger(text string) (*big.Int, bool) {
	text = asciiDigits(text)
	for i, r := range text {
		if (r < '0' || r > '9') && (i > 0 || r != '-' && r != '+') {
			return nil, false
		}
	}
	return new(big.Int).SetString(text, 10)
}

func (t *varintType) Format(v []byte) string {
	if len(v) == 0 {
		return formatOdd(v)
	}
	return DecodeVarint(v).String()
}

func (t *varintType) ToJSON(v []byte) ([]byte, error) { return jsonPlain(t, v) }

func (t *varintType) FromJSON(j any) ([]byte, error) {
	if j == nil {
		return nil, nil
	}
	i, ok := parseBigInteger(javaString(j))
	if !ok {
		return nil, invalid("Value '%s' is not a valid representation of a varint value", javaString(j))
	}
	return EncodeVarint(i), nil
}

// Order bytes are a mark (negative or not), the number of bytes and the bytes;
// the number takes one byte, or five from varintLong on, and is inverted for
// negative values.
const (
	varintNegative byte = 1
	varintPositive byte = 2
	varintLong          = 0xFF
)

func (t *varintType) Exact() bool { return false }

func (t *varintType) Compare(a, b []byte) int {
	if len(a) == 0 || len(b) == 0 {
		return compareOdd(a, b, true, true)
	}
	a, b = trimVarint(a), trimVarint(b)
	negA, negB := a[0] >= 0x80, b[0] >= 0x80
	switch {
	case negA && !negB:
		return -1
	case !negA && negB:
		return 1
	case len(a) == len(b):
		return bytes.Compare(a, b)
	case (len(a) < len(b)) != negA:
		return -1
	}
	return 1
}

func (t *varintType) AppendOrder(dst, v []byte) []byte {
	if len(v) == 0 {
		return append(dst, markEmpty)
	}
	v = trimVarint(v)
	mark := varintPositive
	if v[0] >= 0x80 {
		mark = varintNegative
	}
	dst = append(dst, mark)
	start := len(dst)
	if len(v) < varintLong {
		dst = append(dst, byte(len(v)))
	} else {
		dst = binary.BigEndian.AppendUint32(append(dst, varintLong), uint32(len(v)))
	}
	if mark == varintNegative {
		invert(dst[start:])
	}
	return append(dst, v...)
}

func (t *varintType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) < 2 || b[0] == markEmpty {
		return decodeOdd(b)
	}
	mark, b := b[0], b[1:]
	head := bytes.Clone(b[:min(5, len(b))])
	if mark == varintNegative {
		invert(head)
	}
	n, size := int(head[0]), 1
	if n == varintLong {
		if len(head) < 5 {
			return nil, nil, errKey
		}
		n, size = int(binary.BigEndian.Uint32(head[1:])), 5
	}
	if n > len(b)-size {
		return nil, nil, errKey
	}
	return bytes.Clone(b[size : size+n]), b[size+n:], nil
}

func (t *varintType) AppendKey(dst, v []byte) []byte { return appendTailedKey(t, dst, v) }

func (t *varintType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeTailedKey(t, b) }
