package virtual

import (
	"time"

	"alexandra/internal/cqltype"
)

// systemLogs shows the newest lines first.
var systemLogs = &definition{
	name: "system_logs", comment: "Cassandra logs",
	columns: []column{
		key("timestamp", cqltype.Timestamp), clustering("order_in_millisecond", cqltype.Int),
		regular("logger", cqltype.Text), regular("level", cqltype.Text), regular("message", cqltype.Text),
	},
	descending: true,
	mutable:    true,
	truncate: func(t *Tables) {
		if t.config.Logs != nil {
			t.config.Logs.Clear()
		}
	},
	rows: func(t *Tables) []record {
		if t.config.Logs == nil {
			return nil
		}
		var rows []record
		order := map[int64]int{}
		for _, l := range t.config.Logs.Lines() {
			at := l.Time.UnixMilli()
			rows = append(rows, record{time.UnixMilli(at), order[at], l.Logger, l.Level, l.Message})
			order[at]++
		}
		return rows
	},
}
