package cqltype

// ParseDuration reads a duration.
func ParseDuration(text string) (DurationValue, error) {
	return DurationValue{}, invalid("Unable to convert '%s' to a duration", text)
}
