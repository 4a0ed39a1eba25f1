package virtual

import "alexandra/internal/cqltype"

var systemProperties = &definition{
	name: "system_properties", comment: "Cassandra relevant system properties",
	columns: []column{key("name", cqltype.Text), regular("value", cqltype.Text)},
	rows: func(t *Tables) []record {
		if t.config.Properties == nil {
			return nil
		}
		var rows []record
		for name, value := range t.config.Properties() {
			rows = append(rows, record{name, value})
		}
		return rows
	},
}
