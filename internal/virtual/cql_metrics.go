package virtual

import "alexandra/internal/cqltype"

var cqlMetrics = &definition{
	name: "cql_metrics", comment: "Metrics specific to CQL prepared statement caching",
	columns: []column{key("name", cqltype.Text), regular("value", cqltype.Double)},
	rows: func(t *Tables) []record {
		m := t.config.Metrics
		count := 0
		if t.config.PreparedStatements != nil {
			count = t.config.PreparedStatements()
		}
		prepared, plain := m.PreparedExecuted.Load(), m.RegularExecuted.Load()
		ratio := 0.0
		if all := prepared + plain; all > 0 {
			ratio = float64(prepared) / float64(all)
		}
		return []record{
			{"prepared_statements_count", count},
			{"prepared_statements_evicted", m.PreparedEvicted.Load()},
			{"prepared_statements_executed", prepared},
			{"prepared_statements_ratio", ratio},
			{"regular_statements_executed", plain},
		}
	},
}
