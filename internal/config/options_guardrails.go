package config

import "time"

// GuardrailOptions apply to ordinary users only: not to superusers, and not to anybody when logins are off.
// A count of -1 and an absent size or duration switch a guardrail off; the warn threshold is the lower one.
type GuardrailOptions struct {
	// How many keyspaces may exist before a new one is answered with a warning.
	KeyspacesWarnThreshold int `yaml:"keyspaces_warn_threshold"`
	// How many keyspaces may exist before a new one is refused.
	KeyspacesFailThreshold int `yaml:"keyspaces_fail_threshold"`
	// How many tables may exist before a new one is answered with a warning.
	TablesWarnThreshold int `yaml:"tables_warn_threshold"`
	// How many tables may exist before a new one is refused.
	TablesFailThreshold int `yaml:"tables_fail_threshold"`
	// How many columns a table may have without a warning.
	ColumnsPerTableWarnThreshold int `yaml:"columns_per_table_warn_threshold"`
	// How many columns a table may have.
	ColumnsPerTableFailThreshold int `yaml:"columns_per_table_fail_threshold"`
	// How many secondary indexes a table may have without a warning.
	SecondaryIndexesPerTableWarnThreshold int `yaml:"secondary_indexes_per_table_warn_threshold"`
	// How many secondary indexes a table may have.
	SecondaryIndexesPerTableFailThreshold int `yaml:"secondary_indexes_per_table_fail_threshold"`
	// How many materialized views a table may have without a warning.
	MaterializedViewsPerTableWarnThreshold int `yaml:"materialized_views_per_table_warn_threshold"`
	// How many materialized views a table may have.
	MaterializedViewsPerTableFailThreshold int `yaml:"materialized_views_per_table_fail_threshold"`
	// Table properties that are answered with a warning.
	TablePropertiesWarned []string `yaml:"table_properties_warned"`
	// Table properties that are ignored, with a warning.
	TablePropertiesIgnored []string `yaml:"table_properties_ignored"`
	// Table properties that are refused.
	TablePropertiesDisallowed []string `yaml:"table_properties_disallowed"`
	// Consistency levels of reads that are answered with a warning.
	ReadConsistencyLevelsWarned []string `yaml:"read_consistency_levels_warned"`
	// Consistency levels of reads that are refused.
	ReadConsistencyLevelsDisallowed []string `yaml:"read_consistency_levels_disallowed"`
	// Consistency levels of writes that are answered with a warning.
	WriteConsistencyLevelsWarned []string `yaml:"write_consistency_levels_warned"`
	// Consistency levels of writes that are refused.
	WriteConsistencyLevelsDisallowed []string `yaml:"write_consistency_levels_disallowed"`
	// How many rows a page may have without a warning.
	PageSizeWarnThreshold int `yaml:"page_size_warn_threshold"`
	// How many rows a page may have.
	PageSizeFailThreshold int `yaml:"page_size_fail_threshold"`
	// How many partition keys an IN may name without a warning.
	PartitionKeysInSelectWarnThreshold int `yaml:"partition_keys_in_select_warn_threshold"`
	// How many partition keys an IN may name.
	PartitionKeysInSelectFailThreshold int `yaml:"partition_keys_in_select_fail_threshold"`
	// How many combinations the IN restrictions of a query may make without a warning.
	InSelectCartesianProductWarnThreshold int `yaml:"in_select_cartesian_product_warn_threshold"`
	// How many combinations the IN restrictions of a query may make.
	InSelectCartesianProductFailThreshold int `yaml:"in_select_cartesian_product_fail_threshold"`
	// From which size on a partition is logged when it is compacted, in bytes.
	PartitionSizeWarnThreshold int64 `yaml:"partition_size_warn_threshold"`
	// From which size on a partition is logged as a failure when it is compacted, in bytes.
	PartitionSizeFailThreshold int64 `yaml:"partition_size_fail_threshold"`
	// From how many tombstones on a partition is logged when it is compacted.
	PartitionTombstonesWarnThreshold int64 `yaml:"partition_tombstones_warn_threshold"`
	// From how many tombstones on a partition is logged as a failure when it is compacted.
	PartitionTombstonesFailThreshold int64 `yaml:"partition_tombstones_fail_threshold"`
	// From which size on a column value is answered with a warning, in bytes.
	ColumnValueSizeWarnThreshold int64 `yaml:"column_value_size_warn_threshold"`
	// From which size on a column value is refused, in bytes.
	ColumnValueSizeFailThreshold int64 `yaml:"column_value_size_fail_threshold"`
	// From which size on a collection is answered with a warning, in bytes.
	CollectionSizeWarnThreshold int64 `yaml:"collection_size_warn_threshold"`
	// From which size on a collection is refused, in bytes.
	CollectionSizeFailThreshold int64 `yaml:"collection_size_fail_threshold"`
	// How many items a collection may have without a warning.
	ItemsPerCollectionWarnThreshold int `yaml:"items_per_collection_warn_threshold"`
	// How many items a collection may have.
	ItemsPerCollectionFailThreshold int `yaml:"items_per_collection_fail_threshold"`
	// How many fields a user defined type may have without a warning.
	FieldsPerUDTWarnThreshold int `yaml:"fields_per_udt_warn_threshold"`
	// How many fields a user defined type may have.
	FieldsPerUDTFailThreshold int `yaml:"fields_per_udt_fail_threshold"`
	// How many dimensions a vector may have without a warning.
	VectorDimensionsWarnThreshold int `yaml:"vector_dimensions_warn_threshold"`
	// How many dimensions a vector may have.
	VectorDimensionsFailThreshold int `yaml:"vector_dimensions_fail_threshold"`
	// At which percentage of used disk writes are answered with a warning.
	DataDiskUsagePercentageWarnThreshold int `yaml:"data_disk_usage_percentage_warn_threshold"`
	// At which percentage of used disk writes are refused.
	DataDiskUsagePercentageFailThreshold int `yaml:"data_disk_usage_percentage_fail_threshold"`
	// The disk size that these percentages mean, in bytes. Absent: the volume's.
	DataDiskUsageMaxDiskSize int64 `yaml:"data_disk_usage_max_disk_size"`
	// The replication factor below which a keyspace is answered with a warning.
	MinimumReplicationFactorWarnThreshold int `yaml:"minimum_replication_factor_warn_threshold"`
	// The replication factor below which a keyspace is refused.
	MinimumReplicationFactorFailThreshold int `yaml:"minimum_replication_factor_fail_threshold"`
	// The replication factor above which a keyspace is answered with a warning.
	MaximumReplicationFactorWarnThreshold int `yaml:"maximum_replication_factor_warn_threshold"`
	// The replication factor above which a keyspace is refused.
	MaximumReplicationFactorFailThreshold int `yaml:"maximum_replication_factor_fail_threshold"`
	// How far in the future a write's own timestamp may be without a warning.
	MaximumTimestampWarnThreshold time.Duration `yaml:"maximum_timestamp_warn_threshold"`
	// How far in the future a write's own timestamp may be.
	MaximumTimestampFailThreshold time.Duration `yaml:"maximum_timestamp_fail_threshold"`
	// How far in the past a write's own timestamp may be without a warning.
	MinimumTimestampWarnThreshold time.Duration `yaml:"minimum_timestamp_warn_threshold"`
	// How far in the past a write's own timestamp may be.
	MinimumTimestampFailThreshold time.Duration `yaml:"minimum_timestamp_fail_threshold"`
	// From which size on a string term of an SAI index is answered with a warning, in bytes.
	SAIStringTermSizeWarnThreshold int64 `yaml:"sai_string_term_size_warn_threshold"`
	// From which size on a string term of an SAI index is refused, in bytes.
	SAIStringTermSizeFailThreshold int64 `yaml:"sai_string_term_size_fail_threshold"`
	// From which size on a frozen term of an SAI index is answered with a warning, in bytes.
	SAIFrozenTermSizeWarnThreshold int64 `yaml:"sai_frozen_term_size_warn_threshold"`
	// From which size on a frozen term of an SAI index is refused, in bytes.
	SAIFrozenTermSizeFailThreshold int64 `yaml:"sai_frozen_term_size_fail_threshold"`
	// From which size on a vector term of an SAI index is answered with a warning, in bytes.
	SAIVectorTermSizeWarnThreshold int64 `yaml:"sai_vector_term_size_warn_threshold"`
	// From which size on a vector term of an SAI index is refused, in bytes.
	SAIVectorTermSizeFailThreshold int64 `yaml:"sai_vector_term_size_fail_threshold"`
	// Whether USING TIMESTAMP is allowed.
	UserTimestampsEnabled bool `yaml:"user_timestamps_enabled"`
	// Whether GROUP BY is allowed.
	GroupByEnabled bool `yaml:"group_by_enabled"`
	// Whether ALTER TABLE may change columns.
	AlterTableEnabled bool `yaml:"alter_table_enabled"`
	// Whether DROP TABLE and TRUNCATE are allowed.
	DropTruncateTableEnabled bool `yaml:"drop_truncate_table_enabled"`
	// Whether DROP KEYSPACE is allowed.
	DropKeyspaceEnabled bool `yaml:"drop_keyspace_enabled"`
	// Whether secondary indexes may be created.
	SecondaryIndexesEnabled bool `yaml:"secondary_indexes_enabled"`
	// Whether tables without compression may be created.
	UncompressedTablesEnabled bool `yaml:"uncompressed_tables_enabled"`
	// Whether tables WITH COMPACT STORAGE may be created.
	CompactTablesEnabled bool `yaml:"compact_tables_enabled"`
	// Whether list operations that read before they write (set by index, remove) are allowed.
	ReadBeforeWriteListOperationsEnabled bool `yaml:"read_before_write_list_operations_enabled"`
	// Whether ALLOW FILTERING is allowed.
	AllowFilteringEnabled bool `yaml:"allow_filtering_enabled"`
	// Whether keyspaces may use SimpleStrategy.
	SimpleStrategyEnabled bool `yaml:"simplestrategy_enabled"`
	// Whether the vector type may be used.
	VectorTypeEnabled bool `yaml:"vector_type_enabled"`
	// Whether default_time_to_live 0 with TimeWindowCompactionStrategy is answered with a warning.
	ZeroTTLOnTWCSWarned bool `yaml:"zero_ttl_on_twcs_warned"`
	// Whether default_time_to_live 0 with TimeWindowCompactionStrategy is allowed.
	ZeroTTLOnTWCSEnabled bool `yaml:"zero_ttl_on_twcs_enabled"`
	// Whether a filtering query that must combine replicas' answers on several columns is answered with a warning.
	IntersectFilteringQueryWarned bool `yaml:"intersect_filtering_query_warned"`
	// Whether a filtering query that must combine replicas' answers on several columns is allowed.
	IntersectFilteringQueryEnabled bool `yaml:"intersect_filtering_query_enabled"`
	// Whether an index query without the partition key is allowed.
	NonPartitionRestrictedIndexQueryEnabled bool `yaml:"non_partition_restricted_index_query_enabled"`
}
