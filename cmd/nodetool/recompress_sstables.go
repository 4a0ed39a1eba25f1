package main

var recompressSstablesCommand = command{
	name: "recompress_sstables", summary: "Rewrite sstables (for the requested tables) that have compression configuration different from the current", run: nothingToRewrite,
	options: []option{
		{names: []string{"-j", "--jobs"}, value: "<jobs>", help: "Number of sstables to upgrade simultanously, set to 0 to use all available compaction threads"},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
