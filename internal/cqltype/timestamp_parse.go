package cqltype

import (
	"strconv"
	"strings"
	"time"
)

// ParseTimestamp reads milliseconds or a date with or without a time and a
// zone, and returns Unix time in milliseconds. Without a zone it is UTC. The
// word now is the time that now returns.
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
	return 0, invalid("Unable to parse a date/time from '%s'", text)
}
