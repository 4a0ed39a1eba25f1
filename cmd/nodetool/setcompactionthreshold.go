package main

var setcompactionthresholdCommand = command{
	name: "setcompactionthreshold", summary: "Set min and max compaction thresholds for a given table", run: unsupported("the store chooses by itself when to compact"),
	args: &arguments{usage: "<keyspace> <table> <minthreshold> <maxthreshold>", help: "The keyspace, the table, min and max threshold"},
}
