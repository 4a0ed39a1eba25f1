package main

var setconcurrencyCommand = command{
	name: "setconcurrency", summary: "Set maximum concurrency for processing stage", run: unsupported("requests run as they come: native_transport_max_threads in cassandra.yaml limits them"),
	args: &arguments{usage: "<stage-name> <maximum-concurrency> | <stage-name> <core-pool> <maximum-concurrency>", help: "Set concurrency for processing stage"},
}
