package coord

import (
	"strconv"
	"strings"
	"time"

	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// firstDelay stands for "99p" and its like until the table has been read: nodes answer within a few milliseconds, so a
// replica that takes this long has most likely gone.
const firstDelay = 100 * time.Millisecond

// speculateAfter is how long a replica may take before another one is asked too, by the table's speculative_retry;
// false is never. Range reads do not speculate.
func (c *Coordinator) speculateAfter(r *row.Read) (time.Duration, bool) {
	if r.Keys == nil {
		return 0, false
	}
	return c.speculation(r.Table.Options.SpeculativeRetry, r.Table)
}

func (c *Coordinator) speculation(policy string, t *schema.Table) (time.Duration, bool) {
	p := strings.ToUpper(strings.TrimSpace(policy))
	switch {
	case p == "NEVER" || p == "NONE":
		return 0, false
	case p == "ALWAYS":
		return 0, true
	case strings.HasPrefix(p, "MIN(") || strings.HasPrefix(p, "MAX("):
		first, second, _ := strings.Cut(strings.TrimSuffix(p[4:], ")"), ",")
		a, okA := c.speculation(first, t)
		b, okB := c.speculation(second, t)
		if p[1] == 'I' {
			return min(a, b), okA && okB
		}
		return max(a, b), okA && okB
	}
	if ms, ok := strings.CutSuffix(p, "MS"); ok {
		if ms, err := strconv.ParseFloat(ms, 64); err == nil && ms >= 0 && ms < 1e9 {
			return time.Duration(ms * float64(time.Millisecond)), true
		}
	}
	percent, _ := strings.CutSuffix(p, "ERCENTILE")
	percent, _ = strings.CutSuffix(percent, "P")
	if percent, err := strconv.ParseFloat(percent, 64); err == nil && c.ReadPercentile != nil {
		if d, ok := c.ReadPercentile(t, percent/100); ok {
			return d, true
		}
	}
	return firstDelay, true
}
