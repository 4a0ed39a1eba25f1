package main

var scrubCommand = command{
	name: "scrub", summary: "Scrub (rebuild sstables for) one or more tables", run: nothingToRewrite,
	options: []option{
		{names: []string{"-j", "--jobs"}, value: "<jobs>", help: "Number of sstables to scrub simultanously, set to 0 to use all available compaction threads"},
		{names: []string{"-n", "--no-validate"}, help: "Do not validate columns using column validator"},
		{names: []string{"-ns", "--no-snapshot"}, help: "Scrubbed CFs will be snapshotted first, if disableSnapshot is false. (default false)"},
		{names: []string{"-r", "--reinsert-overflowed-ttl"}, help: "Rewrites rows with overflowed expiration date affected by CASSANDRA-14092 with the maximum supported expiration date of 2038-01-19T03:14:06+00:00. The rows are rewritten with the original timestamp incremented by one millisecond to override/supersede any potential tombstone that may have been generated during compaction of the affected rows."},
		{names: []string{"-s", "--skip-corrupted"}, help: "Skip corrupted partitions even when scrubbing counter tables. (default false)"},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
