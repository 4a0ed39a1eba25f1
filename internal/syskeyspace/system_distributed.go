package syskeyspace

import "alexandra/internal/schema"

// systemDistributed is the keyspace of what the cluster remembers of repairs, view builds and denied partitions.
var systemDistributed = keyspace{
	name:        "system_distributed",
	replication: schema.Replication{Class: schema.SimpleStrategy, Options: map[string]string{"replication_factor": "3"}},
	tables: []string{
		`CREATE TABLE system_distributed.parent_repair_history (
	parent_id timeuuid,
	columnfamily_names set<text>,
	exception_message text,
	exception_stacktrace text,
	finished_at timestamp,
	keyspace_name text,
	options map<text, text>,
	requested_ranges set<text>,
	started_at timestamp,
	successful_ranges set<text>,
	PRIMARY KEY (parent_id)
) WITH id = deabd734-b99d-3b9c-92e5-fd92eb5abf14
	AND comment = 'Repair history'
	AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_size': '1', 'compaction_window_unit': 'DAYS'}
	AND default_time_to_live = 2592000`,
		`CREATE TABLE system_distributed.partition_denylist (
	ks_name text,
	table_name text,
	key blob,
	PRIMARY KEY ((ks_name, table_name), key)
) WITH id = d6123acc-8649-3496-9d4e-f3fe39a6018b
	AND comment = 'Partition keys which have been denied access'`,
		`CREATE TABLE system_distributed.repair_history (
	keyspace_name text,
	columnfamily_name text,
	id timeuuid,
	coordinator inet,
	coordinator_port int,
	exception_message text,
	exception_stacktrace text,
	finished_at timestamp,
	parent_id timeuuid,
	participants set<inet>,
	participants_v2 set<text>,
	range_begin text,
	range_end text,
	started_at timestamp,
	status text,
	PRIMARY KEY ((keyspace_name, columnfamily_name), id)
) WITH id = 759fffad-624b-3181-80ee-fa9a52d1f627
	AND comment = 'Repair history'
	AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_size': '1', 'compaction_window_unit': 'DAYS'}
	AND default_time_to_live = 2592000`,
		`CREATE TABLE system_distributed.view_build_status (
	keyspace_name text,
	view_name text,
	host_id uuid,
	status text,
	PRIMARY KEY ((keyspace_name, view_name), host_id)
) WITH id = 5582b59f-8e4e-35e1-b913-3acada51eb04
	AND comment = 'Materialized View build status'`,
	},
}
