package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// parseOld reads a value in the form of a former name and answers it in the present one, e.g. 1234 of
// read_request_timeout_in_ms as 1234ms.
func parseOld(o *option, old oldName, text string) (value, error) {
	switch old.As {
	case "same":
		return parseText(o, text)
	case "double ms":
		f, err := parseFloat(text)
		if err != nil {
			return value{}, err
		}
		if math.IsNaN(f) {
			f = 0
		}
		return oldAmount(o, old, int64(math.Round(min(max(f, math.MinInt32), math.MaxInt32))), "ms")
	case "storage MiB":
		v, err := parseText(&option{full: o.full, Type: "storage", Unit: "MiB"}, text)
		if n, ok := v.V.(int64); ok {
			v.Text = strconv.FormatInt(n, 10) + "B"
		}
		return v, err
	}
	n, err := parseInt(text, old.Long)
	if err != nil {
		return value{}, err
	}
	switch old.As {
	case "count":
		n -= int64(old.Offset)
		return value{V: n, Text: strconv.FormatInt(n, 10)}, nil
	case "megabits/s":
		if n < 0 {
			return value{}, negative(o)
		}
		return oldAmount(o, old, saturate(n, 125_000), "B/s")
	}
	return oldAmount(o, old, n, old.As)
}

// oldAmount is n of a unit, with what a negative number means.
func oldAmount(o *option, old oldName, n int64, symbol string) (value, error) {
	switch {
	case n == -1 && old.Negative == "only -1 is null", n < 0 && old.Negative == "null":
		return value{Null: true}, nil
	case n < 0 && old.Negative == "zero":
		n = 0
	case n < 0:
		return value{}, negative(o)
	}
	q := quantities[o.Type]
	u, ok := unitOf(q.units, symbol)
	if !ok {
		return value{}, errors.New("no unit " + symbol) // our own table, checked by a test
	}
	text := strconv.FormatInt(n, 10) + symbol
	smallest, _ := unitOf(q.units, o.Unit)
	if u.size < smallest.size {
		return value{}, fmt.Errorf("Invalid %s: %s Accepted units:%s", q.name, text, q.accepted(o))
	}
	amount, err := q.bounded(text, n, u, o)
	if err != nil {
		return value{}, err
	}
	return quantityValue(o, amount, text), nil
}

func negative(o *option) error {
	return fmt.Errorf("Invalid %s: value must be non-negative", quantities[o.Type].name)
}

// oldText is how system_views.settings shows the option's value under a former name; ok is false for null.
func oldText(o *option, old oldName, v value) (text string, ok bool) {
	if v.Null {
		// A number cannot be null: it is -1 where that was how to say so.
		return "-1", old.Negative == "null" || old.Negative == "only -1 is null"
	}
	if old.As == "same" {
		return v.Text, true
	}
	n := amountOf(v)
	switch old.As {
	case "count":
		return strconv.FormatInt(n+int64(old.Offset), 10), true
	case "double ms":
		return javaFloat(float64(n)/float64(time.Millisecond), false), true
	case "storage MiB":
		return strconv.FormatInt(n>>20, 10) + "MiB", true
	case "megabits/s":
		return strconv.FormatInt(n/125_000, 10), true
	}
	u, _ := unitOf(quantities[o.Type].units, old.As)
	return strconv.FormatInt(n/max(u.size, 1), 10), true
}

func amountOf(v value) int64 {
	switch n := v.V.(type) {
	case time.Duration:
		return int64(n)
	case int64:
		return n
	}
	return 0
}
