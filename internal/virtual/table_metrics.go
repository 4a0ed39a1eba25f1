package virtual

import (
	"maps"
	"math"
	"slices"
	"time"

	"alexandra/internal/cqltype"
	"alexandra/internal/metrics"
	"alexandra/internal/schema"
)

// Sizes are how much room a table takes in this node's storage.
type Sizes struct {
	Disk               int64 // bytes of the table with its indexes
	MaxPartition       int64 // bytes of the largest partition
	MaxSSTable         int64 // bytes of the largest file
	MaxSSTableDuration time.Duration
}

var (
	coordinatorReadLatency  = latencyTable("coordinator_read_latency", func(m *metrics.Table) *metrics.Latency { return m.CoordinatorRead })
	coordinatorScanLatency  = latencyTable("coordinator_scan_latency", func(m *metrics.Table) *metrics.Latency { return m.CoordinatorScan })
	coordinatorWriteLatency = latencyTable("coordinator_write_latency", func(m *metrics.Table) *metrics.Latency { return m.CoordinatorWrite })
	localReadLatency        = latencyTable("local_read_latency", func(m *metrics.Table) *metrics.Latency { return m.LocalRead })
	localScanLatency        = latencyTable("local_scan_latency", func(m *metrics.Table) *metrics.Latency { return m.LocalScan })
	localWriteLatency       = latencyTable("local_write_latency", func(m *metrics.Table) *metrics.Latency { return m.LocalWrite })

	rowsPerRead       = histogramTable("rows_per_read", func(m *metrics.Table) *metrics.Histogram { return m.RowsPerRead })
	tombstonesPerRead = histogramTable("tombstones_per_read", func(m *metrics.Table) *metrics.Histogram { return m.TombstonesPerRead })

	diskUsage          = sizeTable("disk_usage", "mebibytes", func(s Sizes) int64 { return mebibytes(s.Disk) })
	maxPartitionSize   = sizeTable("max_partition_size", "mebibytes", func(s Sizes) int64 { return mebibytes(s.MaxPartition) })
	maxSSTableSize     = sizeTable("max_sstable_size", "mebibytes", func(s Sizes) int64 { return mebibytes(s.MaxSSTable) })
	maxSSTableDuration = sizeTable("max_sstable_duration", "max_sstable_duration", func(s Sizes) int64 { return s.MaxSSTableDuration.Milliseconds() })
)

// latencyTable shows a latency of each table in milliseconds. (Cassandra 5.0.5 takes its microseconds for nanoseconds
// and shows a thousandth of what its column names promise.)
func latencyTable(name string, of func(*metrics.Table) *metrics.Latency) *definition {
	return perTable(name, join([]column{regular("count", cqltype.Bigint)}, regulars(cqltype.Double, "max_ms", "p50th_ms", "p99th_ms", "per_second")),
		func(t *Tables, ks, table string) record {
			m := t.config.Metrics.Peek(ks, table)
			if m == nil {
				return record{0, 0, 0, 0, 0}
			}
			l := of(m)
			s := l.Snapshot()
			return record{l.Count(), milliseconds(s.Max()), milliseconds(s.Quantile(0.5)), milliseconds(s.Quantile(0.99)), rounded(l.Rate().FiveMinuteRate())}
		})
}

func histogramTable(name string, of func(*metrics.Table) *metrics.Histogram) *definition {
	return perTable(name, join([]column{regular("count", cqltype.Bigint)}, regulars(cqltype.Double, "max", "p50th", "p99th")),
		func(t *Tables, ks, table string) record {
			m := t.config.Metrics.Peek(ks, table)
			if m == nil {
				return record{0, 0, 0, 0}
			}
			h := of(m)
			s := h.Snapshot()
			return record{h.Count(), s.Max(), s.Quantile(0.5), s.Quantile(0.99)}
		})
}

func sizeTable(name, column string, of func(Sizes) int64) *definition {
	return perTable(name, regulars(cqltype.Bigint, column), func(t *Tables, ks, table string) record {
		if t.config.Sizes == nil {
			return record{0}
		}
		return record{of(t.config.Sizes(ks, table))}
	})
}

// perTable is a table with a row for each table that is stored here.
func perTable(name string, columns []column, values func(t *Tables, keyspace, table string) record) *definition {
	return &definition{
		name:    name,
		columns: join([]column{key("keyspace_name", cqltype.Text), key("table_name", cqltype.Text)}, columns),
		rows: func(t *Tables) []record {
			var rows []record
			for _, table := range t.stored() {
				rows = append(rows, append(record{table.Keyspace, table.Name}, values(t, table.Keyspace, table.Name)...))
			}
			return rows
		},
	}
}

// stored are the tables and views that are not virtual, by name.
func (t *Tables) stored() []*schema.Table {
	if t.config.Schema == nil {
		return nil
	}
	var list []*schema.Table
	all := t.config.Schema().Keyspaces
	for _, ks := range slices.Sorted(maps.Keys(all)) {
		for _, name := range slices.Sorted(maps.Keys(all[ks].Tables)) {
			if table := all[ks].Tables[name]; !all[ks].Virtual && !table.Virtual {
				list = append(list, table)
			}
		}
	}
	return list
}

// mebibytes rounds up: whatever is not empty takes room.
func mebibytes(bytes int64) int64 { return (max(bytes, 0) + 1<<20 - 1) >> 20 }

// milliseconds of microseconds, as many digits as there are.
func milliseconds(micros int64) float64 { return float64(micros) / 1000 }

// rounded keeps three digits.
func rounded(f float64) float64 { return math.Round(f*1000) / 1000 }
