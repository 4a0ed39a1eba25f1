package main

var resetfullquerylogCommand = command{
	name: "resetfullquerylog", summary: "Stop the full query log and clean files in the configured full query log directory from cassandra.yaml as well as JMX", run: unsupported("there is no full query log"),
}
