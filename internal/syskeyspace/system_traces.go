package syskeyspace

// systemTraces: sessions and events of traced requests.
var systemTraces = definition{
	name:    "system_traces",
	factor:  2,
	options: "gc_grace_seconds = 0",
	tables: []string{
		`CREATE TABLE events (
			session_id uuid,
			event_id timeuuid,
			activity text,
			source inet,
			source_elapsed int,
			source_port int,
			thread text,
			PRIMARY KEY (session_id, event_id)
		) WITH comment = 'tracing events'`,
		`CREATE TABLE sessions (
			session_id uuid PRIMARY KEY,
			client inet,
			command text,
			coordinator inet,
			coordinator_port int,
			duration int,
			parameters map<text, text>,
			request text,
			started_at timestamp
		) WITH comment = 'tracing sessions'`,
	},
}
