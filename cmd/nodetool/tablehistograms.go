package main

import (
	"strings"

	"alexandra/internal/admin"
)

var tablehistogramsCommand = command{
	name: "tablehistograms", summary: "Print statistic histograms for a given table", run: runTableHistograms,
	args: &arguments{usage: "[<keyspace> <table> | <keyspace.table>]", help: "The keyspace and table name"},
}

func runTableHistograms(c *call) error {
	r := admin.Tables{Keyspace: c.arg(0)}
	switch {
	case len(c.args) == 1:
		var table string
		r.Keyspace, table, _ = strings.Cut(c.args[0], ".")
		r.Tables = []string{table}
	case len(c.args) == 2:
		r.Tables = c.args[1:]
	case len(c.args) > 2:
		return admin.Usage("tablehistograms requires <keyspace> <table> or <keyspace.table> format argument.")
	}
	stats, err := ask(c, admin.TableStatsOp, r)
	if err != nil {
		return err
	}
	for _, k := range stats {
		for _, t := range k.Tables {
			printHistogram(c, k.Keyspace, t)
		}
	}
	return nil
}

func printHistogram(c *call, keyspace string, t admin.TableStats) {
	c.println("No SSTables exists, unable to calculate 'Partition Size' and 'Cell Count' percentiles")
	c.printf("%s/%s histograms\n", keyspace, t.Table)
	c.printf("%-10s%18s%18s%18s%18s%18s\n", "Percentile", "Read Latency", "Write Latency", "SSTables", "Partition Size", "Cell Count")
	c.printf("%-10s%18s%18s%18s%18s%18s\n", "", "(micros)", "(micros)", "", "(bytes)", "")
	for _, p := range percentiles {
		c.printf("%-10s%18.2f%18.2f%18.2f%18s%18s\n", p.name, float64(p.of(t.Read)), float64(p.of(t.Write)), 0.0, "NaN", "NaN")
	}
	c.println("")
}
