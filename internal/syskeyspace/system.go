package syskeyspace

import "alexandra/internal/schema"

// system is the keyspace of the node itself: its data is never replicated.
var system = keyspace{
	name:        "system",
	replication: schema.Replication{Class: schema.LocalStrategy, Options: map[string]string{}},
	options:     "gc_grace_seconds = 0 AND memtable_flush_period_in_ms = 3600000",
	tables: []string{
		`CREATE TABLE system."IndexInfo" (
	table_name text,
	index_name text,
	value blob,
	PRIMARY KEY (table_name, index_name)
) WITH id = 9f5c6374-d485-3229-9a0a-5094af9ad1e3
	AND comment = 'built column indexes'`,
		`CREATE TABLE system.available_ranges (
	keyspace_name text,
	ranges set<blob>,
	PRIMARY KEY (keyspace_name)
) WITH id = c539fcab-d65a-31d1-8133-d25605643ee3
	AND comment = 'available keyspace/ranges during bootstrap/replace that are ready to be served'`,
		`CREATE TABLE system.available_ranges_v2 (
	keyspace_name text,
	full_ranges set<blob>,
	transient_ranges set<blob>,
	PRIMARY KEY (keyspace_name)
) WITH id = 4224a088-2ac9-3d0c-889d-fbb5f0facda0
	AND comment = 'available keyspace/ranges during bootstrap/replace that are ready to be served'`,
		`CREATE TABLE system.batches (
	id timeuuid,
	mutations list<blob>,
	version int,
	PRIMARY KEY (id)
) WITH id = 919a4bc5-7a33-3573-b03e-13fc3f68b465
	AND comment = 'batches awaiting replay'
	AND compaction = {'class': 'SizeTieredCompactionStrategy', 'min_threshold': '2'}`,
		`CREATE TABLE system.built_views (
	keyspace_name text,
	view_name text,
	status_replicated boolean,
	PRIMARY KEY (keyspace_name, view_name)
) WITH id = 4b3c50a9-ea87-3d76-9101-6dbc9c38494a
	AND comment = 'built views'`,
		`CREATE TABLE system.compaction_history (
	id timeuuid,
	bytes_in bigint,
	bytes_out bigint,
	columnfamily_name text,
	compacted_at timestamp,
	compaction_properties frozen<map<text, text>>,
	keyspace_name text,
	rows_merged map<int, bigint>,
	PRIMARY KEY (id)
) WITH id = b4dbb7b4-dc49-3fb5-b3bf-ce6e434832ca
	AND comment = 'week-long compaction history'
	AND default_time_to_live = 604800`,
		`CREATE TABLE system.local (
	key text,
	bootstrapped text,
	broadcast_address inet,
	broadcast_port int,
	cluster_name text,
	cql_version text,
	data_center text,
	gossip_generation int,
	host_id uuid,
	listen_address inet,
	listen_port int,
	native_protocol_version text,
	partitioner text,
	rack text,
	release_version text,
	rpc_address inet,
	rpc_port int,
	schema_version uuid,
	tokens set<text>,
	truncated_at map<uuid, blob>,
	PRIMARY KEY (key)
) WITH id = 7ad54392-bcdd-35a6-8417-4e047860b377
	AND comment = 'information about the local node'`,
		`CREATE TABLE system.paxos (
	row_key blob,
	cf_id uuid,
	in_progress_ballot timeuuid,
	in_progress_read_ballot timeuuid,
	most_recent_commit blob,
	most_recent_commit_at timeuuid,
	most_recent_commit_version int,
	proposal blob,
	proposal_ballot timeuuid,
	proposal_version int,
	PRIMARY KEY (row_key, cf_id)
) WITH id = b7b7f0c2-fd0a-3410-8c05-3ef614bb7c2d
	AND comment = 'in-progress paxos proposals'
	AND bloom_filter_fp_chance = 0.01
	AND compaction = {'class': 'LeveledCompactionStrategy'}`,
		`CREATE TABLE system.paxos_repair_history (
	keyspace_name text,
	table_name text,
	points frozen<list<frozen<tuple<blob, timeuuid>>>>,
	PRIMARY KEY (keyspace_name, table_name)
) WITH id = ecb86667-40b2-3316-bb91-e612c8047457
	AND comment = 'paxos repair history'`,
		`CREATE TABLE system.peer_events (
	peer inet,
	hints_dropped map<timeuuid, int>,
	PRIMARY KEY (peer)
) WITH id = 59dfeaea-8db2-3341-91ef-109974d81484
	AND comment = 'events related to peers'`,
		`CREATE TABLE system.peer_events_v2 (
	peer inet,
	peer_port int,
	hints_dropped map<timeuuid, int>,
	PRIMARY KEY (peer, peer_port)
) WITH id = 0e65065f-e401-38ed-9507-b9213fae8d11
	AND comment = 'events related to peers'`,
		`CREATE TABLE system.peers (
	peer inet,
	data_center text,
	host_id uuid,
	preferred_ip inet,
	rack text,
	release_version text,
	rpc_address inet,
	schema_version uuid,
	tokens set<text>,
	PRIMARY KEY (peer)
) WITH id = 37f71aca-7dc2-383b-a706-72528af04d4f
	AND comment = 'information about known peers in the cluster'`,
		`CREATE TABLE system.peers_v2 (
	peer inet,
	peer_port int,
	data_center text,
	host_id uuid,
	native_address inet,
	native_port int,
	preferred_ip inet,
	preferred_port int,
	rack text,
	release_version text,
	schema_version uuid,
	tokens set<text>,
	PRIMARY KEY (peer, peer_port)
) WITH id = c4325fbb-8e5e-3baf-bd07-0f9250ed818e
	AND comment = 'information about known peers in the cluster'`,
		`CREATE TABLE system.prepared_statements (
	prepared_id blob,
	logged_keyspace text,
	query_string text,
	PRIMARY KEY (prepared_id)
) WITH id = 18a9c257-6a0c-3841-ba71-8cd529849fef
	AND comment = 'prepared statements'`,
		`CREATE TABLE system.repairs (
	parent_id timeuuid,
	cfids set<uuid>,
	coordinator inet,
	coordinator_port int,
	last_update timestamp,
	participants set<inet>,
	participants_wp set<text>,
	ranges set<blob>,
	repaired_at timestamp,
	started_at timestamp,
	state int,
	PRIMARY KEY (parent_id)
) WITH id = a3d277d1-cfaf-36f5-a2a7-38d5eea9ad6a
	AND comment = 'repairs'`,
		`CREATE TABLE system.size_estimates (
	keyspace_name text,
	table_name text,
	range_start text,
	range_end text,
	mean_partition_size bigint,
	partitions_count bigint,
	PRIMARY KEY (keyspace_name, table_name, range_start, range_end)
) WITH id = 618f817b-005f-3678-b8a4-53f3930b8e86
	AND comment = 'per-table primary range size estimates, table is deprecated in favor of table_estimates'`,
		`CREATE TABLE system.sstable_activity (
	keyspace_name text,
	columnfamily_name text,
	generation int,
	rate_120m double,
	rate_15m double,
	PRIMARY KEY ((keyspace_name, columnfamily_name, generation))
) WITH id = 5a1ff267-ace0-3f12-8563-cfae6103c65e
	AND comment = 'historic sstable read rates'`,
		`CREATE TABLE system.sstable_activity_v2 (
	keyspace_name text,
	table_name text,
	id text,
	rate_120m double,
	rate_15m double,
	PRIMARY KEY ((keyspace_name, table_name, id))
) WITH id = 62efe31f-3be8-310c-8d29-8963439c1288
	AND comment = 'historic sstable read rates'`,
		`CREATE TABLE system.table_estimates (
	keyspace_name text,
	table_name text,
	range_type text,
	range_start text,
	range_end text,
	mean_partition_size bigint,
	partitions_count bigint,
	PRIMARY KEY (keyspace_name, table_name, range_type, range_start, range_end)
) WITH id = 176c39cd-b93d-33a5-a218-8eb06a56f66e
	AND comment = 'per-table range size estimates'`,
		`CREATE TABLE system.top_partitions (
	keyspace_name text,
	table_name text,
	top_type text,
	last_update timestamp,
	top frozen<list<frozen<tuple<text, bigint>>>>,
	PRIMARY KEY (keyspace_name, table_name, top_type)
) WITH id = 7e5a361c-317c-351f-b15f-ffd8afd3dd4b
	AND comment = 'Stores the top partitions'`,
		`CREATE TABLE system.transferred_ranges (
	operation text,
	keyspace_name text,
	peer inet,
	ranges set<blob>,
	PRIMARY KEY ((operation, keyspace_name), peer)
) WITH id = 6cad20f7-d4f5-3af2-b6e2-0da33c6c1f83
	AND comment = 'record of transferred ranges for streaming operation'`,
		`CREATE TABLE system.transferred_ranges_v2 (
	operation text,
	keyspace_name text,
	peer inet,
	peer_port int,
	ranges set<blob>,
	PRIMARY KEY ((operation, keyspace_name), peer, peer_port)
) WITH id = 1ff78f1a-7df1-3a2a-a998-6f4932270af5
	AND comment = 'record of transferred ranges for streaming operation'`,
		`CREATE TABLE system.view_builds_in_progress (
	keyspace_name text,
	view_name text,
	start_token text,
	end_token text,
	keys_built bigint,
	last_token text,
	PRIMARY KEY (keyspace_name, view_name, start_token, end_token)
) WITH id = 6c22df66-c3bd-3df6-b74d-21179c6a9fe9
	AND comment = 'views builds current progress'`,
	},
}
