package cqltype

import (
	"strconv"
	"strings"
)

// Time is the time of a day in nanoseconds.
var Time Type = &timeType{native{KindTime, "TimeType"}, fixedKey{size: 8}}

type timeType struct {
	native
	fixedKey
}

const nanosPerDay = 86400 * 1e9

// EncodeTime returns the wire form of the nanoseconds since midnight.
func EncodeTime(nanos int64) []byte { return EncodeBigint(nanos) }

// DecodeTime reads a valid time; anything else is 0.
func DecodeTime(v []byte) int64 { return DecodeBigint(v) }

func (t *timeType) Freeze() Type { return t }

func (t *timeType) Validate(v []byte) error {
	if len(v) != 8 {
		return invalid("Expected 8 byte long for time (%d)", len(v))
	}
	return nil
}

// Parse reads nanoseconds or hours:minutes:seconds with up to nine decimals.
func (t *timeType) Parse(text string) ([]byte, error) {
	if isDigits(text, "-") {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n >= nanosPerDay {
			return nil, invalid("Unable to make long (for time) from: '%s'", text)
		}
		return EncodeTime(n), nil
	}
	nanos, ok := parseTimeOfDay(text)
	if !ok {
		return nil, invalid("(TimeType) Unable to coerce '%s' to a formatted time (long)", text)
	}
	return EncodeTime(nanos), nil
}

// parseTimeOfDay takes spaces around the text and plus signs before numbers.
func parseTimeOfDay(text string) (int64, bool) {
	parts := strings.Split(strings.TrimFunc(text, func(r rune) bool { return r <= ' ' }), ":")
	if len(parts) != 3 {
		return 0, false
	}
	seconds, fraction, hasFraction := strings.Cut(parts[2], ".")
	if hasFraction && (!isDigits(fraction, "") || len(fraction) > 9) {
		return 0, false
	}
	limits := [3]int64{24, 60, 60}
	var total int64
	for i, part := range [3]string{parts[0], parts[1], seconds} {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil || n < 0 || n >= limits[i] {
			return 0, false
		}
		total = total*60 + n
	}
	total *= 1e9
	if hasFraction {
		n, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		total += n
	}
	return total, true
}

func (t *timeType) Format(v []byte) string {
	if len(v) != 8 {
		return formatOdd(v)
	}
	return "'" + FormatTime(DecodeTime(v)) + "'"
}

// FormatTime prints nanoseconds since midnight with all nine decimals.
func FormatTime(nanos int64) string {
	out := appendPadded(nil, nanos/3600e9, 2)
	out = appendPadded(append(out, ':'), nanos/60e9%60, 2)
	out = appendPadded(append(out, ':'), nanos/1e9%60, 2)
	return string(appendPadded(append(out, '.'), nanos%1e9, 9))
}

func (t *timeType) ToJSON(v []byte) ([]byte, error) {
	if len(v) != 8 {
		return jsonOdd(v)
	}
	return jsonQuoted(FormatTime(DecodeTime(v))), nil
}

func (t *timeType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	}
	return nil, jsonExpected("a string representation of a time value", j)
}
