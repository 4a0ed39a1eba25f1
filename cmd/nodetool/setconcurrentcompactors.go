package main

var setconcurrentcompactorsCommand = command{
	name: "setconcurrentcompactors", summary: "Set number of concurrent compactors in the system.", run: unsupported("the store chooses by itself how many compactions run"),
	args: &arguments{usage: "<value>", help: "Number of concurrent compactors, greater than 0."},
}
