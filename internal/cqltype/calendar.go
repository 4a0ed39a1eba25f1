package cqltype

import (
	"strconv"
	"strings"
	"unicode"
)

const (
	millisPerDay = 86400000

	// maxYear is a little more than what 32 bits of days reach.
	maxYear = 99999999
)

// floorDiv divides towards minus infinity; the remainder is not negative.
func floorDiv(a, b int64) (quotient, remainder int64) {
	quotient, remainder = a/b, a%b
	if remainder < 0 {
		quotient, remainder = quotient-1, remainder+b
	}
	return quotient, remainder
}

// civil turns days since 1970-01-01 into a date of the proleptic Gregorian
// calendar, with a year 0.
func civil(days int64) (year, month, day int64) {
	era, doe := floorDiv(days+719468, 146097) // eras of 400 years from March 1, year 0
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	month = (mp+2)%12 + 1
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, doy - (153*mp+2)/5 + 1
}

// daysOf is the inverse of civil.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era, yoe := floorDiv(year, 400)
	doy := (153*((month+9)%12)+2)/5 + day - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func daysInMonth(year, month int64) int64 {
	switch {
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// appendDate prints days since 1970-01-01 as Java's year-month-day: years of
// at least four digits and a plus sign before longer ones. In years of the era
// (yyyy) there are no signs below 1; 0 is year 1 before our time.
func appendDate(dst []byte, days int64, era bool) []byte {
	year, month, day := civil(days)
	if era && year <= 0 {
		year = 1 - year
	}
	switch {
	case year < 0:
		dst, year = append(dst, '-'), -year
	case year > 9999:
		dst = append(dst, '+')
	}
	dst = appendPadded(dst, year, 4)
	dst = appendPadded(append(dst, '-'), month, 2)
	return appendPadded(append(dst, '-'), day, 2)
}

func appendPadded(dst []byte, n int64, width int) []byte {
	s := strconv.FormatInt(n, 10)
	for i := len(s); i < width; i++ {
		dst = append(dst, '0')
	}
	return append(dst, s...)
}

// parseDate reads Java's ISO_LOCAL_DATE: four digits of year, more with a plus
// sign, a minus sign for years before 0. Days must exist.
func parseDate(text string) (days int64, ok bool) {
	sign := int64(1)
	rest, signed := strings.CutPrefix(text, "+")
	if !signed {
		if rest, signed = strings.CutPrefix(text, "-"); signed {
			sign = -1
		}
	}
	parts := strings.Split(rest, "-")
	if len(parts) != 3 || len(parts[1]) != 2 || len(parts[2]) != 2 {
		return 0, false
	}
	n := len(parts[0])
	if n < 4 || n > 10 || (n > 4) != strings.HasPrefix(text, "+") && sign > 0 {
		return 0, false
	}
	var fields [3]int64
	for i, part := range parts {
		if !isDigits(part, "") {
			return 0, false
		}
		fields[i], _ = strconv.ParseInt(part, 10, 64)
	}
	year, month, day := sign*fields[0], fields[1], fields[2]
	if sign < 0 && year == 0 || year > maxYear || year < -maxYear || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) {
		return 0, false
	}
	return daysOf(year, month, day), true
}

// asciiDigits turns the digits of other scripts into ours, as Java does when it
// reads integers.
func asciiDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.IsDigit(r) {
			return r
		}
		// Digits of a script are ten in a row, in order.
		zero := r
		for range 9 {
			if !unicode.IsDigit(zero-1) || zero-1 < 0x80 {
				break
			}
			zero--
		}
		return '0' + (r-zero)%10
	}, text)
}

// isDigits says that text is digits, after at most one of the signs.
func isDigits(text, signs string) bool {
	if text != "" && strings.IndexByte(signs, text[0]) >= 0 {
		text = text[1:]
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
