package main

var getinterdcstreamthroughputCommand = command{
	name: "getinterdcstreamthroughput", summary: "Print the throughput cap for inter-datacenter streaming and entire SSTable inter-datacenter streaming in the systemin rounded megabits. For precise number, please, use option -d", run: showNumber("inter_dc_stream_throughput_outbound", "MiB/s", "Current inter-datacenter stream throughput: %s MiB/s\n"),
	options: []option{
		{names: []string{"-d", "--precise-mbit"}, help: "Print the throughput cap for inter-datacenter streaming in precise Mbits (double)"},
		{names: []string{"-e", "--entire-sstable-throughput"}, help: "Print entire SSTable streaming throughput in MiB/s"},
		{names: []string{"-m", "--mib"}, help: "Print the throughput cap for inter-datacenter streaming in MiB/s"},
	},
}
