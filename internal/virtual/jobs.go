package virtual

import "alexandra/internal/cqltype"

var (
	textList    = cqltype.NewList(cqltype.Text, true)
	textSet     = cqltype.NewSet(cqltype.Text, true)
	uuidSet     = cqltype.NewSet(cqltype.Uuid, true)
	timeuuidSet = cqltype.NewSet(cqltype.Timeuuid, true)
	rangeLists  = cqltype.NewList(textList, true)
)

// jobColumns are what every table about a job with states begins with; its states are timestamps.
func jobColumns(states ...string) []column {
	list := []column{
		regular("duration_millis", cqltype.Bigint), regular("failure_cause", cqltype.Text),
		regular("last_updated_at", cqltype.Timestamp), regular("success_message", cqltype.Text),
	}
	for _, s := range states {
		list = append(list, regular(s+"_timestamp", cqltype.Timestamp))
	}
	return list
}

// jobTable is a table about jobs that a provider describes by column name; what it does not name is null.
func jobTable(name, comment string, provider func(*Config) func() []map[string]any, columns ...[]column) *definition {
	d := &definition{name: name, comment: comment, columns: join(columns...)}
	d.rows = func(t *Tables) []record {
		var rows []record
		for _, job := range call(provider(&t.config)) {
			r := make(record, len(d.columns))
			for i, c := range d.columns {
				r[i] = job[c.name]
			}
			rows = append(rows, r)
		}
		return rows
	}
	return d
}

var streaming = jobTable("streaming", "", func(c *Config) func() []map[string]any { return c.Streams },
	[]column{key("id", cqltype.Timeuuid)},
	jobColumns("status_failure", "status_init", "status_start", "status_success"),
	regulars(cqltype.Bigint, "bytes_received", "bytes_sent", "bytes_to_receive", "bytes_to_send", "files_received", "files_sent",
		"files_to_receive", "files_to_send"),
	regulars(cqltype.Text, "operation", "status"),
	[]column{regular("follower", cqltype.Boolean), regular("peers", textList), regular("progress_percentage", cqltype.Float)},
)
