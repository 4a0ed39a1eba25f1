package main

var setbatchlogreplaythrottleCommand = command{
	name: "setbatchlogreplaythrottle", summary: "Set batchlog replay throttle in KB per second, or 0 to disable throttling. This will be reduced proportionally to the number of nodes in the cluster.", run: unsupported("replay of the batch log is not throttled"),
	args: &arguments{usage: "<value_in_kb_per_sec>", help: "Value in KiB per second, 0 to disable throttling"},
}
