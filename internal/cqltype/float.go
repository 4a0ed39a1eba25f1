package cqltype

import (
	"encoding/binary"
	"math"
)

// Float is the 32 bit IEEE 754 number.
var Float Type = &floatType{native{KindFloat, "FloatType"}, floatKey{size: 4}}

type floatType struct {
	native
	floatKey
}

// EncodeFloat returns the wire form of f.
func EncodeFloat(f float32) []byte {
	if f != f {
		return []byte{0x7f, 0xc0, 0, 0} // Java's NaN
	}
	return binary.BigEndian.AppendUint32(nil, math.Float32bits(f))
}

// DecodeFloat reads a valid float; anything else is 0.
func DecodeFloat(v []byte) float32 {
	if len(v) != 4 {
		return 0
	}
	return math.Float32frombits(binary.BigEndian.Uint32(v))
}

func (t *floatType) Freeze() Type { return t }

func (t *floatType) Validate(v []byte) error {
	if len(v) != 4 && len(v) != 0 {
		return invalid("Expected 4 or 0 byte value for a float (%d)", len(v))
	}
	return nil
}

func (t *floatType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	f, ok := parseJavaFloat(text, 32)
	if !ok {
		return nil, invalid("Unable to make float from '%s'", text)
	}
	return EncodeFloat(float32(f)), nil
}

func (t *floatType) Format(v []byte) string {
	if len(v) != 4 {
		return formatOdd(v)
	}
	return FormatFloat(DecodeFloat(v))
}

func (t *floatType) ToJSON(v []byte) ([]byte, error) {
	if f := DecodeFloat(v); f != f || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return jsonPlain(t, v)
}

func (t *floatType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	default:
		if f, ok := jsonNumber(j); ok {
			return EncodeFloat(float32(f)), nil
		}
	}
	return nil, jsonExpected("a float value", j)
}
