package main

var settraceprobabilityCommand = command{
	name: "settraceprobability", summary: "Sets the probability for tracing any given request to value. 0 disables, 1 enables for all requests, 0 is the default", run: unsupported("only requests that clients ask to be traced are traced"),
	args: &arguments{usage: "<value>", help: "Trace probability between 0 and 1 (ex: 0.2)"},
}
