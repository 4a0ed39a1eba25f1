package main

var setdefaultrfCommand = command{
	name: "setdefaultrf", summary: "Sets default keyspace replication factor.", run: unsupported("default_keyspace_rf is set in cassandra.yaml"),
	args: &arguments{usage: "<value>", help: "Default replication factor"},
}
