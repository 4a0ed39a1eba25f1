package main

var setcompactionthroughputCommand = command{
	name: "setcompactionthroughput", summary: "Set the MiB/s throughput cap for compaction in the system, or 0 to disable throttling", run: unsupported("compaction is not throttled"),
	args: &arguments{usage: "<value_in_mb>", help: "Value in MiB, 0 to disable throttling"},
}
