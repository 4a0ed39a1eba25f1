package cqltype

import (
	"strings"
	"unicode/utf16"
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

// validUTF8 takes what Cassandra takes, which is more than UTF-8: surrogates,
// numbers above the last character, and C0 80 for 0.
func validUTF8(v []byte) bool {
	if utf8.Valid(v) {
		return true
	}
	for len(v) > 0 {
		n := sequenceLen(v)
		if n == 0 {
			return false
		}
		v = v[n:]
	}
	return true
}

// sequenceLen is the number of bytes of the character at the start of v, 0 if
// there is none.
func sequenceLen(v []byte) int {
	n := 0
	switch b := v[0]; {
	case b < 0x80:
		return 1
	case b == 0xC0 && len(v) > 1 && v[1] == 0x80:
		return 2
	case b >= 0xC2 && b <= 0xDF:
		n = 2
	case b == 0xE0 && len(v) > 1 && v[1] < 0xA0 || b == 0xF0 && len(v) > 1 && v[1] < 0x90:
		return 0
	case b >= 0xE0 && b <= 0xEF:
		n = 3
	case b >= 0xF0 && b <= 0xF7:
		n = 4
	}
	if n > len(v) {
		return 0
	}
	for _, c := range v[min(1, n):n] {
		if c&0xC0 != 0x80 {
			return 0
		}
	}
	return n
}

func (t *textType) Parse(text string) ([]byte, error) {
	if t.kind == KindAscii {
		for _, r := range text {
			if r >= 0x80 {
				return nil, invalid("Invalid ASCII character in string literal: java.nio.charset.UnmappableCharacterException: Input length = %d", utf16.RuneLen(r))
			}
		}
	}
	return []byte(strings.ToValidUTF8(text, "\uFFFD")), nil
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

func (t *textType) ToJSON(v []byte) ([]byte, error) {
	if v == nil {
		return jsonOdd(v)
	}
	return jsonQuoted(string(v)), nil
}

func (t *textType) FromJSON(j any) ([]byte, error) {
	switch s := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(s)
	}
	if t.kind == KindAscii {
		return nil, jsonExpected("an ascii string", j)
	}
	return nil, jsonExpected("a UTF-8 string", j)
}
