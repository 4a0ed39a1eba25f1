package schema

import (
	"regexp"
	"strconv"
	"strings"

	"alexandra/internal/cqlerr"
)

var (
	percentileText = regexp.MustCompile(`(?i)^(\d+(\.\d+)?)P(ERCENTILE)?$`)
	fixedText      = regexp.MustCompile(`(?i)^(\d+(\.\d+)?)ms$`)
	hybridText     = regexp.MustCompile(`(?i)^(MIN|MAX)\((.+?),(.+?)\)$`)
)

// parseSpeculativeRetry reads speculative_retry and additional_write_policy; both are called speculative_retry in
// messages (SpeculativeRetryPolicy.fromString).
func parseSpeculativeRetry(_, text string) (string, error) {
	if m := hybridText.FindStringSubmatch(text); m != nil {
		return parseHybridRetry(text, m)
	}
	kind, canonical, err := parseSimpleRetry(text)
	if err != nil {
		return "", err
	}
	if kind == "" {
		return "", cqlerr.Config("Invalid value %s for option 'speculative_retry'", text)
	}
	return canonical, nil
}

// parseSimpleRetry reads NEVER, ALWAYS, 99p and 50ms. An empty kind means none of them.
func parseSimpleRetry(text string) (kind, canonical string, err error) {
	switch strings.ToUpper(text) {
	case "NONE", "NEVER":
		return "NEVER", "NEVER", nil
	case "ALWAYS":
		return "ALWAYS", "ALWAYS", nil
	}
	if m := percentileText.FindStringSubmatch(text); m != nil {
		f, _ := strconv.ParseFloat(m[1], 64)
		if f <= 0 || f >= 100 {
			return "", "", cqlerr.Config("Invalid value %s for PERCENTILE option 'speculative_retry': must be between (0.0 and 100.0)", text)
		}
		return "PERCENTILE", trimDouble(f) + "p", nil
	}
	if m := fixedText.FindStringSubmatch(text); m != nil {
		f, _ := strconv.ParseFloat(m[1], 64)
		return "FIXED", strconv.FormatInt(int64(min(f, 1<<31-1)), 10) + "ms", nil
	}
	return "", "", nil
}

func parseHybridRetry(text string, m []string) (string, error) {
	function := strings.ToUpper(m[1])
	var kinds, texts [2]string
	for i, part := range m[2:4] {
		kind, canonical, err := parseSimpleRetry(strings.TrimSpace(part))
		if err != nil {
			return "", err
		}
		if kind == "" || kind == "NEVER" || kind == "ALWAYS" {
			return "", cqlerr.Config("Invalid value %s for option 'speculative_retry'", text)
		}
		kinds[i], texts[i] = kind, canonical
	}
	if kinds[0] == kinds[1] {
		return "", cqlerr.Config("Invalid value %s for option 'speculative_retry': MIN()/MAX() arguments should be of different types, but both are of type %s", text, kinds[0])
	}
	if kinds[0] == "FIXED" {
		texts[0], texts[1] = texts[1], texts[0]
	}
	return function + "(" + texts[0] + "," + texts[1] + ")", nil
}

// trimDouble prints 99 for 99.0 and 99.9 for 99.9 (DecimalFormat "#.####").
func trimDouble(f float64) string {
	s := strconv.FormatFloat(f, 'f', 4, 64)
	s = strings.TrimRight(s, "0")
	return strings.TrimSuffix(s, ".")
}
