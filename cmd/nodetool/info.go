package main

import (
	"alexandra/internal/admin"
)

var infoCommand = command{
	name: "info", summary: "Print node information (uptime, load, ...)", run: runInfo,
	options: []option{
		{names: []string{"-O", "--out-of-range-ops"}, help: "Display per-keyspace counts of operations for invalid tokens"},
		{names: []string{"-T", "--tokens"}, help: "Display all tokens"},
	},
}

func runInfo(c *call) error {
	i, err := ask(c, admin.InfoOp, admin.None{})
	if err != nil {
		return err
	}
	line := func(name, format string, args ...any) {
		c.printf("%-23s: "+format+"\n", append([]any{name}, args...)...)
	}
	line("ID", "%s", i.HostID)
	line("Gossip active", "%t", i.Gossip)
	line("Native Transport active", "%t", i.Native)
	line("Load", "%s", fileSize(float64(i.Load)))
	line("Uncompressed load", "n/a")
	generation := i.Generation
	if !i.Gossip {
		generation = 0
	}
	line("Generation No", "%d", generation)
	line("Uptime (seconds)", "%d", int64(i.Uptime.Seconds()))
	line("Heap Memory (MB)", "%.2f / %.2f", float64(i.HeapUsed)/(1<<20), float64(i.HeapMax)/(1<<20))
	line("Off Heap Memory (MB)", "%.2f", float64(i.OffHeap)/(1<<20))
	line("Data Center", "%s", i.Datacenter)
	line("Rack", "%s", i.Rack)
	line("Exceptions", "%d", i.Exceptions)
	// Rows are cached as blocks of the store, whatever they hold: the caches of Cassandra do not exist.
	for _, cache := range []string{"Key Cache", "Row Cache", "Counter Cache"} {
		line(cache, "entries 0, size 0 bytes, capacity 0 bytes, 0 hits, 0 requests, NaN recent hit rate, 0 save period in seconds")
	}
	line("Network Cache", "size 0 bytes, overflow size: 0 bytes, capacity 0 bytes")
	line("Percent Repaired", "0.0%%")
	switch {
	case !i.Joined:
		line("Token", "(node is not joined to the cluster)")
	case c.has("-T") || len(i.Tokens) == 1:
		for _, t := range i.Tokens {
			line("Token", "%d", t)
		}
	default:
		line("Token", "(invoke with -T/--tokens to see all %d tokens)", len(i.Tokens))
	}
	state := "NEEDS_BOOTSTRAP"
	switch {
	case i.Mode == "DECOMMISSIONED":
		state = "DECOMMISSIONED"
	case i.Bootstrapped:
		state = "COMPLETED"
	case i.Mode == "JOINING":
		state = "IN_PROGRESS"
	}
	line("Bootstrap state", "%s", state)
	line("Bootstrap failed", "%t", i.Mode == "JOINING_FAILED")
	line("Decommissioning", "%t", i.Mode == "LEAVING")
	line("Decommission failed", "%t", i.Mode == "DECOMMISSION_FAILED")
	return nil
}
