package coord

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/schema"
)

func TestSpeculation(t *testing.T) {
	noted := false
	c := &Coordinator{Config: Config{ReadPercentile: func(_ *schema.Table, q float64) (time.Duration, bool) {
		return time.Duration(q*1000) * time.Millisecond, noted
	}}}
	check := func(policy string, want time.Duration, speculates bool) {
		t.Helper()
		d, ok := c.speculation(policy, nil)
		require.Equal(t, speculates, ok, policy)
		if ok {
			require.Equal(t, want, d, policy)
		}
	}
	check("99p", firstDelay, true)
	noted = true
	check("99p", 990*time.Millisecond, true)
	check("99.9PERCENTILE", 999*time.Millisecond, true)
	check("12.5ms", 12500*time.Microsecond, true)
	check("MIN(99p,50ms)", 50*time.Millisecond, true)
	check("MAX(50ms,75p)", 750*time.Millisecond, true)
	check("ALWAYS", 0, true)
	check("NEVER", 0, false)
	c.ReadPercentile = nil
	check("99p", firstDelay, true)
}
