package main

var relocatesstablesCommand = command{
	name: "relocatesstables", summary: "Relocates sstables to the correct disk", run: nothingToRewrite,
	options: []option{
		{names: []string{"-j", "--jobs"}, value: "<jobs>", help: "Number of sstables to relocate simultanously, set to 0 to use all available compaction threads"},
	},
	args: &arguments{usage: "<keyspace> <table>", help: "The keyspace and table name"},
}
