package main

import (
	"alexandra/internal/admin"
)

var statusautocompactionCommand = command{
	name: "statusautocompaction", summary: "status of autocompaction of the given keyspace and table", run: showSwitch(admin.AutoCompaction, "running", "not running"),
	options: []option{
		{names: []string{"-a", "--all"}, help: "Show auto compaction status for each keyspace/table"},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
