package coord

import (
	"strconv"
	"strings"
	"time"

	"alexandra/internal/row"
)

// percentileDelay stands for "99p" and its like: nodes answer within a few milliseconds, so a replica that takes this
// long has most likely gone.
const percentileDelay = 100 * time.Millisecond

// speculateAfter is how long a replica may take before another one is asked too, by the table's speculative_retry;
// false is never. Range reads do not speculate.
func (c *Coordinator) speculateAfter(r *row.Read) (time.Duration, bool) {
	if r.Keys == nil {
		return 0, false
	}
	return parseSpeculation(r.Table.Options.SpeculativeRetry)
}

func parseSpeculation(policy string) (time.Duration, bool) {
	p := strings.ToUpper(strings.TrimSpace(policy))
	switch {
	case p == "NEVER" || p == "NONE":
		return 0, false
	case p == "ALWAYS":
		return 0, true
	case strings.HasPrefix(p, "MIN(") || strings.HasPrefix(p, "MAX("):
		first, second, _ := strings.Cut(strings.TrimSuffix(p[4:], ")"), ",")
		a, okA := parseSpeculation(first)
		b, okB := parseSpeculation(second)
		if p[1] == 'I' {
			return min(a, b), okA && okB
		}
		return max(a, b), okA && okB
	case strings.HasSuffix(p, "MS"):
		if ms, err := strconv.ParseFloat(strings.TrimSuffix(p, "MS"), 64); err == nil && ms >= 0 && ms < 1e9 {
			return time.Duration(ms * float64(time.Millisecond)), true
		}
	}
	return percentileDelay, true
}
