package main

var getcompactionthroughputCommand = command{
	name: "getcompactionthroughput", summary: "Print the MiB/s throughput cap for compaction in the system as a rounded number", run: showNumber("compaction_throughput", "MiB/s", "Current compaction throughput: %s MB/s\n"),
	options: []option{
		{names: []string{"-d", "--precise-mib"}, help: "Print the MiB/s throughput cap for compaction in the system as a precise number (double)"},
	},
}
