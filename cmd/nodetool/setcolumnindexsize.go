package main

var setcolumnindexsizeCommand = command{
	name: "setcolumnindexsize", summary: "Set the granularity of the collation index of rows within a partition in KiB", run: unsupported("partitions have no column index"),
	args: &arguments{usage: "<value_in_kib>", help: "Value in KiB"},
}
