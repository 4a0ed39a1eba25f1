package virtual

import "alexandra/internal/cqltype"

// Setting is one option of cassandra.yaml; a nil value is null. Passwords are masked by whoever lists them.
type Setting struct {
	Name  string
	Value *string
}

var settings = &definition{
	name: "settings", comment: "current settings",
	columns: []column{key("name", cqltype.Text), regular("value", cqltype.Text)},
	rows: func(t *Tables) []record {
		var rows []record
		for _, s := range call(t.config.Settings) {
			rows = append(rows, record{s.Name, s.Value})
		}
		return rows
	},
}
