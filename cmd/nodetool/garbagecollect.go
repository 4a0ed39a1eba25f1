package main

import (
	"alexandra/internal/admin"
)

var garbagecollectCommand = command{
	name: "garbagecollect", summary: "Remove deleted data from one or more tables", run: tableCommand(admin.CompactOp),
	options: []option{
		{names: []string{"-g", "--granularity"}, value: "<granularity>", help: "Granularity of garbage removal. ROW (default) removes deleted partitions and rows, CELL also removes overwritten or deleted cells."},
		{names: []string{"-j", "--jobs"}, value: "<jobs>", help: "Number of sstables to cleanup simultanously, set to 0 to use all available compaction threads. Defaults to 1 so that collections of newer tables can see the data is deleted and also remove tombstones."},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
