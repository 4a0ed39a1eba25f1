package config

import "time"

// FeatureOptions switch whole features on and off.
type FeatureOptions struct {
	// Whether materialized views may be created.
	MaterializedViewsEnabled bool `yaml:"materialized_views_enabled"`
	// Whether user defined functions and aggregates may be created and used.
	UserDefinedFunctionsEnabled bool `yaml:"user_defined_functions_enabled"`
	// JavaScript functions were removed from Cassandra 5: true stops the node.
	ScriptedUserDefinedFunctionsEnabled bool `yaml:"scripted_user_defined_functions_enabled"`
	// Whether functions run under a watchdog; false needs allow_insecure_udfs.
	UserDefinedFunctionsThreadsEnabled bool `yaml:"user_defined_functions_threads_enabled"`
	// Whether functions may run without a watchdog.
	AllowInsecureUDFs bool `yaml:"allow_insecure_udfs"`
	// Whether functions may do even more; without effect.
	AllowExtraInsecureUDFs bool `yaml:"allow_extra_insecure_udfs"`
	// After which run time of a function a warning is sent.
	UserDefinedFunctionsWarnTimeout time.Duration `yaml:"user_defined_functions_warn_timeout"`
	// After which run time of a function it is given up.
	UserDefinedFunctionsFailTimeout time.Duration `yaml:"user_defined_functions_fail_timeout"`
	// What giving up a function does to the node: ignore, die, die_immediate.
	UserFunctionTimeoutPolicy string `yaml:"user_function_timeout_policy"`
	// Whether SASI indexes may be created.
	SASIIndexesEnabled bool `yaml:"sasi_indexes_enabled"`
	// Whether ALTER TABLE ... DROP COMPACT STORAGE is allowed.
	DropCompactStorageEnabled bool `yaml:"drop_compact_storage_enabled"`
	// Whether keyspaces may have transient replicas.
	TransientReplicationEnabled bool `yaml:"transient_replication_enabled"`
	// Whether columns may be masked for roles without the UNMASK permission.
	DynamicDataMaskingEnabled bool `yaml:"dynamic_data_masking_enabled"`
	// Whether USE is allowed.
	UseStatementsEnabled bool `yaml:"use_statements_enabled"`
	// Whether CREATE INDEX without USING takes default_secondary_index.
	DefaultSecondaryIndexEnabled bool `yaml:"default_secondary_index_enabled"`
	// The kind of CREATE INDEX without USING: legacy_local_table or sai.
	DefaultSecondaryIndex string `yaml:"default_secondary_index"`
	// The protocol of conditional updates: v1 or v2, each with variants for reads.
	PaxosVariant string `yaml:"paxos_variant"`
}

// LimitOptions are thresholds that Cassandra applies to every user.
type LimitOptions struct {
	// From which size on a batch is answered with a warning, in bytes.
	BatchSizeWarnThreshold int64 `yaml:"batch_size_warn_threshold"`
	// From which size on a batch is refused, in bytes.
	BatchSizeFailThreshold int64 `yaml:"batch_size_fail_threshold"`
	// From how many partitions on an unlogged batch is answered with a warning.
	UnloggedBatchAcrossPartitionsWarnThreshold int `yaml:"unlogged_batch_across_partitions_warn_threshold"`
	// From how many tombstones on a read is answered with a warning; -1: never.
	TombstoneWarnThreshold int `yaml:"tombstone_warn_threshold"`
	// From how many tombstones on a read is given up; -1: never.
	TombstoneFailureThreshold int `yaml:"tombstone_failure_threshold"`
	// How many rows a coordinator may hold to protect a filtering query from stale replicas.
	ReplicaFilteringProtection ReplicaFilteringProtection `yaml:"replica_filtering_protection"`
	// Whether the six size thresholds below are applied.
	ReadThresholdsEnabled bool `yaml:"read_thresholds_enabled"`
	// From which size on a result is answered with a warning, in bytes; absent: never.
	CoordinatorReadSizeWarnThreshold int64 `yaml:"coordinator_read_size_warn_threshold"`
	// From which size on a query is given up by its coordinator, in bytes; absent: never.
	CoordinatorReadSizeFailThreshold int64 `yaml:"coordinator_read_size_fail_threshold"`
	// From which size of data read by one replica on a query is answered with a warning, in bytes; absent: never.
	LocalReadSizeWarnThreshold int64 `yaml:"local_read_size_warn_threshold"`
	// From which size of data read by one replica on a query is given up, in bytes; absent: never.
	LocalReadSizeFailThreshold int64 `yaml:"local_read_size_fail_threshold"`
	// From which size of a partition's row index on a read is answered with a warning, in bytes; absent: never.
	RowIndexReadSizeWarnThreshold int64 `yaml:"row_index_read_size_warn_threshold"`
	// From which size of a partition's row index on a read is given up, in bytes; absent: never.
	RowIndexReadSizeFailThreshold int64 `yaml:"row_index_read_size_fail_threshold"`
}

// ReplicaFilteringProtection bounds the rows that a coordinator keeps while it checks a filtering query.
type ReplicaFilteringProtection struct {
	// From how many cached rows on a warning is sent.
	CachedRowsWarnThreshold int `yaml:"cached_rows_warn_threshold"`
	// From how many cached rows on the query is given up.
	CachedRowsFailThreshold int `yaml:"cached_rows_fail_threshold"`
}
