package main

var getconcurrencyCommand = command{
	name: "getconcurrency", summary: "Get maximum concurrency for processing stages", run: unsupported("there are no stages with threads of their own: native_transport_max_threads in cassandra.yaml limits requests"),
	args: &arguments{usage: "[stage-names]", help: "optional list of stage names, otherwise display all stages"},
}
