package main

import (
	"maps"
	"slices"
	"strings"

	"alexandra/internal/admin"
)

var tablestatsCommand = command{
	name: "tablestats", summary: "Print statistics on tables", run: runTableStats,
	options: []option{
		{names: []string{"-F", "--format"}, value: "<format>", help: "Output format (json, yaml)"},
		{names: []string{"-H", "--human-readable"}, help: "Display bytes in human readable form, i.e. KiB, MiB, GiB, TiB"},
		{names: []string{"-i"}, help: "Ignore the list of tables and display the remaining tables"},
		{names: []string{"-l", "--sstable-location-check"}, help: "Check whether or not the SSTables are in the correct location."},
		{names: []string{"-s", "--sort"}, value: "<sort_key>", help: "Sort tables by specified sort key (average_live_cells_per_slice_last_five_minutes, average_tombstones_per_slice_last_five_minutes, bloom_filter_false_positives, bloom_filter_false_ratio, bloom_filter_off_heap_memory_used, bloom_filter_space_used, compacted_partition_maximum_bytes, compacted_partition_mean_bytes, compacted_partition_minimum_bytes, compression_metadata_off_heap_memory_used, full_name, index_summary_off_heap_memory_used, local_read_count, local_read_latency_ms, local_write_latency_ms, maximum_live_cells_per_slice_last_five_minutes, maximum_tombstones_per_slice_last_five_minutes, memtable_cell_count, memtable_data_size, memtable_off_heap_memory_used, memtable_switch_count, number_of_partitions_estimate, off_heap_memory_used_total, pending_flushes, percent_repaired, read_latency, reads, space_used_by_snapshots_total, space_used_live, space_used_total, sstable_compression_ratio, sstable_count, table_name, write_latency, writes, max_sstable_size, local_read_write_ratio, twcs_max_duration, sai_local_query_latency_ms,sai_post_filtering_read_latency, sai_disk_used_bytes, sai_sstable_indexes_hit, sai_index_segments_hit sai_rows_filtered, sai_total_query_timeouts, sai_total_queryable_index_ratio)"},
		{names: []string{"-t", "--top"}, value: "<top>", help: "Show only the top K tables for the sort key (specify the number K of tables to be shown"},
	},
	args: &arguments{usage: "[<keyspace.table>...]", help: "List of tables (or keyspace) names"},
}

func runTableStats(c *call) error {
	format := c.option("-F")
	if format != "" && format != "json" && format != "yaml" {
		return admin.Usage("arguments for -F are json,yaml only.")
	}
	stats, err := selectTables(c)
	if err != nil {
		return err
	}
	if format != "" {
		return printTableMaps(c, stats)
	}
	total := 0
	for _, k := range stats {
		total += len(k.Tables)
	}
	c.printf("Total number of tables: %d\n----------------\n", total)
	for _, k := range stats {
		reads, writes := sumLatency(k)
		c.printf("Keyspace: %s\n\tRead Count: %d\n\tRead Latency: %s ms\n\tWrite Count: %d\n\tWrite Latency: %s ms\n\tPending Flushes: 0\n", k.Keyspace,
			reads.Count, javaDouble(millis(reads)), writes.Count, javaDouble(millis(writes)))
		for _, t := range k.Tables {
			for _, f := range tableFields(t) {
				c.printf("\t\t%s: %s\n", f.label, f.show(c.has("-H")))
			}
			c.println("")
		}
		c.println("----------------")
	}
	return nil
}

// selectTables finds the tables that the arguments name, as keyspace or keyspace.table; with -i all others.
func selectTables(c *call) ([]admin.KeyspaceStats, error) {
	all, err := ask(c, admin.TableStatsOp, admin.Tables{})
	if err != nil || len(c.args) == 0 {
		return all, err
	}
	wanted := map[string]map[string]bool{}
	for _, a := range c.args {
		keyspace, table, one := strings.Cut(a, ".")
		if wanted[keyspace] == nil {
			wanted[keyspace] = map[string]bool{}
		}
		if one {
			wanted[keyspace][table] = true
		}
	}
	var out []admin.KeyspaceStats
	for _, k := range all {
		tables, named := wanted[k.Keyspace]
		delete(wanted, k.Keyspace)
		kept := admin.KeyspaceStats{Keyspace: k.Keyspace}
		for _, t := range k.Tables {
			if match := named && (len(tables) == 0 || tables[t.Table]); match != c.has("-i") {
				kept.Tables = append(kept.Tables, t)
			}
			delete(tables, t.Table)
		}
		if named && len(tables) > 0 {
			return nil, admin.Usage("Unknown tables: [%s] in keyspace: %s", strings.Join(slices.Sorted(maps.Keys(tables)), ", "), k.Keyspace)
		}
		if len(kept.Tables) > 0 {
			out = append(out, kept)
		}
	}
	if len(wanted) > 0 {
		return nil, admin.Usage("Unknown keyspace: %s", slices.Sorted(maps.Keys(wanted))[0])
	}
	return out, nil
}

func sumLatency(k admin.KeyspaceStats) (reads, writes admin.Latency) {
	for _, t := range k.Tables {
		reads.Count, reads.Sum = reads.Count+t.Read.Count, reads.Sum+t.Read.Sum
		writes.Count, writes.Sum = writes.Count+t.Write.Count, writes.Sum+t.Write.Sum
	}
	return reads, writes
}

// millis is the mean latency since the start.
func millis(l admin.Latency) float64 { return ratio(l.Sum.Seconds()*1000, float64(l.Count)) }
