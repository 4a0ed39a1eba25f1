package syskeyspace

import "alexandra/internal/schema"

// systemSchema is the keyspace of the schema itself, see Encode and Decode.
var systemSchema = keyspace{
	name:        "system_schema",
	replication: schema.Replication{Class: schema.LocalStrategy, Options: map[string]string{}},
	options:     "gc_grace_seconds = 604800 AND memtable_flush_period_in_ms = 3600000",
	tables: []string{
		`CREATE TABLE system_schema.aggregates (
	keyspace_name text,
	aggregate_name text,
	argument_types frozen<list<text>>,
	final_func text,
	initcond text,
	return_type text,
	state_func text,
	state_type text,
	PRIMARY KEY (keyspace_name, aggregate_name, argument_types)
) WITH id = 924c5587-2e3a-345b-b10c-12f37c1ba895
	AND comment = 'user defined aggregate definitions'`,
		`CREATE TABLE system_schema.column_masks (
	keyspace_name text,
	table_name text,
	column_name text,
	function_argument_nulls frozen<list<boolean>>,
	function_argument_types frozen<list<text>>,
	function_argument_values frozen<list<text>>,
	function_keyspace text,
	function_name text,
	PRIMARY KEY (keyspace_name, table_name, column_name)
) WITH id = 738cc5ed-0168-3268-b9d1-853d4bc278af
	AND comment = 'column dynamic data masks'`,
		`CREATE TABLE system_schema.columns (
	keyspace_name text,
	table_name text,
	column_name text,
	clustering_order text,
	column_name_bytes blob,
	kind text,
	position int,
	type text,
	PRIMARY KEY (keyspace_name, table_name, column_name)
) WITH id = 24101c25-a2ae-3af7-87c1-b40ee1aca33f
	AND comment = 'column definitions'`,
		`CREATE TABLE system_schema.dropped_columns (
	keyspace_name text,
	table_name text,
	column_name text,
	dropped_time timestamp,
	kind text,
	type text,
	PRIMARY KEY (keyspace_name, table_name, column_name)
) WITH id = 5e7583b5-f3f4-3af1-9a39-b7e1d6f5f11f
	AND comment = 'dropped column registry'`,
		`CREATE TABLE system_schema.functions (
	keyspace_name text,
	function_name text,
	argument_types frozen<list<text>>,
	argument_names frozen<list<text>>,
	body text,
	called_on_null_input boolean,
	language text,
	return_type text,
	PRIMARY KEY (keyspace_name, function_name, argument_types)
) WITH id = 96489b79-80be-3e14-a701-66a0b9159450
	AND comment = 'user defined function definitions'`,
		`CREATE TABLE system_schema.indexes (
	keyspace_name text,
	table_name text,
	index_name text,
	kind text,
	options frozen<map<text, text>>,
	PRIMARY KEY (keyspace_name, table_name, index_name)
) WITH id = 0feb57ac-311f-382f-ba6d-9024d305702f
	AND comment = 'secondary index definitions'`,
		`CREATE TABLE system_schema.keyspaces (
	keyspace_name text,
	durable_writes boolean,
	replication frozen<map<text, text>>,
	PRIMARY KEY (keyspace_name)
) WITH id = abac5682-dea6-31c5-b535-b3d6cffd0fb6
	AND comment = 'keyspace definitions'`,
		`CREATE TABLE system_schema.tables (
	keyspace_name text,
	table_name text,
	additional_write_policy text,
	allow_auto_snapshot boolean,
	bloom_filter_fp_chance double,
	caching frozen<map<text, text>>,
	cdc boolean,
	comment text,
	compaction frozen<map<text, text>>,
	compression frozen<map<text, text>>,
	crc_check_chance double,
	dclocal_read_repair_chance double,
	default_time_to_live int,
	extensions frozen<map<text, blob>>,
	flags frozen<set<text>>,
	gc_grace_seconds int,
	id uuid,
	incremental_backups boolean,
	max_index_interval int,
	memtable text,
	memtable_flush_period_in_ms int,
	min_index_interval int,
	read_repair text,
	read_repair_chance double,
	speculative_retry text,
	PRIMARY KEY (keyspace_name, table_name)
) WITH id = afddfb9d-bc1e-3068-8056-eed6c302ba09
	AND comment = 'table definitions'`,
		`CREATE TABLE system_schema.triggers (
	keyspace_name text,
	table_name text,
	trigger_name text,
	options frozen<map<text, text>>,
	PRIMARY KEY (keyspace_name, table_name, trigger_name)
) WITH id = 4df70b66-6b05-3251-95a1-32b54005fd48
	AND comment = 'trigger definitions'`,
		`CREATE TABLE system_schema.types (
	keyspace_name text,
	type_name text,
	field_names frozen<list<text>>,
	field_types frozen<list<text>>,
	PRIMARY KEY (keyspace_name, type_name)
) WITH id = 5a8b1ca8-6602-3f77-a045-9273d308917a
	AND comment = 'user defined type definitions'`,
		`CREATE TABLE system_schema.views (
	keyspace_name text,
	view_name text,
	additional_write_policy text,
	allow_auto_snapshot boolean,
	base_table_id uuid,
	base_table_name text,
	bloom_filter_fp_chance double,
	caching frozen<map<text, text>>,
	cdc boolean,
	comment text,
	compaction frozen<map<text, text>>,
	compression frozen<map<text, text>>,
	crc_check_chance double,
	dclocal_read_repair_chance double,
	default_time_to_live int,
	extensions frozen<map<text, blob>>,
	gc_grace_seconds int,
	id uuid,
	include_all_columns boolean,
	incremental_backups boolean,
	max_index_interval int,
	memtable text,
	memtable_flush_period_in_ms int,
	min_index_interval int,
	read_repair text,
	read_repair_chance double,
	speculative_retry text,
	where_clause text,
	PRIMARY KEY (keyspace_name, view_name)
) WITH id = 9786ac1c-dd58-3201-a7cd-ad556410c985
	AND comment = 'view definitions'`,
	},
}
