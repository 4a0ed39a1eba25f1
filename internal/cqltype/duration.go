package cqltype

import (
	"strconv"

	"alexandra/internal/cqlerr"
)

// Duration is months, days and nanoseconds, which do not convert into each
// other.
var Duration Type = &durationType{native{KindDuration, "DurationType"}, byteKey{}}

type durationType struct {
	native
	byteKey
}

// DurationValue is what a duration holds; the parts have the same sign.
type DurationValue struct {
	Months, Days int32
	Nanos        int64
}

// EncodeDuration returns the wire form of d: three signed vints.
func EncodeDuration(d DurationValue) []byte {
	v := appendVint(nil, int64(d.Months))
	return appendVint(appendVint(v, int64(d.Days)), d.Nanos)
}

// DecodeDuration reads a duration; its errors are those of Validate.
func DecodeDuration(v []byte) (DurationValue, error) {
	if len(v) < 3 {
		return DurationValue{}, invalid("Expected at least 3 bytes for a duration (%d)", len(v))
	}
	months, rest, ok1 := readVint(v)
	days, rest, ok2 := readVint(rest)
	nanos, _, ok3 := readVint(rest)
	switch {
	case !ok1 || !ok2 || !ok3:
		return DurationValue{}, cqlerr.Server("java.lang.AssertionError: Unexpected error")
	case months != int64(int32(months)):
		return DurationValue{}, invalid("The duration months must be a 32 bits integer but was: %d", months)
	case days != int64(int32(days)):
		return DurationValue{}, invalid("The duration days must be a 32 bits integer but was: %d", days)
	case (months < 0 || days < 0 || nanos < 0) && (months > 0 || days > 0 || nanos > 0):
		return DurationValue{}, invalid("The duration months, days and nanoseconds must be all of the same sign (%d, %d, %d)", months, days, nanos)
	}
	return DurationValue{int32(months), int32(days), nanos}, nil
}

// durationUnits prints the parts, largest unit first.
var (
	monthUnits = []durationUnit{{"y", 12}, {"mo", 1}}
	dayUnits   = []durationUnit{{"d", 1}}
	nanoUnits  = []durationUnit{{"h", 3600e9}, {"m", 60e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}}
)

type durationUnit struct {
	symbol string
	size   uint64
}

// String prints the duration in Cassandra's short form, "" for none.
func (d DurationValue) String() string {
	var out []byte
	if d.Months < 0 || d.Days < 0 || d.Nanos < 0 {
		out = append(out, '-')
	}
	out = appendUnits(out, magnitude(int64(d.Months)), monthUnits)
	out = appendUnits(out, magnitude(int64(d.Days)), dayUnits)
	return string(appendUnits(out, magnitude(d.Nanos), nanoUnits))
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func appendUnits(dst []byte, n uint64, units []durationUnit) []byte {
	for _, u := range units {
		if n >= u.size {
			dst = append(strconv.AppendUint(dst, n/u.size, 10), u.symbol...)
			n %= u.size
		}
	}
	return dst
}

func (t *durationType) Freeze() Type { return t }

func (t *durationType) Validate(v []byte) error {
	_, err := DecodeDuration(v)
	return err
}

func (t *durationType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	d, err := ParseDuration(text)
	if err != nil {
		return nil, err
	}
	return EncodeDuration(d), nil
}

func (t *durationType) Format(v []byte) string {
	d, err := DecodeDuration(v)
	if err != nil {
		return formatOdd(v)
	}
	return d.String()
}

func (t *durationType) ToJSON(v []byte) ([]byte, error) {
	d, err := DecodeDuration(v)
	if err != nil {
		return jsonOdd(v)
	}
	return jsonQuoted(d.String()), nil
}

func (t *durationType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	}
	return nil, jsonExpected("a string representation of a duration", j)
}
