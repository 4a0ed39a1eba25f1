package main

var enableauditlogCommand = command{
	name: "enableauditlog", summary: "Enable the audit log", run: unsupported("there is no audit log"),
	options: []option{
		{names: []string{"--archive-command"}, value: "<archive_command>", help: "Command that will handle archiving rolled audit log files. Format is \"/path/to/script.sh %path\" where %path will be replaced with the file to archive Enable this by setting the audit_logging_options.allow_nodetool_archive_command: true in the config."},
		{names: []string{"--blocking"}, value: "<blocking>", help: "If the queue is full whether to block producers or drop samples [true|false]."},
		{names: []string{"--excluded-categories"}, value: "<excluded_categories>", help: "Comma separated list of Audit Log Categories to be excluded for audit log. If not set the value from cassandra.yaml will be used"},
		{names: []string{"--excluded-keyspaces"}, value: "<excluded_keyspaces>", help: "Comma separated list of keyspaces to be excluded for audit log. If not set the value from cassandra.yaml will be used"},
		{names: []string{"--excluded-users"}, value: "<excluded_users>", help: "Comma separated list of users to be excluded for audit log. If not set the value from cassandra.yaml will be used"},
		{names: []string{"--included-categories"}, value: "<included_categories>", help: "Comma separated list of Audit Log Categories to be included for audit log. If not set the value from cassandra.yaml will be used"},
		{names: []string{"--included-keyspaces"}, value: "<included_keyspaces>", help: "Comma separated list of keyspaces to be included for audit log. If not set the value from cassandra.yaml will be used"},
		{names: []string{"--included-users"}, value: "<included_users>", help: "Comma separated list of users to be included for audit log. If not set the value from cassandra.yaml will be used"},
		{names: []string{"--logger"}, value: "<logger>", help: "Logger name to be used for AuditLogging. Default BinAuditLogger. If not set the value from cassandra.yaml will be used"},
		{names: []string{"--max-archive-retries"}, value: "<archive_retries>", help: "Max number of archive retries."},
		{names: []string{"--max-log-size"}, value: "<max_log_size>", help: "How many bytes of log data to store before dropping segments. Might not be respected if a log file hasn't rolled so it can be deleted."},
		{names: []string{"--max-queue-weight"}, value: "<max_queue_weight>", help: "Maximum number of bytes of query data to queue to disk before blocking or dropping samples."},
		{names: []string{"--roll-cycle"}, value: "<roll_cycle>", help: "How often to roll the log file (MINUTELY, HOURLY, DAILY)."},
	},
}
