package syskeyspace

import "alexandra/internal/schema"

// systemTraces is the keyspace of traced requests.
var systemTraces = keyspace{
	name:        "system_traces",
	replication: schema.Replication{Class: schema.SimpleStrategy, Options: map[string]string{"replication_factor": "2"}},
	options:     "gc_grace_seconds = 0",
	tables: []string{
		`CREATE TABLE system_traces.events (
	session_id uuid,
	event_id timeuuid,
	activity text,
	source inet,
	source_elapsed int,
	source_port int,
	thread text,
	PRIMARY KEY (session_id, event_id)
) WITH id = 8826e8e9-e16a-3728-8753-3bc1fc713c25
	AND comment = 'tracing events'`,
		`CREATE TABLE system_traces.sessions (
	session_id uuid,
	client inet,
	command text,
	coordinator inet,
	coordinator_port int,
	duration int,
	parameters map<text, text>,
	request text,
	started_at timestamp,
	PRIMARY KEY (session_id)
) WITH id = c5e99f16-8677-3914-b17e-960613512345
	AND comment = 'tracing sessions'`,
	},
}
