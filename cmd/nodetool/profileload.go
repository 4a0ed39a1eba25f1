package main

var profileloadCommand = command{
	name: "profileload", summary: "Low footprint profiling of activity for a period of time", run: runTopPartitions,
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
