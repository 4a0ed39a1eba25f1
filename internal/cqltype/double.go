package cqltype

import (
	"encoding/binary"
	"math"
)

// Double is the 64 bit IEEE 754 number.
var Double Type = &doubleType{native{KindDouble, "DoubleType"}, floatKey{size: 8}}

type doubleType struct {
	native
	floatKey
}

// EncodeDouble returns the wire form of f.
func EncodeDouble(f float64) []byte {
	if f != f {
		return []byte{0x7f, 0xf8, 0, 0, 0, 0, 0, 0} // Java's NaN
	}
	return binary.BigEndian.AppendUint64(nil, math.Float64bits(f))
}

// DecodeDouble reads a valid double; anything else is 0.
func DecodeDouble(v []byte) float64 {
	if len(v) != 8 {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(v))
}

func (t *doubleType) Freeze() Type { return t }

func (t *doubleType) Validate(v []byte) error {
	if len(v) != 8 && len(v) != 0 {
		return invalid("Expected 8 or 0 byte value for a double (%d)", len(v))
	}
	return nil
}

func (t *doubleType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	f, ok := parseJavaFloat(text, 64)
	if !ok {
		return nil, invalid("Unable to make double from '%s'", text)
	}
	return EncodeDouble(f), nil
}

func (t *doubleType) Format(v []byte) string {
	if len(v) != 8 {
		return formatOdd(v)
	}
	return FormatDouble(DecodeDouble(v))
}

func (t *doubleType) ToJSON(v []byte) ([]byte, error) {
	if f := DecodeDouble(v); f != f || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return jsonPlain(t, v)
}

func (t *doubleType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	default:
		if f, ok := jsonNumber(j); ok {
			return EncodeDouble(f), nil
		}
	}
	return nil, jsonExpected("a double value", j)
}
