package virtual

import (
	"time"

	"alexandra/internal/cqltype"
)

// Query is one request that is being worked on.
type Query struct {
	Thread          string // names the worker; unique at one moment
	Queued, Running time.Duration
	Task            string // what it does, as "QUERY select * from t [pageSize = 5000] at consistency ONE"
}

var queries = &definition{
	name: "queries", comment: "Lists currently running queries",
	columns: []column{
		key("thread_id", cqltype.Text),
		regular("queued_micros", cqltype.Bigint), regular("running_micros", cqltype.Bigint), regular("task", cqltype.Text),
	},
	rows: func(t *Tables) []record {
		var rows []record
		for _, q := range call(t.config.Queries) {
			rows = append(rows, record{q.Thread, q.Queued.Microseconds(), q.Running.Microseconds(), q.Task})
		}
		return rows
	},
}
