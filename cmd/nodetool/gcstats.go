package main

import (
	"alexandra/internal/admin"
)

var gcstatsCommand = command{
	name: "gcstats", summary: "Print GC Statistics", run: runGCStats,
}

func runGCStats(c *call) error {
	s, err := ask(c, admin.StatsOp, admin.None{})
	if err != nil {
		return err
	}
	c.printf("%20s%20s%20s%20s%20s%20s%25s\n", "Interval (ms)", "Max GC Elapsed (ms)", "Total GC Elapsed (ms)", "Stdev GC Elapsed (ms)", "GC Reclaimed (MB)", "Collections", "Direct Memory Bytes")
	c.printf("%20d%20d%20d%20s%20s%20d%25d\n", s.Uptime.Milliseconds(), s.GCPauseMax.Milliseconds(), s.GCPauseTotal.Milliseconds(), "NaN", "n/a", s.GCs, -1)
	return nil
}
