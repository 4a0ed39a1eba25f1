package main

var stopCommand = command{
	name: "stop", summary: "Stop compaction", run: nothing,
	options: []option{
		{names: []string{"-id", "--compaction-id"}, value: "<compactionId>", help: "Use -id to stop a compaction by the specified id. Ids can be found in the transaction log files whose name starts with compaction_, located in the table transactions folder."},
	},
	args: &arguments{usage: "<compaction type>", help: "Supported types are COMPACTION, VALIDATION, CLEANUP, SCRUB, UPGRADE_SSTABLES, INDEX_BUILD, TOMBSTONE_COMPACTION, ANTICOMPACTION, VERIFY, VIEW_BUILD, INDEX_SUMMARY, RELOCATE, GARBAGE_COLLECT"},
}
