package cqltype

import (
	"encoding/binary"
	"strconv"
)

// Date is a day: days since 1970-01-01 plus 2^31, unsigned.
var Date Type = &dateType{native{KindDate, "SimpleDateType"}, fixedKey{size: 4}}

type dateType struct {
	native
	fixedKey
}

// dateBias is the number of 1970-01-01.
const dateBias = 1 << 31

// EncodeDate returns the wire form of a day number, 2^31 being 1970-01-01.
func EncodeDate(day uint32) []byte { return binary.BigEndian.AppendUint32(nil, day) }

// DecodeDate reads a valid date; anything else is 0.
func DecodeDate(v []byte) uint32 {
	if len(v) != 4 {
		return 0
	}
	return binary.BigEndian.Uint32(v)
}

// DateMillis is the Unix time, in milliseconds, at which a day begins.
func DateMillis(day uint32) int64 { return (int64(day) - dateBias) * millisPerDay }

// MillisDate is the day of a Unix time in milliseconds.
func MillisDate(millis int64) uint32 {
	days, _ := floorDiv(millis, millisPerDay)
	return uint32(days + dateBias)
}

func (t *dateType) Freeze() Type { return t }

func (t *dateType) Validate(v []byte) error {
	if len(v) != 4 {
		return invalid("Expected 4 byte long for date (%d)", len(v))
	}
	return nil
}

// Parse reads a day number or a date.
func (t *dateType) Parse(text string) ([]byte, error) {
	if isDigits(text, "-") {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > 1<<32-1 {
			return nil, invalid("Unable to make unsigned int (for date) from: '%s'", text)
		}
		return EncodeDate(uint32(n)), nil
	}
	days, ok := parseDate(text)
	if !ok {
		return nil, invalid("Unable to coerce '%s' to a formatted date (long)", text)
	}
	switch {
	case days < -dateBias:
		return nil, invalid("Input date %s is less than min supported date -5877641-06-23T00:00Z", text)
	case days >= dateBias:
		return nil, invalid("Input date %s is greater than max supported date +5881580-07-11T00:00Z", text)
	}
	return EncodeDate(uint32(days + dateBias)), nil
}

func (t *dateType) Format(v []byte) string {
	if len(v) != 4 {
		return formatOdd(v)
	}
	return "'" + FormatDate(DecodeDate(v)) + "'"
}

// FormatDate prints a day number as a date.
func FormatDate(day uint32) string {
	return string(appendDate(nil, int64(day)-dateBias, false))
}

func (t *dateType) ToJSON(v []byte) ([]byte, error) {
	if len(v) != 4 {
		return jsonOdd(v)
	}
	return jsonQuoted(FormatDate(DecodeDate(v))), nil
}

func (t *dateType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	}
	return nil, jsonExpected("a string representation of a date value", j)
}
