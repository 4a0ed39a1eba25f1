package config

import "time"

// TimeoutOptions say how long a coordinator waits for replicas.
type TimeoutOptions struct {
	// How long everything else may take that has no timeout of its own here.
	RequestTimeout time.Duration `yaml:"request_timeout"`
	// How long a coordinator waits for a read of named partitions.
	ReadRequestTimeout time.Duration `yaml:"read_request_timeout"`
	// How long a coordinator waits for a read of a range of partitions.
	RangeRequestTimeout time.Duration `yaml:"range_request_timeout"`
	// How long a coordinator waits for a write.
	WriteRequestTimeout time.Duration `yaml:"write_request_timeout"`
	// How long a coordinator waits for a counter update.
	CounterWriteRequestTimeout time.Duration `yaml:"counter_write_request_timeout"`
	// How long a coordinator tries a conditional update that others contend for.
	CASContentionTimeout time.Duration `yaml:"cas_contention_timeout"`
	// How long a coordinator waits for TRUNCATE.
	TruncateRequestTimeout time.Duration `yaml:"truncate_request_timeout"`
	// How long a repair waits for one answer of another node.
	RepairRequestTimeout time.Duration `yaml:"repair_request_timeout"`
	// From which duration on a query is logged as slow; 0: never.
	SlowQueryLogTimeout time.Duration `yaml:"slow_query_log_timeout"`
	// How long the trace of a query is kept.
	TraceTypeQueryTTL time.Duration `yaml:"trace_type_query_ttl"`
	// How long the trace of a repair is kept.
	TraceTypeRepairTTL time.Duration `yaml:"trace_type_repair_ttl"`
}

// HintOptions say what happens to writes for nodes that are down.
type HintOptions struct {
	// Whether writes that a down replica misses are kept for it.
	HintedHandoffEnabled bool `yaml:"hinted_handoff_enabled"`
	// Datacenters for whose nodes no hints are kept.
	HintedHandoffDisabledDatacenters []string `yaml:"hinted_handoff_disabled_datacenters"`
	// For how long after a node went down hints are kept for it.
	MaxHintWindow time.Duration `yaml:"max_hint_window"`
	// Whether that time counts from the oldest hint on disk, also across restarts.
	HintWindowPersistentEnabled bool `yaml:"hint_window_persistent_enabled"`
	// How fast hints are delivered, in bytes per second and delivery thread, shared by the nodes; 0: unlimited.
	HintedHandoffThrottle int64 `yaml:"hinted_handoff_throttle"`
	// How many nodes are given their hints at the same time.
	MaxHintsDeliveryThreads int `yaml:"max_hints_delivery_threads"`
	// Where hints are kept. Absent: the folder hints under -Dcassandra.storagedir.
	HintsDirectory string `yaml:"hints_directory"`
	// How often hints are written to disk.
	HintsFlushPeriod time.Duration `yaml:"hints_flush_period"`
	// The size of one file of hints, in bytes.
	MaxHintsFileSize int64 `yaml:"max_hints_file_size"`
	// How many bytes of hints are kept for one node; 0: no limit.
	MaxHintsSizePerHost int64 `yaml:"max_hints_size_per_host"`
	// Whether hints for nodes that have left the cluster, or that have expired, are removed from time to time.
	AutoHintsCleanupEnabled bool `yaml:"auto_hints_cleanup_enabled"`
	// Whether a node that leaves hands its hints to another.
	TransferHintsOnDecommission bool `yaml:"transfer_hints_on_decommission"`
	// How fast unfinished logged batches are replayed, in bytes per second, shared by the nodes; 0: unlimited.
	BatchlogReplayThrottle int64 `yaml:"batchlog_replay_throttle"`
}

// StorageOptions say where data is kept and when a write is durable.
type StorageOptions struct {
	// Where data is kept; the first entry holds the store. Empty: the folder data under -Dcassandra.storagedir.
	DataFileDirectories []string `yaml:"data_file_directories"`
	// Where the write-ahead log is kept. Absent: the folder commitlog under -Dcassandra.storagedir.
	CommitLogDirectory string `yaml:"commitlog_directory"`
	// Checked and created for Cassandra's tools; nothing is kept there. Absent: saved_caches under -Dcassandra.storagedir.
	SavedCachesDirectory string `yaml:"saved_caches_directory"`
	// periodic: a write is synced to disk within commitlog_sync_period of its answer; batch: before its answer; group:
	// before its answer, together with all others of a commitlog_sync_group_window.
	CommitLogSync string `yaml:"commitlog_sync"`
	// How often the log is synced with commitlog_sync: periodic.
	CommitLogSyncPeriod time.Duration `yaml:"commitlog_sync_period"`
	// For how long writes are gathered with commitlog_sync: group.
	CommitLogSyncGroupWindow time.Duration `yaml:"commitlog_sync_group_window"`
	// How long writes wait for a late periodic sync. Absent: one and a half of commitlog_sync_period.
	PeriodicCommitLogSyncLagBlock time.Duration `yaml:"periodic_commitlog_sync_lag_block"`
	// Size of a log segment, in bytes; bounds max_mutation_size.
	CommitLogSegmentSize int64 `yaml:"commitlog_segment_size"`
	// The largest write, in bytes. Absent: half of commitlog_segment_size.
	MaxMutationSize int64 `yaml:"max_mutation_size"`
	// The largest value of a cell that is read back, in bytes.
	MaxValueSize int64 `yaml:"max_value_size"`
	// What a broken disk does: die, stop, stop_paranoid (gossip and clients stop), best_effort, ignore.
	DiskFailurePolicy string `yaml:"disk_failure_policy"`
	// What a broken write-ahead log does: die, stop, stop_commit, ignore.
	CommitFailurePolicy string `yaml:"commit_failure_policy"`
	// Whether TRUNCATE and DROP take a snapshot first.
	AutoSnapshot bool `yaml:"auto_snapshot"`
	// After which time such a snapshot is removed. Absent: never.
	AutoSnapshotTTL string `yaml:"auto_snapshot_ttl"`
	// How many reads run at the same time.
	ConcurrentReads int `yaml:"concurrent_reads"`
	// How many writes run at the same time.
	ConcurrentWrites int `yaml:"concurrent_writes"`
	// How many counter updates run at the same time.
	ConcurrentCounterWrites int `yaml:"concurrent_counter_writes"`
	// How many writes of materialized views run at the same time.
	ConcurrentMaterializedViewWrites int `yaml:"concurrent_materialized_view_writes"`
	// How many compactions run at the same time. Absent: the number of processors, at least 2 and at most 8.
	ConcurrentCompactors int `yaml:"concurrent_compactors"`
	// How fast compaction may write, in bytes per second; 0: unlimited.
	CompactionThroughput int64 `yaml:"compaction_throughput"`
	// After how many bytes of a partition an index entry follows. Absent: 64KiB.
	ColumnIndexSize int64 `yaml:"column_index_size"`
}
