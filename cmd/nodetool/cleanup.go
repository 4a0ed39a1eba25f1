package main

import (
	"alexandra/internal/admin"
)

var cleanupCommand = command{
	name: "cleanup", summary: "Triggers the immediate cleanup of keys no longer belonging to a node. By default, clean all keyspaces", run: tableCommand(admin.CleanupOp),
	options: []option{
		{names: []string{"-j", "--jobs"}, value: "<jobs>", help: "Number of sstables to cleanup simultanously, set to 0 to use all available compaction threads"},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
