package main

var getstreamthroughputCommand = command{
	name: "getstreamthroughput", summary: "Print the throughput cap for streaming and entire SSTable streaming in the system in rounded megabits. For precise number, please, use option -d", run: showNumber("stream_throughput_outbound", "MiB/s", "Current stream throughput: %s MiB/s\n"),
	options: []option{
		{names: []string{"-d", "--precise-mbit"}, help: "Print the throughput cap for streaming in precise Mbits (double)"},
		{names: []string{"-e", "--entire-sstable-throughput"}, help: "Print entire SSTable streaming throughput in MiB/s"},
		{names: []string{"-m", "--mib"}, help: "Print the throughput cap for streaming in MiB/s"},
	},
}
