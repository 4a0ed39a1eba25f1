package cqltype

import (
	"time"
)

// Timestamp is a moment in milliseconds of Unix time.
var Timestamp Type = &timestampType{native{KindTimestamp, "TimestampType"}, fixedKey{size: 8, flip: 0x80}}

type timestampType struct {
	native
	fixedKey
}

// EncodeTimestamp returns the wire form of a Unix time in milliseconds.
func EncodeTimestamp(millis int64) []byte { return EncodeBigint(millis) }

// DecodeTimestamp reads a valid timestamp; anything else is 0.
func DecodeTimestamp(v []byte) int64 { return DecodeBigint(v) }

func (t *timestampType) Freeze() Type { return t }

func (t *timestampType) Validate(v []byte) error {
	if len(v) != 8 && len(v) != 0 {
		return invalid("Expected 8 or 0 byte long for date (%d)", len(v))
	}
	return nil
}

func (t *timestampType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	millis, err := ParseTimestamp(text, time.Now)
	if err != nil {
		return nil, err
	}
	return EncodeTimestamp(millis), nil
}

func (t *timestampType) Format(v []byte) string {
	if len(v) != 8 {
		return formatOdd(v)
	}
	return "'" + FormatTimestamp(DecodeTimestamp(v), 'T') + "'"
}

// FormatTimestamp prints a Unix time in milliseconds in UTC; separator stands
// between date and time: 'T' in CQL, ' ' in JSON.
func FormatTimestamp(millis int64, separator byte) string {
	days, rest := floorDiv(millis, millisPerDay)
	out := append(appendDate(nil, days, true), separator)
	out = appendPadded(out, rest/3600000, 2)
	out = appendPadded(append(out, ':'), rest/60000%60, 2)
	out = appendPadded(append(out, ':'), rest/1000%60, 2)
	out = appendPadded(append(out, '.'), rest%1000, 3)
	return string(append(out, 'Z'))
}

func (t *timestampType) ToJSON(v []byte) ([]byte, error) {
	if len(v) != 8 {
		return jsonOdd(v)
	}
	return jsonQuoted(FormatTimestamp(DecodeTimestamp(v), ' ')), nil
}

func (t *timestampType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	case int64:
		// Java casts to Long, and small numbers are not.
		if j != int64(int32(j)) {
			return EncodeTimestamp(j), nil
		}
	}
	return nil, jsonExpected("a long or a datestring representation of a timestamp value", j)
}
