package cqltype

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones must not depend on the machine
)

// parseZone reads what stands behind a date or time: nothing (UTC), an offset,
// or a space and an offset or name.
func parseZone(text string) (*time.Location, bool) {
	if text == "" {
		return time.UTC, true
	}
	name, spaced := strings.CutPrefix(text, " ")
	if zone, ok := parseOffset(name, true); ok || !spaced {
		return zone, ok
	}
	for _, utc := range [...]string{"UTC", "GMT", "UT"} {
		if offset, ok := strings.CutPrefix(name, utc); ok {
			if offset == "" {
				return time.UTC, true
			}
			if zone, ok := parseOffset(offset, false); ok {
				return zone, true
			}
		}
	}
	return namedZone(name)
}

// parseOffset reads Z, +HH, +HHMM or +HH:MM; only the last one unless short.
func parseOffset(text string, short bool) (*time.Location, bool) {
	if text == "Z" && short {
		return time.UTC, true
	}
	if text == "" || text[0] != '+' && text[0] != '-' {
		return nil, false
	}
	digits := text[1:]
	switch {
	case len(digits) == 5 && digits[2] == ':':
		digits = digits[:2] + digits[3:]
	case short && len(digits) == 2:
		digits += "00"
	case !short || len(digits) != 4:
		return nil, false
	}
	if !isDigits(digits, "") {
		return nil, false
	}
	hours, _ := strconv.Atoi(digits[:2])
	minutes, _ := strconv.Atoi(digits[2:])
	seconds := hours*3600 + minutes*60
	if minutes > 59 || seconds > 18*3600 {
		return nil, false
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), true
}

// zoneNames are Java's short names of zones in English, which mean the zone
// with its daylight saving time, summer or winter.
var zoneNames = map[string]string{
	"ACDT": "Australia/Adelaide", "ACST": "America/Rio_Branco", "AWST": "Australia/Perth",
	"ADT": "America/Halifax", "AST": "America/Halifax", "NDT": "America/St_Johns", "NST": "America/St_Johns",
	"AEDT": "Australia/Sydney", "AEST": "Australia/Sydney", "NZDT": "Pacific/Auckland", "NZST": "Pacific/Auckland",
	"AKDT": "America/Anchorage", "AKST": "America/Anchorage", "HST": "Pacific/Honolulu",
	"BST": "Pacific/Bougainville", "CAT": "Africa/Maputo", "EAT": "Africa/Nairobi", "WAT": "Africa/Lagos",
	"CDT": "America/Chicago", "CST": "America/Chicago", "CT": "America/Chicago",
	"CEST": "Europe/Paris", "CET": "Europe/Paris", "EEST": "Europe/Athens", "EET": "Europe/Athens",
	"EDT": "America/New_York", "EST": "America/New_York", "ET": "America/New_York",
	"HKT": "Asia/Hong_Kong", "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "SGT": "Asia/Singapore", "PKT": "Asia/Karachi",
	"MDT": "America/Denver", "MST": "America/Denver", "MT": "Europe/Moscow", "MSK": "Europe/Moscow",
	"PDT": "America/Los_Angeles", "PST": "America/Los_Angeles", "PT": "America/Los_Angeles",
	"ART": "America/Argentina/Buenos_Aires", "BDT": "Asia/Dhaka", "BRT": "America/Sao_Paulo", "CLT": "America/Santiago",
	"COT": "America/Bogota", "ICT": "Asia/Bangkok", "IST": "Atlantic/Reykjavik", "WIB": "Asia/Jakarta",
	"SAST": "Africa/Johannesburg", "WEST": "Europe/Lisbon", "WET": "Europe/Lisbon",
	"Central European Time": "Europe/Paris", "Coordinated Universal Time": "UTC", "Greenwich Mean Time": "UTC",
	"Pacific Standard Time": "America/Los_Angeles", "Eastern Standard Time": "America/New_York",
}

func namedZone(name string) (*time.Location, bool) {
	if full, ok := zoneNames[name]; ok {
		name = full
	}
	if name == "" || name == "Local" {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}
