package main

var setinterdcstreamthroughputCommand = command{
	name: "setinterdcstreamthroughput", summary: "Set the throughput cap for inter-datacenter streaming and entire SSTable inter-datacenter streaming in the system, or 0 to disable throttling", run: unsupported("streams are not throttled"),
	options: []option{
		{names: []string{"-e", "--entire-sstable-throughput"}, help: "Set entire SSTable streaming throughput in MiB/s"},
		{names: []string{"-m", "--mib"}, help: "Set streaming throughput in MiB/s"},
	},
	args: &arguments{usage: "<value_in_mb>", help: "Value in megabits, 0 to disable throttling"},
}
