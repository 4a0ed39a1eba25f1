package virtual

import "alexandra/internal/cqltype"

var repairs = jobTable("repairs", "Repair summary", func(c *Config) func() []map[string]any { return c.Repairs },
	[]column{key("id", cqltype.Timeuuid)},
	jobColumns("state_failure", "state_init", "state_prepare_complete", "state_prepare_start", "state_repair_complete", "state_repair_start",
		"state_setup", "state_skipped", "state_start", "state_success"),
	regulars(cqltype.Text, "keyspace_name", "options_parallelism", "options_preview_kind", "status", "type"),
	regulars(cqltype.Boolean, "completed", "options_force_repair", "options_ignore_unreplicated_keyspaces", "options_incremental",
		"options_optimise_streams", "options_primary_range", "options_pull_repair", "options_subrange_repair", "options_trace"),
	regulars(textSet, "options_column_families", "options_data_centers", "options_hosts", "options_ranges"),
	regulars(textList, "participants", "table_names"),
	regulars(rangeLists, "ranges", "unfiltered_ranges"),
	[]column{regular("command_id", cqltype.Int), regular("options_job_threads", cqltype.Int), regular("sessions", timeuuidSet)},
)

var repairSessions = jobTable("repair_sessions", "Repair session", func(c *Config) func() []map[string]any { return c.RepairSessions },
	[]column{key("id", cqltype.Timeuuid)},
	jobColumns("state_failure", "state_init", "state_jobs_start", "state_skipped", "state_start", "state_success"),
	regulars(cqltype.Text, "keyspace_name", "status"),
	regulars(textList, "participants", "ranges", "table_names"),
	[]column{regular("completed", cqltype.Boolean), regular("jobs", uuidSet), regular("repair_id", cqltype.Timeuuid)},
)

var repairJobs = jobTable("repair_jobs", "Repair job", func(c *Config) func() []map[string]any { return c.RepairJobs },
	[]column{key("id", cqltype.Uuid)},
	jobColumns("state_failure", "state_init", "state_skipped", "state_snapshot_complete", "state_snapshot_start", "state_start",
		"state_stream_start", "state_success", "state_validation_complete", "state_validation_start"),
	regulars(cqltype.Text, "keyspace_name", "status", "table_name"),
	regulars(textList, "participants", "ranges"),
	regulars(cqltype.Timeuuid, "repair_id", "session_id"),
	[]column{regular("completed", cqltype.Boolean)},
)

var repairParticipates = jobTable("repair_participates", "Repair participate summary",
	func(c *Config) func() []map[string]any { return c.RepairParticipates },
	[]column{key("id", cqltype.Timeuuid)},
	jobColumns("state_failure", "state_init", "state_skipped", "state_success"),
	regulars(cqltype.Boolean, "completed", "global", "incremental"),
	regulars(cqltype.Text, "initiator", "preview_kind"),
	[]column{
		regular("ranges", textList), regular("repaired_at", cqltype.Timestamp), regular("tables", textSet), regular("validations", uuidSet),
	},
)

var repairValidations = jobTable("repair_validations", "Repair validation",
	func(c *Config) func() []map[string]any { return c.RepairValidations },
	[]column{key("id", cqltype.Uuid)},
	jobColumns("state_accept", "state_failure", "state_init", "state_sending_trees", "state_skipped", "state_start", "state_success"),
	regulars(cqltype.Bigint, "bytes_read", "estimated_partitions", "estimated_total_bytes", "partitions_processed"),
	regulars(cqltype.Text, "initiator", "keyspace_name", "status", "table_name"),
	regulars(cqltype.Timeuuid, "repair_id", "session_id"),
	[]column{regular("completed", cqltype.Boolean), regular("progress_percentage", cqltype.Float), regular("ranges", textList)},
)
