package main

var upgradesstablesCommand = command{
	name: "upgradesstables", summary: "Rewrite sstables (for the requested tables) that are not on the current version (thus upgrading them to said current version)", run: nothingToRewrite,
	options: []option{
		{names: []string{"-a", "--include-all-sstables"}, help: "Use -a to include all sstables, even those already on the current version"},
		{names: []string{"-j", "--jobs"}, value: "<jobs>", help: "Number of sstables to upgrade simultanously, set to 0 to use all available compaction threads"},
		{names: []string{"-t", "--max-timestamp"}, value: "<max_timestamp>", help: "Use -t to compact only SSTables that have local creation time _older_ than the given timestamp"},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
