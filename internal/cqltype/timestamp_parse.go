package cqltype

import (
	"math"
	"strconv"
	"strings"
	"time"

	"alexandra/internal/cqlerr"
)

// ParseTimestamp reads milliseconds or a date, with or without a time and a
// zone, as Cassandra's TimestampSerializer does, and returns Unix time in
// milliseconds. Without a zone it is UTC. The word now is the time that now
// returns.
func ParseTimestamp(text string, now func() time.Time) (int64, error) {
	if strings.EqualFold(text, "now") {
		return now().UnixMilli(), nil
	}
	if isDigits(text, "-") {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, invalid("Unable to make long (for date) from: '%s'", text)
		}
		return n, nil
	}
	moment, ok := parseMoment(text)
	if !ok {
		return 0, invalid("Unable to parse a date/time from '%s'", text)
	}
	millis, ok := moment.unixMilli()
	if !ok {
		return 0, cqlerr.Server("java.lang.ArithmeticException: long overflow")
	}
	return millis, nil
}

// localMoment is a date and time as a clock in zone shows it.
type localMoment struct {
	days, millis int64 // of the day, 24 hours at most
	zone         *time.Location
}

// maxMomentDays is the last day whose milliseconds fit in 64 bits.
const maxMomentDays = math.MaxInt64 / millisPerDay

func (m localMoment) unixMilli() (int64, bool) {
	if m.days > maxMomentDays || m.days < -maxMomentDays {
		return 0, false
	}
	if m.zone == time.UTC {
		millis := m.days*millisPerDay + m.millis
		return millis, (millis < 0) == (m.days < 0)
	}
	year, month, day := civil(m.days)
	return time.Date(int(year), time.Month(month), int(day), 0, 0, 0, int(m.millis*1e6), m.zone).UnixMilli(), true
}

// parseMoment reads a date and what may follow it: a time after T or a space,
// then a zone.
func parseMoment(text string) (m localMoment, ok bool) {
	if m.days, text, ok = parseLenientDate(text); !ok {
		return m, false
	}
	if len(text) > 1 && (text[0] == 'T' || text[0] == ' ') && isDigits(text[1:2], "") {
		if m.millis, text, ok = parseLenientTime(text[1:]); !ok {
			return m, false
		}
	}
	m.zone, ok = parseZone(text)
	return m, ok
}

// parseLenientDate reads a date in which days after the month's last one mean
// that one. Years above 9999 need a plus sign, and nothing may follow them but
// a zone.
func parseLenientDate(text string) (days int64, rest string, ok bool) {
	start := 0
	if text != "" && (text[0] == '-' || text[0] == '+') {
		start = 1
	}
	digits := digitsAt(text, start)
	end := start + digits + len("-MM-DD")
	if len(text) < end || digits < 4 || digits > 9 || (digits > 4) != (text[0] == '+') && text[0] != '-' {
		return 0, "", false
	}
	month, day := text[end-5:end-3], text[end-2:end]
	if text[end-6] != '-' || text[end-3] != '-' || !isDigits(month, "") || !isDigits(day, "") {
		return 0, "", false
	}
	year, _ := strconv.ParseInt(text[:end-6], 10, 64)
	m, _ := strconv.ParseInt(month, 10, 64)
	d, _ := strconv.ParseInt(day, 10, 64)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, "", false
	}
	rest = text[end:]
	if text[0] == '+' && strings.ContainsAny(rest, "T: ") && len(rest) > 1 && isDigits(rest[1:2], "") {
		return 0, "", false
	}
	return daysOf(year, m, min(d, daysInMonth(year, m))), rest, true
}

// digitsAt counts the digits in text from start on.
func digitsAt(text string, start int) int {
	n := 0
	for start+n < len(text) && text[start+n] >= '0' && text[start+n] <= '9' {
		n++
	}
	return n
}

// parseLenientTime reads H:M, H:M:S or H:M:S.fraction in milliseconds of the
// day, with up to nine digits of fraction. The day may end at 24:00.
func parseLenientTime(text string) (millis int64, rest string, ok bool) {
	hours, text, ok1 := cutNumber(text, 24)
	text, colon := strings.CutPrefix(text, ":")
	minutes, text, ok2 := cutNumber(text, 59)
	if !ok1 || !ok2 || !colon {
		return 0, "", false
	}
	millis = hours*3600000 + minutes*60000
	nanos := int64(0)
	if strings.HasPrefix(text, ":") {
		var seconds int64
		if seconds, text, ok = cutNumber(text[1:], 59); !ok {
			return 0, "", false
		}
		millis += seconds * 1000
		if strings.HasPrefix(text, ".") {
			n := digitsAt(text, 1)
			if n > 9 {
				return 0, "", false
			}
			nanos, _ = strconv.ParseInt((text[1:1+n] + "000000000")[:9], 10, 64)
			text = text[1+n:]
		}
	}
	return millis + nanos/1e6, text, millis < millisPerDay || millis == millisPerDay && nanos == 0
}

// cutNumber reads digits that make a number of at most limit.
func cutNumber(text string, limit int64) (n int64, rest string, ok bool) {
	digits := digitsAt(text, 0)
	n, err := strconv.ParseInt(text[:digits], 10, 64)
	return n, text[digits:], err == nil && n <= limit
}
