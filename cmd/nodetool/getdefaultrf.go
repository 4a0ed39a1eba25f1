package main

var getdefaultrfCommand = command{
	name: "getdefaultrf", summary: "Gets default keyspace replication factor.", run: showSetting("default_keyspace_rf", "%s\n"),
}
