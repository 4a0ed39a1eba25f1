package cqltype

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"alexandra/internal/cqlerr"
)

// durationPart is one unit of a duration: its place in the order of units, the
// sum that it belongs to and its size there.
type durationPart struct {
	symbol, plural string
	sum            int
	size           uint64
}

const (
	sumMonths = iota
	sumDays
	sumNanos
)

// durationParts are in the order in which they must come.
var durationParts = []durationPart{
	{"y", "years", sumMonths, 12},
	{"mo", "months", sumMonths, 1},
	{"w", "weeks", sumDays, 7},
	{"d", "days", sumDays, 1},
	{"h", "hours", sumNanos, 3600e9},
	{"m", "minutes", sumNanos, 60e9},
	{"s", "seconds", sumNanos, 1e9},
	{"ms", "milliseconds", sumNanos, 1e6},
	{"us", "microseconds", sumNanos, 1e3},
	{"ns", "nanoseconds", sumNanos, 1},
}

// ParseDuration reads the four forms of durations: 1y2mo3w4d5h6m7s8ms9us10ns,
// P1Y2M3DT4H5M6S, P3W and P0001-02-03T04:05:06, each with a minus sign or not.
func ParseDuration(text string) (DurationValue, error) {
	body, negative := strings.CutPrefix(text, "-")
	b := durationBuilder{last: -1}
	var err error
	switch {
	case !strings.HasPrefix(body, "P"):
		err = b.standard(body)
	case strings.HasSuffix(body, "W"):
		err = b.weeks(body)
	case strings.Contains(body, "-"):
		err = b.alternative(body)
	default:
		err = b.iso(body)
	}
	if err != nil {
		return DurationValue{}, err
	}
	return b.build(negative), nil
}

type durationBuilder struct {
	sums [3]uint64
	last int // index of the part that came last
}

func errDuration(body string) error { return final("Unable to convert '%s' to a duration", body) }

// limits are the largest sums.
var durationLimits = [3]uint64{math.MaxInt32, math.MaxInt32, math.MaxInt64}

// add counts digits of the part at index.
func (b *durationBuilder) add(index int, digits string) error {
	part := durationParts[index]
	switch {
	case index == b.last:
		return final("Invalid duration. The %s are specified multiple times", part.plural)
	case index < b.last:
		return final("Invalid duration. The %s should be after %s", durationParts[b.last].plural, part.plural)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return cqlerr.Server("java.lang.NumberFormatException: For input string: \"%s\"", digits)
	}
	hi, lo := bits.Mul64(uint64(n), part.size)
	limit := durationLimits[part.sum]
	if hi != 0 || lo > limit-b.sums[part.sum] {
		unit := [...]string{"months", "days", "nanoseconds"}[part.sum]
		return final("Invalid duration. The total number of %s must be less or equal to 2147483647", unit)
	}
	b.sums[part.sum] += lo
	b.last = index
	return nil
}

func (b *durationBuilder) build(negative bool) DurationValue {
	d := DurationValue{int32(b.sums[sumMonths]), int32(b.sums[sumDays]), int64(b.sums[sumNanos])}
	if negative {
		d = DurationValue{-d.Months, -d.Days, -d.Nanos}
	}
	return d
}

// standard reads numbers with units.
func (b *durationBuilder) standard(body string) error {
	rest := body
	if rest == "" {
		return errDuration(body)
	}
	for rest != "" {
		n := digitsAt(rest, 0)
		symbol := unitAt(rest[n:])
		index := partIndex(strings.ToLower(strings.Replace(symbol, "µ", "u", 1)))
		if n == 0 || index < 0 {
			return errDuration(body)
		}
		if err := b.add(index, rest[:n]); err != nil {
			return err
		}
		rest = rest[n+len(symbol):]
	}
	return nil
}

// unitAt is the text up to the next digit.
func unitAt(text string) string {
	end := strings.IndexAny(text, "0123456789")
	if end < 0 {
		return text
	}
	return text[:end]
}

func partIndex(symbol string) int {
	for i, p := range durationParts {
		if p.symbol == symbol {
			return i
		}
	}
	return -1
}

// iso reads P1Y2M3DT4H5M6S, of which every part may be missing.
func (b *durationBuilder) iso(body string) error {
	rest, inTime := body[1:], false
	units, symbols := "YMD", []string{"y", "mo", "d"}
	for rest != "" {
		if rest[0] == 'T' && !inTime {
			inTime, rest = true, rest[1:]
			units, symbols = "HMS", []string{"h", "m", "s"}
			continue
		}
		n := digitsAt(rest, 0)
		if n == 0 || n == len(rest) {
			return errDuration(body)
		}
		at := strings.IndexByte(units, rest[n])
		if at < 0 {
			return errDuration(body)
		}
		if err := b.add(partIndex(symbols[at]), rest[:n]); err != nil {
			return err
		}
		units, symbols, rest = units[at+1:], symbols[at+1:], rest[n+1:]
	}
	return nil
}

// weeks reads P3W.
func (b *durationBuilder) weeks(body string) error {
	digits := body[1 : len(body)-1]
	if !isDigits(digits, "") {
		return errDuration(body)
	}
	return b.add(partIndex("w"), digits)
}

// alternative reads PYYYY-MM-DDThh:mm:ss.
func (b *durationBuilder) alternative(body string) error {
	const form = "PYYYY-MM-DDThh:mm:ss"
	if len(body) != len(form) {
		return errDuration(body)
	}
	for i := range len(form) {
		isDigit := body[i] >= '0' && body[i] <= '9'
		if strings.IndexByte("P-T:", form[i]) >= 0 && body[i] != form[i] || strings.IndexByte("YMDhms", form[i]) >= 0 && !isDigit {
			return errDuration(body)
		}
	}
	fields := []struct{ symbol, digits string }{
		{"y", body[1:5]}, {"mo", body[6:8]}, {"d", body[9:11]}, {"h", body[12:14]}, {"m", body[15:17]}, {"s", body[18:20]},
	}
	for _, f := range fields {
		if err := b.add(partIndex(f.symbol), f.digits); err != nil {
			return err
		}
	}
	return nil
}
