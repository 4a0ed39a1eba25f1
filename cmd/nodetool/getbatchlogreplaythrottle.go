package main

var getbatchlogreplaythrottleCommand = command{
	name: "getbatchlogreplaythrottle", summary: "Print batchlog replay throttle in KB/s. This is reduced proportionally to the number of nodes in the cluster.", run: showNumber("batchlog_replay_throttle", "KiB", "Batchlog replay throttle: %s KB/s\n"),
}
