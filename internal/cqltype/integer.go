package cqltype

import (
	"encoding/binary"
	"strconv"
)

// integerType is what tinyint, smallint, int, bigint and counter share.
type integerType struct {
	native
	fixedKey
	noun     string // in "Unable to make int from"
	expected string // Validate's message
	jsonNoun string // in "Expected an int value"
}

func newIntegerType(n native, size int, noun, expected, jsonNoun string) *integerType {
	return &integerType{n, fixedKey{size: size, flip: 0x80}, noun, expected, jsonNoun}
}

// decode reads a value of the right size.
func (t *integerType) decode(v []byte) int64 {
	switch len(v) {
	case 1:
		return int64(int8(v[0]))
	case 2:
		return int64(int16(binary.BigEndian.Uint16(v)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v)))
	case 8:
		return int64(binary.BigEndian.Uint64(v))
	}
	return 0
}

func (t *integerType) encode(i int64) []byte {
	wide := binary.BigEndian.AppendUint64(make([]byte, 0, 8), uint64(i))
	return wide[8-t.size:]
}

func (t *integerType) Freeze() Type { return t }

func (t *integerType) Validate(v []byte) error {
	if len(v) == t.size || len(v) == 0 && t.size >= 4 {
		return nil
	}
	return invalid(t.expected, len(v))
}

func (t *integerType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	i, err := strconv.ParseInt(asciiDigits(text), 10, 8*t.size)
	if err != nil {
		return nil, invalid("Unable to make %s from '%s'", t.noun, text)
	}
	return t.encode(i), nil
}

func (t *integerType) Format(v []byte) string {
	if len(v) != t.size {
		return formatOdd(v)
	}
	return strconv.FormatInt(t.decode(v), 10)
}

func (t *integerType) ToJSON(v []byte) ([]byte, error) {
	if v != nil && len(v) == 0 && t.size == 1 {
		return nil, errEmptyJSON("java.lang.Byte")
	}
	return jsonPlain(t, v)
}

func (t *integerType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	case int64:
		if t.size <= 2 {
			return t.Parse(strconv.FormatInt(j, 10))
		}
		if t.size == 8 || j == int64(int32(j)) {
			return t.encode(j), nil
		}
	default:
		if t.size <= 2 && isJSONNumber(j) {
			return t.Parse(javaString(j))
		}
	}
	return nil, jsonExpected(t.jsonNoun, j)
}
