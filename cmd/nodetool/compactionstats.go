package main

import (
	"strconv"
	"strings"

	"alexandra/internal/admin"
)

var compactionstatsCommand = command{
	name: "compactionstats", summary: "Print statistics on compactions", run: runCompactionStats,
	options: []option{
		{names: []string{"-H", "--human-readable"}, help: "Display bytes in human readable form, i.e. KiB, MiB, GiB, TiB"},
		{names: []string{"-V", "--vtable"}, help: "Display fields matching vtable output"},
	},
}

func runCompactionStats(c *call) error {
	s, err := ask(c, admin.StatsOp, admin.None{})
	if err != nil {
		return err
	}
	pending := 0
	if s.PendingCompactionBytes > 0 {
		pending = 1
	}
	perHour := ratio(float64(s.Compactions), s.Uptime.Hours())
	throughput := "0.0"
	if t, err := ask(c, admin.SettingOp, admin.Name{Name: "compaction_throughput"}); err == nil && !t.Null {
		if n, err := strconv.ParseFloat(strings.TrimSuffix(t.Value, "MiB/s"), 64); err == nil {
			throughput = javaDouble(n)
		}
	}
	c.printf("%s", columns([][]string{
		{"concurrent compactors", strconv.Itoa(s.ConcurrentCompactors)},
		{"pending tasks", strconv.Itoa(pending)},
		{"compactions completed", strconv.FormatInt(s.Compactions, 10)},
		{"data compacted", "n/a"},
		{"compactions aborted", "0"},
		{"compactions reduced", "0"},
		{"sstables dropped from compaction", "0"},
		{"15 minute rate", "n/a"},
		{"mean rate", strconv.FormatFloat(perHour, 'f', 2, 64) + "/hour"},
		{"compaction throughput (MiB/s)", throughput},
	}, " "))
	return nil
}
