package main

var enablefullquerylogCommand = command{
	name: "enablefullquerylog", summary: "Enable full query logging, defaults for the options are configured in cassandra.yaml", run: unsupported("there is no full query log"),
	options: []option{
		{names: []string{"--archive-command"}, value: "<archive_command>", help: "Command that will handle archiving rolled full query log files. Format is \"/path/to/script.sh %path\" where %path will be replaced with the file to archive Enable this by setting the full_query_logging_options.allow_nodetool_archive_command: true in the config."},
		{names: []string{"--blocking"}, value: "<blocking>", help: "If the queue is full whether to block producers or drop samples [true|false]."},
		{names: []string{"--max-archive-retries"}, value: "<archive_retries>", help: "Max number of archive retries."},
		{names: []string{"--max-log-size"}, value: "<max_log_size>", help: "How many bytes of log data to store before dropping segments. Might not be respected if a log file hasn't rolled so it can be deleted."},
		{names: []string{"--max-queue-weight"}, value: "<max_queue_weight>", help: "Maximum number of bytes of query data to queue to disk before blocking or dropping samples."},
		{names: []string{"--path"}, value: "<path>", help: "Path to store the full query log at. Will have it's contents recursively deleted."},
		{names: []string{"--roll-cycle"}, value: "<roll_cycle>", help: "How often to roll the log file (MINUTELY, HOURLY, DAILY)."},
	},
}
