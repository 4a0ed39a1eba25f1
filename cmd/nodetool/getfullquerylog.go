package main

var getfullquerylogCommand = command{
	name: "getfullquerylog", summary: "Print configuration of fql if enabled, otherwise the configuration reflected in cassandra.yaml", run: runGetAuditLog,
}
