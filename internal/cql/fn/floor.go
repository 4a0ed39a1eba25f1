package fn

import (
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

const (
	nanosPerMilli = 1_000_000
	millisPerDay  = 86_400_000
	secondsPerDay = 86_400
	nanosPerDay   = 86_400_000_000_000
)

// addDuration moves a time by n times a duration. Months keep the day of month, or take the last one there is.
func addDuration(millis int64, d cqltype.DurationValue, n int64) int64 {
	if months := n * int64(d.Months); months != 0 {
		millis = addMonths(millis, months)
	}
	return millis + n*int64(d.Days)*millisPerDay + n*(d.Nanos/nanosPerMilli)
}

func addMonths(millis, months int64) int64 {
	t := time.UnixMilli(millis).UTC()
	year, month, day := t.Date()
	first := time.Date(year, month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	if last := first.AddDate(0, 1, -1).Day(); day > last {
		day = last
	}
	start := time.Date(year, month, t.Day(), 0, 0, 0, 0, time.UTC)
	moved := time.Date(first.Year(), first.Month(), day, 0, 0, 0, 0, time.UTC)
	return moved.UnixMilli() + millis - start.UnixMilli()
}

// floorFunctions round times down to a multiple of a duration after a start, which is 1970-01-01 when left out.
func floorFunctions() []*Function {
	return []*Function{
		floorFunction(cqltype.Timeuuid, cqltype.Timestamp, timeuuidMillis, cqltype.EncodeTimestamp, checkMillis),
		floorStarted(cqltype.Timeuuid, cqltype.Timestamp, timeuuidMillis, cqltype.EncodeTimestamp, checkMillis),
		floorFunction(cqltype.Timestamp, cqltype.Timestamp, cqltype.DecodeTimestamp, cqltype.EncodeTimestamp, checkMillis),
		floorStarted(cqltype.Timestamp, cqltype.Timestamp, cqltype.DecodeTimestamp, cqltype.EncodeTimestamp, checkMillis),
		floorFunction(cqltype.Date, cqltype.Date, dateMillis, millisDate, checkDays),
		floorStarted(cqltype.Date, cqltype.Date, dateMillis, millisDate, checkDays),
		newFloor([]cqltype.Type{cqltype.Time, cqltype.Duration}, cqltype.Time, func(args [][]byte, d cqltype.DurationValue) ([]byte, error) {
			return floorTime(cqltype.DecodeTime(args[0]), d)
		}),
	}
}

func timeuuidMillis(v []byte) int64 { return cqltype.TimeuuidMillis(v) }
func dateMillis(v []byte) int64     { return cqltype.DateMillis(cqltype.DecodeDate(v)) }

// millisDate is the day of a time. It rounds to whole seconds first and then towards 1970, so that the last day before
// 1970 has but its first second: SimpleDateType.timeInMillisToDay divides so.
func millisDate(m int64) []byte {
	seconds := m / 1000
	if m%1000 < 0 {
		seconds--
	}
	return cqltype.EncodeDate(cqltype.MillisDate(seconds / secondsPerDay * millisPerDay))
}

func checkMillis(d cqltype.DurationValue) error {
	if d.Nanos%nanosPerMilli != 0 {
		return cqlerr.Invalid("The floor cannot be computed for the %s duration as precision is below 1 millisecond", d)
	}
	return nil
}

func checkDays(d cqltype.DurationValue) error {
	if d.Nanos != 0 {
		return cqlerr.Invalid("The floor on date values cannot be computed for the %s duration as precision is below 1 day", d)
	}
	return nil
}

type (
	decodeMillis func([]byte) int64
	encodeMillis func(int64) []byte
	checkUnit    func(cqltype.DurationValue) error
)

func floorFunction(t, ret cqltype.Type, decode decodeMillis, encode encodeMillis, check checkUnit) *Function {
	return newFloor([]cqltype.Type{t, cqltype.Duration}, ret, func(args [][]byte, d cqltype.DurationValue) ([]byte, error) {
		return floorMillis(decode(args[0]), 0, d, encode, check)
	})
}

func floorStarted(t, ret cqltype.Type, decode decodeMillis, encode encodeMillis, check checkUnit) *Function {
	start := decode
	if ret.Kind() == cqltype.KindTimestamp {
		start = cqltype.DecodeTimestamp
	}
	return newFloor([]cqltype.Type{t, cqltype.Duration, ret}, ret, func(args [][]byte, d cqltype.DurationValue) ([]byte, error) {
		return floorMillis(decode(args[0]), start(args[2]), d, encode, check)
	})
}

func newFloor(args []cqltype.Type, ret cqltype.Type, compute func([][]byte, cqltype.DurationValue) ([]byte, error)) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: "floor", Args: args, Return: ret, Native: true, Deterministic: true, Monotonic: true,
		Call: func(_ *Context, values [][]byte) ([]byte, error) {
			for _, v := range values {
				if empty(v) {
					return nil, nil
				}
			}
			d, err := cqltype.DecodeDuration(values[1])
			if err != nil {
				return nil, err
			}
			return compute(values, d)
		},
	}
}

func isNegative(d cqltype.DurationValue) bool { return d.Months < 0 || d.Days < 0 || d.Nanos < 0 }

func floorTime(nanos int64, d cqltype.DurationValue) ([]byte, error) {
	switch {
	case isNegative(d):
		return nil, cqlerr.Invalid("Negative durations are not supported by the floor function")
	case d.Months != 0 || d.Days != 0 || d.Nanos > nanosPerDay:
		return nil, cqlerr.Invalid("For time values, the floor can only be computed for durations smaller that a day")
	case d.Nanos == 0:
		return cqltype.EncodeTime(nanos), nil
	}
	return cqltype.EncodeTime(nanos - nanos%d.Nanos), nil
}

func floorMillis(t, start int64, d cqltype.DurationValue, encode encodeMillis, check checkUnit) ([]byte, error) {
	if err := check(d); err != nil {
		return nil, err
	}
	switch {
	case start > t:
		return nil, cqlerr.Invalid("The floor function starting time is greater than the provided time")
	case isNegative(d):
		return nil, cqlerr.Invalid("Negative durations are not supported by the floor function")
	case d == cqltype.DurationValue{}:
		return encode(t), nil
	case d.Months == 0:
		step := int64(d.Days)*millisPerDay + d.Nanos/nanosPerMilli
		return encode(t - (t-start)%step), nil
	}
	return encode(floorMonths(t, start, d)), nil
}

// floorMonths finds the last start + n*d that is not after t, by halving.
func floorMonths(t, start int64, d cqltype.DurationValue) int64 {
	low, high := int64(0), int64(1)
	for addDuration(start, d, high) <= t {
		low, high = high, high*2
	}
	for low+1 < high {
		mid := (low + high) / 2
		if addDuration(start, d, mid) <= t {
			low = mid
		} else {
			high = mid
		}
	}
	return addDuration(start, d, low)
}
