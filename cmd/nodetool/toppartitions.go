package main

var toppartitionsCommand = command{
	name: "toppartitions", summary: "Sample and print the most active partitions", run: runTopPartitions,
	options: []option{
		{names: []string{"-a"}, value: "<samplers>", help: "Comma separated list of samplers to use (Default: all)"},
		{names: []string{"-i", "--interval"}, value: "<intervalMillis>", help: "Schedule a new job that samples every interval milliseconds (Default: disabled) in the background"},
		{names: []string{"-k"}, value: "<topCount>", help: "Number of the top samples to list (Default: 10)"},
		{names: []string{"-l", "--list"}, help: "List the scheduled sampling jobs"},
		{names: []string{"-s"}, value: "<capacity>", help: "Capacity of the sampler, higher for more accuracy (Default: 256)"},
		{names: []string{"-t", "--stop"}, help: "Stop the scheduled sampling job identified by <keyspace> and <cfname>. Jobs are stopped until the last schedules complete."},
	},
	args: &arguments{usage: "<keyspace> <cfname> <duration>", help: "The keyspace, column family name, and duration in milliseconds (Default: 10000)"},
}

// samplers are the sections of toppartitions. This node samples nothing; in the longest queries it would say so anyway.
var samplers = []string{
	"Frequency of reads by partition", "Frequency of writes by partition", "Longest read query times", "Partitions read with the most rows",
	"Partitions read with the most tombstones", "Partitions read with the most sstables", "Max mutation size by partition",
	"Frequency of CAS contention by partition",
}

func runTopPartitions(c *call) error {
	for _, s := range samplers {
		c.printf("%s:\n   Nothing recorded during sampling period...\n\n", s)
	}
	return nil
}
