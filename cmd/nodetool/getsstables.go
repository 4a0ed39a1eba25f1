package main

var getsstablesCommand = command{
	name: "getsstables", summary: "Print the sstable filenames that own the key", run: unsupported("rows do not lie in SSTable files of their own table"),
	options: []option{
		{names: []string{"-hf", "--hex-format"}, help: "Specify the key in hexadecimal string format"},
		{names: []string{"-l", "--show-levels"}, help: "If the table is using leveled compaction the level of each sstable will be included in the output (Default: false)"},
	},
	args: &arguments{usage: "<keyspace> <cfname> <key>", help: "The keyspace, the column family, and the key"},
}
