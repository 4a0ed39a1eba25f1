package virtual

import (
	"alexandra/internal/cqltype"
	"alexandra/internal/metrics"
)

var batchMetrics = &definition{
	name: "batch_metrics", comment: "Metrics specific to batch statements",
	columns: []column{
		key("name", cqltype.Text),
		regular("p50th", cqltype.Double), regular("p99th", cqltype.Double), regular("p999th", cqltype.Double), regular("max", cqltype.Bigint),
	},
	rows: func(t *Tables) []record {
		m := t.config.Metrics
		return []record{
			batchRow("partitions_per_logged_batch", m.LoggedBatch),
			batchRow("partitions_per_unlogged_batch", m.UnloggedBatch),
			batchRow("partitions_per_counter_batch", m.CounterBatch),
		}
	},
}

func batchRow(name string, h *metrics.Histogram) record {
	s := h.Snapshot()
	return record{name, s.Quantile(0.5), s.Quantile(0.99), s.Quantile(0.999), s.Max()}
}
