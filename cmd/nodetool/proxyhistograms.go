package main

import (
	"alexandra/internal/admin"
)

var proxyhistogramsCommand = command{
	name: "proxyhistograms", summary: "Print statistic histograms for network operations", run: runProxyHistograms,
}

// requestKinds are the columns of proxyhistograms.
var requestKinds = []string{"Read", "Write", "Range", "CAS Read", "CAS Write", "View Write"}

func runProxyHistograms(c *call) error {
	s, err := ask(c, admin.StatsOp, admin.None{})
	if err != nil {
		return err
	}
	c.println("proxy histograms")
	c.printf("%-10s", "Percentile")
	for _, k := range requestKinds {
		c.printf("%19s", k+" Latency")
	}
	c.printf("\n%10s", "")
	for range requestKinds {
		c.printf("%19s", "(micros)")
	}
	c.println("")
	for _, p := range percentiles {
		c.printf("%-10s", p.name)
		for _, k := range requestKinds {
			c.printf("%19.2f", float64(p.of(s.Latencies[k])))
		}
		c.println("")
	}
	c.println("")
	return nil
}

// percentiles are the lines of histograms.
var percentiles = []struct {
	name string
	of   func(admin.Latency) int64
}{
	{"50%", func(l admin.Latency) int64 { return l.P50 }},
	{"75%", func(l admin.Latency) int64 { return l.P75 }},
	{"95%", func(l admin.Latency) int64 { return l.P95 }},
	{"98%", func(l admin.Latency) int64 { return l.P98 }},
	{"99%", func(l admin.Latency) int64 { return l.P99 }},
	{"Min", func(l admin.Latency) int64 { return l.Min }},
	{"Max", func(l admin.Latency) int64 { return l.Max }},
}
