package main

var getcolumnindexsizeCommand = command{
	name: "getcolumnindexsize", summary: "Print the granularity of the collation index of rows within a partition in KiB", run: showNumber("column_index_size", "KiB", "Current value for column_index_size: %s KiB\n"),
}
