package main

var refreshCommand = command{
	name: "refresh", summary: "Load newly placed SSTables to the system without restart", run: unsupported("there are no SSTable files to load: load data with cqlsh COPY or through a driver"),
	args: &arguments{usage: "<keyspace> <table>", help: "The keyspace and table name"},
}
