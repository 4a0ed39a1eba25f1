package main

var disableautocompactionCommand = command{
	name: "disableautocompaction", summary: "Disable autocompaction for the given keyspace and table", run: turnAutoCompaction(off),
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
