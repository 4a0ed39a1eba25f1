package main

var setstreamthroughputCommand = command{
	name: "setstreamthroughput", summary: "Set throughput cap for streaming and entire SSTable streaming in the system, or 0 to disable throttling", run: unsupported("streams are not throttled"),
	options: []option{
		{names: []string{"-e", "--entire-sstable-throughput"}, help: "Set entire SSTable streaming throughput in MiB/s"},
		{names: []string{"-m", "--mib"}, help: "Set streaming throughput in MiB/s"},
	},
	args: &arguments{usage: "<value_in_mb>", help: "Value in megabits, 0 to disable throttling"},
}
