package cqltype

import (
	"encoding/hex"
	"strings"
)

// Blob is any bytes.
var Blob Type = &blobType{native{KindBlob, "BytesType"}, byteKey{}}

type blobType struct {
	native
	byteKey
}

func (t *blobType) Freeze() Type { return t }

func (t *blobType) Validate([]byte) error { return nil }

// Parse reads hex digits without a prefix.
func (t *blobType) Parse(text string) ([]byte, error) {
	v, err := hex.DecodeString(text)
	if err != nil {
		return nil, invalid("cannot parse '%s' as hex bytes", text)
	}
	return v, nil
}

func (t *blobType) Format(v []byte) string {
	if v == nil {
		return "null"
	}
	return "0x" + hex.EncodeToString(v)
}

func (t *blobType) ToJSON(v []byte) ([]byte, error) {
	if v == nil {
		return jsonOdd(v)
	}
	return []byte(`"0x` + hex.EncodeToString(v) + `"`), nil
}

func (t *blobType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		digits, ok := strings.CutPrefix(j, "0x")
		if !ok {
			return nil, invalid("Value '%s' is not a valid blob representation: String representation of blob is missing 0x prefix: %s", j, j)
		}
		v, err := t.Parse(digits)
		if err != nil {
			return nil, invalid("Value '%s' is not a valid blob representation: %s", j, err)
		}
		return v, nil
	}
	class := javaPackage(j) + javaClass(j)
	return nil, invalid("Value '%s' is not a valid blob representation: class %s cannot be cast to class java.lang.String"+
		" (%s and java.lang.String are in module java.base of loader 'bootstrap')", javaString(j), class, class)
}
