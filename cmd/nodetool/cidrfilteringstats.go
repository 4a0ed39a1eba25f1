package main

import (
	"maps"
	"slices"
	"strconv"

	"alexandra/internal/admin"
)

var cidrfilteringstatsCommand = command{
	name: "cidrfilteringstats", summary: "Print statistics on CIDR filtering", run: runCIDRFilteringStats,
}

func runCIDRFilteringStats(c *call) error {
	s, err := ask(c, admin.CIDRStatsOp, admin.None{})
	if err != nil {
		return err
	}
	c.println("cidr_filtering_metrics_counts: ")
	rows := [][]string{{"name", "value"}}
	for _, g := range slices.Sorted(maps.Keys(s.Accepted)) {
		rows = append(rows, []string{"Number of CIDR accesses accepted from CIDR group - " + g, strconv.FormatInt(s.Accepted[g], 10)})
	}
	for _, g := range slices.Sorted(maps.Keys(s.Rejected)) {
		rows = append(rows, []string{"Number of CIDR accesses rejected from CIDR group - " + g, strconv.FormatInt(s.Rejected[g], 10)})
	}
	rows = append(rows, []string{"CIDR groups cache reload count", strconv.FormatInt(s.Reloads.Count, 10)})
	c.printf("%s\n", columns(rows, " "))
	c.println("cidr_filtering_metrics_latencies: ")
	rows = [][]string{{"name", "p50th", "p95th", "p99th", "p999th", "max"}}
	for _, l := range []struct {
		name string
		of   admin.Latency
	}{
		{"CIDR checks latency (ns)", s.Checks},
		{"Lookup IP in CIDR groups cache latency (ns)", s.Lookups},
		{"CIDR groups cache reload latency (ns)", s.Reloads},
	} {
		row := []string{l.name}
		for _, n := range []int64{l.of.P50, l.of.P95, l.of.P99, l.of.Max, l.of.Max} {
			row = append(row, javaDouble(float64(n)))
		}
		rows = append(rows, row)
	}
	c.printf("%s\n", columns(rows, " "))
	return nil
}
