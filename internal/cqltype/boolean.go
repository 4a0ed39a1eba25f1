package cqltype

import "strings"

// Boolean is true or false; every byte but 0 is true.
var Boolean Type = &booleanType{native{KindBoolean, "BooleanType"}, fixedKey{size: 1}}

type booleanType struct {
	native
	fixedKey
}

// EncodeBoolean returns the wire form of b.
func EncodeBoolean(b bool) []byte {
	if b {
		return []byte{1}
	}
	return []byte{0}
}

// DecodeBoolean reads a valid boolean; anything else is false.
func DecodeBoolean(v []byte) bool { return len(v) == 1 && v[0] != 0 }

func (t *booleanType) Freeze() Type { return t }

func (t *booleanType) Validate(v []byte) error {
	if len(v) > 1 {
		return invalid("Expected 1 or 0 byte value (%d)", len(v))
	}
	return nil
}

func (t *booleanType) Parse(text string) ([]byte, error) {
	switch {
	case text == "" || strings.EqualFold(text, "false"):
		return []byte{0}, nil
	case strings.EqualFold(text, "true"):
		return []byte{1}, nil
	}
	return nil, invalid("Unable to make boolean from '%s'", text)
}

func (t *booleanType) Format(v []byte) string {
	switch {
	case len(v) != 1:
		return formatOdd(v)
	case v[0] == 0:
		return "false"
	}
	return "true"
}

func (t *booleanType) ToJSON(v []byte) ([]byte, error) {
	if v != nil && len(v) == 0 {
		return nil, errEmptyJSON("java.lang.Boolean")
	}
	return jsonPlain(t, v)
}

func (t *booleanType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	case bool:
		return EncodeBoolean(j), nil
	}
	return nil, jsonExpected("a boolean value", j)
}
