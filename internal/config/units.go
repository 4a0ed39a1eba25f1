package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// unit is one of the units of a family, from the smallest to the largest.
type unit struct {
	symbol string // as written in the file
	name   string // as written in messages
	size   int64  // in the family's base: nanoseconds, bytes, bytes per second
}

var (
	durationUnits = []unit{
		{"ns", "NANOSECONDS", 1},
		{"us", "MICROSECONDS", int64(time.Microsecond)},
		{"ms", "MILLISECONDS", int64(time.Millisecond)},
		{"s", "SECONDS", int64(time.Second)},
		{"m", "MINUTES", int64(time.Minute)},
		{"h", "HOURS", int64(time.Hour)},
		{"d", "DAYS", 24 * int64(time.Hour)},
	}
	storageUnits = []unit{
		{"B", "BYTES", 1},
		{"KiB", "KIBIBYTES", 1 << 10},
		{"MiB", "MEBIBYTES", 1 << 20},
		{"GiB", "GIBIBYTES", 1 << 30},
	}
	rateUnits = []unit{
		{"B/s", "BYTES_PER_SECOND", 1},
		{"KiB/s", "KIBIBYTES_PER_SECOND", 1 << 10},
		{"MiB/s", "MEBIBYTES_PER_SECOND", 1 << 20},
	}
)

// quantity is a family of units with its messages.
type quantity struct {
	name    string
	units   []unit
	refused string // the end of the message about text that is not digits and a unit
}

var quantities = map[string]quantity{
	"duration": {"duration", durationUnits, "where case matters and only non-negative values."},
	"storage":  {"data storage", storageUnits, "where case matters and only non-negative values are accepted"},
	"rate":     {"data rate", rateUnits, "where case matters and only non-negative values are valid"},
}

func unitOf(units []unit, symbol string) (unit, bool) {
	if symbol == "µs" {
		symbol = "us"
	}
	for _, u := range units {
		if u.symbol == symbol {
			return u, true
		}
	}
	return unit{}, false
}

// parse reads digits directly followed by a unit of at least the option's, and answers the amount in the family's
// base. An amount that only a Go number cannot hold is the largest one that it can.
func (q quantity) parse(text string, o *option) (int64, error) {
	end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if end <= 0 {
		return 0, q.malformed(text, o)
	}
	u, ok := unitOf(q.units, text[end:])
	if !ok {
		return 0, q.malformed(text, o)
	}
	smallest, _ := unitOf(q.units, o.Unit)
	if u.size < smallest.size {
		return 0, fmt.Errorf("Invalid %s: %s Accepted units:%s", q.name, text, q.accepted(o))
	}
	n, err := strconv.ParseInt(text[:end], 10, 64)
	if err != nil {
		return 0, notANumber(text[:end])
	}
	return q.bounded(text, n, u, o)
}

// bounded checks n of unit u against the largest value of the option, in the option's own unit.
func (q quantity) bounded(text string, n int64, u unit, o *option) (int64, error) {
	smallest, _ := unitOf(q.units, o.Unit)
	limit := int64(math.MaxInt64)
	if o.Bits == 32 {
		limit = math.MaxInt32
	}
	if saturate(n, u.size/smallest.size) >= limit {
		return 0, fmt.Errorf("Invalid %s: %s. It shouldn't be more than %d in %s", q.name, text, limit-1, strings.ToLower(smallest.name))
	}
	return saturate(n, u.size), nil
}

func (q quantity) malformed(text string, o *option) error {
	if q.name == "data rate" {
		return fmt.Errorf("Invalid data rate: %s Accepted units: MiB/s, KiB/s, B/s %s", text, q.refused)
	}
	return fmt.Errorf("Invalid %s: %s Accepted units:%s %s", q.name, text, q.accepted(o), q.refused)
}

// accepted lists the units from the option's on, as Java prints a list.
func (q quantity) accepted(o *option) string {
	if q.name == "data rate" {
		return " MiB/s, KiB/s, B/s"
	}
	smallest, _ := unitOf(q.units, o.Unit)
	var names []string
	for _, u := range q.units {
		if u.size >= smallest.size {
			names = append(names, u.name)
		}
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// text prints an amount of the family's base in the option's own unit.
func (q quantity) text(amount int64, o *option) string {
	u, _ := unitOf(q.units, o.Unit)
	if amount%u.size != 0 {
		u = q.units[0]
	}
	return strconv.FormatInt(amount/u.size, 10) + u.symbol
}

// saturate multiplies two non-negative numbers.
func saturate(n, factor int64) int64 {
	if factor > 1 && n > math.MaxInt64/factor {
		return math.MaxInt64
	}
	return n * factor
}

// notANumber is what Java says about text that is not the number it should be.
func notANumber(text string) error { return fmt.Errorf("For input string: %q", text) }
