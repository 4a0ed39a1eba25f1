package cqltype

import (
	"strings"
	"unicode/utf8"
)

// Text is UTF-8 text; varchar is another word for it. Ascii takes only 7 bits.
var (
	Text  Type = &textType{native{KindText, "UTF8Type"}, byteKey{}}
	Ascii Type = &textType{native{KindAscii, "AsciiType"}, byteKey{}}
)

type textType struct {
	native
	byteKey
}

func (t *textType) Freeze() Type { return t }

func (t *textType) Validate(v []byte) error {
	if t.kind == KindText {
		if !validUTF8(v) {
			return invalid("String didn't validate.")
		}
		return nil
	}
	for _, b := range v {
		if b >= 0x80 {
			return invalid("Invalid byte for ascii: %d", int8(b))
		}
	}
	return nil
}

// validUTF8 takes what Go takes and, as Cassandra does, lets 3 byte forms of
// surrogates pass.
func validUTF8(v []byte) bool {
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		if r == utf8.RuneError && n == 1 {
			if len(v) < 3 || v[0] != 0xED || v[1]&0xE0 != 0xA0 || v[2]&0xC0 != 0x80 {
				return false
			}
			n = 3
		}
		v = v[n:]
	}
	return true
}

func (t *textType) Parse(text string) ([]byte, error) {
	if t.kind == KindAscii {
		for _, r := range text {
			if r >= 0x80 {
				return nil, invalid("Invalid ASCII character in string literal: %s", text)
			}
		}
	}
	return []byte(text), nil
}

func (t *textType) Format(v []byte) string {
	if v == nil {
		return "null"
	}
	return QuoteString(string(v))
}

// QuoteString is s as a CQL string literal.
func QuoteString(s string) string {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

func (t *textType) ToJSON(v []byte) ([]byte, error) { return jsonQuoted(string(v)), nil }

func (t *textType) FromJSON(j any) ([]byte, error) {
	switch s := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(s)
	}
	if t.kind == KindAscii {
		return nil, jsonExpected("an ASCII string", j)
	}
	return nil, jsonExpected("a UTF-8 string", j)
}
