package main

import (
	"alexandra/internal/admin"
)

var compactCommand = command{
	name: "compact", summary: "Force a (major) compaction on one or more tables or user-defined compaction on given SSTables", run: tableCommand(admin.CompactOp),
	options: []option{
		{names: []string{"-et", "--end-token"}, value: "<end_token>", help: "Use -et to specify a token at which compaction range ends (inclusive)"},
		{names: []string{"--partition"}, value: "<partition_key>", help: "String representation of the partition key"},
		{names: []string{"-s", "--split-output"}, help: "Use -s to not create a single big file"},
		{names: []string{"-st", "--start-token"}, value: "<start_token>", help: "Use -st to specify a token at which the compaction range starts (inclusive)"},
		{names: []string{"--user-defined"}, help: "Use --user-defined to submit listed files for user-defined compaction"},
	},
	args: &arguments{usage: "[<keyspace> <tables>...] or <SSTable file>...", help: "The keyspace followed by one or many tables or list of SSTable data files when using --user-defined"},
}
