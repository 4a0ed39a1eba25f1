package virtual

import (
	"alexandra/internal/cqltype"
	"alexandra/internal/metrics"
)

var cidrCounts = &definition{
	name: "cidr_filtering_metrics_counts", comment: "Count metrics specific to CIDR filtering",
	columns: []column{key("name", cqltype.Text), regular("value", cqltype.Bigint)},
	rows: func(t *Tables) []record {
		m := &t.config.Metrics.CIDR
		rows := []record{{"CIDR groups cache reload count", m.Reloads.Count()}}
		for group, n := range m.Accepted() {
			rows = append(rows, record{"Number of CIDR accesses accepted from CIDR group - " + group, n})
		}
		for group, n := range m.Rejected() {
			rows = append(rows, record{"Number of CIDR accesses rejected from CIDR group - " + group, n})
		}
		return rows
	},
}

var cidrLatencies = &definition{
	name: "cidr_filtering_metrics_latencies", comment: "Latency metrics specific to CIDR filtering",
	columns: join([]column{key("name", cqltype.Text)}, regulars(cqltype.Double, "p50th", "p95th", "p99th", "p999th", "max")),
	rows: func(t *Tables) []record {
		m := &t.config.Metrics.CIDR
		return []record{
			cidrRow("CIDR checks latency (ns)", m.Checks),
			cidrRow("CIDR groups cache reload latency (ns)", m.Reloads),
			cidrRow("Lookup IP in CIDR groups cache latency (ns)", m.Lookups),
		}
	},
}

func cidrRow(name string, h *metrics.Histogram) record {
	s := h.Snapshot()
	return record{name, s.Quantile(0.5), s.Quantile(0.95), s.Quantile(0.99), s.Quantile(0.999), s.Max()}
}
