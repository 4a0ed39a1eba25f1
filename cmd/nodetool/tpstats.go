package main

import (
	"maps"
	"slices"
	"strconv"

	"alexandra/internal/admin"
)

var tpstatsCommand = command{
	name: "tpstats", summary: "Print usage statistics of thread pools", run: runTPStats,
	options: []option{
		{names: []string{"-F", "--format"}, value: "<format>", help: "Output format (json, yaml)"},
	},
}

func runTPStats(c *call) error {
	s, err := ask(c, admin.StatsOp, admin.None{})
	if err != nil {
		return err
	}
	if f := c.option("-F"); f != "" && f != "json" && f != "yaml" {
		return admin.Usage("arguments for -F are yaml and json only.")
	}
	if c.option("-F") != "" {
		return printPools(c, s)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	rows := [][]string{{"Pool Name", "Active", "Pending", "Completed", "Blocked", "All time blocked"}}
	for _, p := range s.Stages {
		rows = append(rows, []string{p.Name, number(p.Active), number(p.Pending), number(p.Completed), number(p.Blocked), number(p.AllBlocked)})
	}
	c.printf("%s\n", columns(rows, " "))
	c.println("Latencies waiting in queue (micros) per dropped message types")
	c.println(pad("Message type", 34) + "Dropped     50%      95%      99%      Max     ")
	for _, verb := range slices.Sorted(maps.Keys(s.Dropped)) {
		// Only what is dropped is counted, not how long it had waited.
		c.printf("%s%-12d%-9s%-9s%-9s%-8s\n", pad(verb, 34), s.Dropped[verb], "N/A", "N/A", "N/A", "N/A")
	}
	return nil
}

// printPools is the form for programs: yaml is a superset of json.
func printPools(c *call, s *admin.Stats) error {
	pools := map[string]map[string]int64{}
	for _, p := range s.Stages {
		pools[p.Name] = map[string]int64{
			"ActiveTasks": p.Active, "PendingTasks": p.Pending, "CompletedTasks": p.Completed, "CurrentlyBlockedTasks": p.Blocked, "TotalBlockedTasks": p.AllBlocked,
		}
	}
	return c.printJSON(map[string]any{"ThreadPools": pools, "DroppedMessage": s.Dropped})
}
