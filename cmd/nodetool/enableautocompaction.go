package main

var enableautocompactionCommand = command{
	name: "enableautocompaction", summary: "Enable autocompaction for the given keyspace and table", run: turnAutoCompaction(on),
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
