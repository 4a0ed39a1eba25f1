package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"

	"alexandra/internal/admin"
)

// field is one line of tablestats: its label, its name in json, and its value. What belongs to Cassandra's files and is no
// part of this store (bloom filters, index summaries, a memtable for each table) is zero, because there is none.
type field struct {
	label, name string
	value       any
	// size says that the value is a number of bytes; text that json shows the number as text.
	size, text bool
	// json is the value in json where it has another form.
	json any
}

// show is the value as text; human readable sizes have units.
func (f field) show(human bool) string {
	n, isNumber := f.value.(int64)
	switch {
	case f.size && human && isNumber:
		return fileSize(float64(n))
	case isNumber:
		return strconv.FormatInt(n, 10)
	}
	if d, ok := f.value.(float64); ok {
		return javaDouble(d)
	}
	return fmt.Sprint(f.value)
}

// tableFields are the lines of one table, in Cassandra's order.
func tableFields(t admin.TableStats) []field {
	latency := func(l admin.Latency) string { return formatRatio(millis(l), 3) }
	return []field{
		{label: "Table", value: t.Table},
		{label: "SSTable count", name: "sstable_count", value: int64(0)},
		{label: "Old SSTable count", name: "old_sstable_count", value: int64(0)},
		{label: "Max SSTable size", name: "max_sstable_size", value: memory(0), json: 0},
		{label: "Space used (live)", name: "space_used_live", value: t.DiskBytes, size: true, text: true},
		{label: "Space used (total)", name: "space_used_total", value: t.DiskBytes, size: true, text: true},
		{label: "Space used by snapshots (total)", name: "space_used_by_snapshots_total", value: int64(0), size: true, text: true},
		{label: "Off heap memory used (total)", name: "off_heap_memory_used_total", value: int64(0), size: true, text: true},
		{label: "SSTable Compression Ratio", name: "sstable_compression_ratio", value: "-1.00000", json: -1.0},
		{label: "Number of partitions (estimate)", name: "number_of_partitions_estimate", value: t.Partitions},
		{label: "Memtable cell count", name: "memtable_cell_count", value: int64(0)},
		{label: "Memtable data size", name: "memtable_data_size", value: int64(0), size: true, text: true},
		{label: "Memtable off heap memory used", name: "memtable_off_heap_memory_used", value: int64(0), size: true, text: true},
		{label: "Memtable switch count", name: "memtable_switch_count", value: int64(0)},
		{label: "Speculative retries", name: "speculative_retries", value: int64(0)},
		{label: "Local read count", name: "local_read_count", value: t.Read.Count},
		{label: "Local read latency", name: "local_read_latency_ms", value: latency(t.Read) + " ms", json: latency(t.Read)},
		{label: "Local write count", name: "local_write_count", value: t.Write.Count},
		{label: "Local write latency", name: "local_write_latency_ms", value: latency(t.Write) + " ms", json: latency(t.Write)},
		{label: "Local read/write ratio", name: "local_read_write_ratio", value: readWrite(t)},
		{label: "Pending flushes", name: "pending_flushes", value: int64(0)},
		{label: "Percent repaired", name: "percent_repaired", value: 0.0},
		{label: "Bytes repaired", name: "bytes_repaired", value: memory(0), json: 0},
		{label: "Bytes unrepaired", name: "bytes_unrepaired", value: memory(t.DiskBytes), json: t.DiskBytes},
		{label: "Bytes pending repair", name: "bytes_pending_repair", value: memory(0), json: 0},
		{label: "Bloom filter false positives", name: "bloom_filter_false_positives", value: int64(0)},
		{label: "Bloom filter false ratio", name: "bloom_filter_false_ratio", value: "0.00000"},
		{label: "Bloom filter space used", name: "bloom_filter_space_used", value: int64(0), size: true, text: true},
		{label: "Bloom filter off heap memory used", name: "bloom_filter_off_heap_memory_used", value: int64(0), size: true, text: true},
		{label: "Index summary off heap memory used", name: "index_summary_off_heap_memory_used", value: int64(0), size: true, text: true},
		{label: "Compression metadata off heap memory used", name: "compression_metadata_off_heap_memory_used", value: int64(0), size: true, text: true},
		{label: "Compacted partition minimum bytes", name: "compacted_partition_minimum_bytes", value: int64(0), size: true},
		{label: "Compacted partition maximum bytes", name: "compacted_partition_maximum_bytes", value: int64(0), size: true},
		{label: "Compacted partition mean bytes", name: "compacted_partition_mean_bytes", value: int64(0), size: true},
		{label: "Average live cells per slice (last five minutes)", name: "average_live_cells_per_slice_last_five_minutes", value: mean(t.Rows)},
		{label: "Maximum live cells per slice (last five minutes)", name: "maximum_live_cells_per_slice_last_five_minutes", value: t.Rows.Max},
		{label: "Average tombstones per slice (last five minutes)", name: "average_tombstones_per_slice_last_five_minutes", value: mean(t.Tombstones)},
		{label: "Maximum tombstones per slice (last five minutes)", name: "maximum_tombstones_per_slice_last_five_minutes", value: t.Tombstones.Max},
		{label: "Droppable tombstone ratio", name: "droppable_tombstone_ratio", value: "0.00000"},
	}
}

func mean(s admin.Spread) float64 {
	if !s.Recorded {
		return ratio(0, 0)
	}
	return s.Mean
}

func readWrite(t admin.TableStats) string {
	if t.Write.Count == 0 {
		return "0.00000"
	}
	return formatRatio(float64(t.Read.Count)/float64(t.Write.Count), 5)
}

// printTableMaps is -F json and -F yaml; yaml is a superset of json.
func printTableMaps(c *call, stats []admin.KeyspaceStats) error {
	total := 0
	out := map[string]any{}
	for _, k := range stats {
		reads, writes := sumLatency(k)
		tables := map[string]any{}
		for _, t := range k.Tables {
			total++
			one := map[string]any{}
			for _, f := range tableFields(t)[1:] {
				one[f.name] = f.forPrograms()
			}
			tables[t.Table] = one
		}
		out[k.Keyspace] = map[string]any{
			"tables": tables, "read_count": reads.Count, "write_count": writes.Count, "pending_flushes": 0,
			"read_latency": number64(millis(reads)), "read_latency_ms": number64(millis(reads)), "write_latency_ms": number64(millis(writes)),
		}
	}
	out["total_number_of_tables"] = total
	return c.printJSON(out)
}

// printJSON prints as Jackson does: a blank on both sides of the colon.
func (c *call) printJSON(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		c.println(jsonKey.ReplaceAllString(string(text), `$1 : `))
	}
	return err
}

var jsonKey = regexp.MustCompile(`(?m)^( *"[^"\\]*"): `)

func (f field) forPrograms() any {
	if f.json != nil {
		return f.json
	}
	if d, ok := f.value.(float64); ok {
		return number64(d)
	}
	if f.text {
		return f.show(false)
	}
	return f.value
}

// number64 is a number that json can hold: NaN becomes text, as in Cassandra's answer.
func number64(f float64) any {
	if f != f {
		return "NaN"
	}
	return f
}
