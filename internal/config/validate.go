package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// validation runs the checks of DatabaseDescriptor.applyAll; the first one that fails decides the message.
type validation struct {
	*Config
	notices []Notice
}

// Validate fills in the computed defaults and checks the configuration in Cassandra's order. It may be called again
// after fields have changed. The error is a *ConfigurationError.
func (c *Config) Validate() ([]Notice, error) {
	c.derive()
	v := &validation{Config: c}
	for _, check := range []func() error{
		v.checkFormats,
		v.checkThroughput,
		v.checkCommitLog,
		v.checkThreads,
		v.checkTimeouts,
		v.checkSizes,
		v.checkDirectories,
		v.checkCaches,
		v.checkReadThresholds,
		v.checkFunctions,
		v.checkMutationSize,
		v.checkNativeTransport,
		v.checkRest,
		v.checkPartitioner,
		v.checkAddresses,
		v.checkSnitch,
		v.checkTokens,
		v.checkSeeds,
		v.checkGuardrails,
		v.checkAuth,
	} {
		if err := check(); err != nil {
			return v.notices, err
		}
	}
	return v.notices, nil
}

func refusef(format string, args ...any) error { return Refuse(fmt.Sprintf(format, args...)) }

func fatalf(format string, args ...any) error { return Fatal(fmt.Sprintf(format, args...)) }

func (v *validation) checkFormats() error {
	mode := v.StorageCompatibilityMode
	if mode == "" {
		mode = "CASSANDRA_4"
	}
	format := v.text("sstable.selected_format")
	switch {
	case format != "big" && format != "bti":
		return fatalf("Selected sstable format '%s' is not available.", format)
	case format == "bti" && mode == "CASSANDRA_4":
		return fatalf("Selected sstable format 'bti' is not available when in storage compatibility mode 'CASSANDRA_4'.")
	}
	formats, _ := v.values["sstable.format"].V.(tree)
	for _, f := range formats {
		if f.key != "big" && f.key != "bti" {
			return fatalf("Configuration contains options of unknown sstable formats: [%s]", f.key)
		}
	}
	return nil
}

func (v *validation) checkThroughput() error {
	for _, rate := range []struct {
		option string
		unit   int64
	}{
		{"stream_throughput_outbound", 125_000},
		{"inter_dc_stream_throughput_outbound", 125_000},
		{"entire_sstable_stream_throughput_outbound", mib},
		{"entire_sstable_inter_dc_stream_throughput_outbound", mib},
		{"compaction_throughput", mib},
	} {
		o := table().byName[rate.option]
		if v.number(rate.option)/rate.unit >= math.MaxInt32 {
			return refusef("Invalid value of %s: %s", rate.option, v.effective(o).Text)
		}
	}
	if v.AutoSnapshotTTL == "" {
		return nil
	}
	if _, err := parseText(&option{Name: "auto_snapshot_ttl", Type: "duration", Unit: "s"}, v.AutoSnapshotTTL); err != nil {
		return refusef("Invalid value of auto_snapshot_ttl: %s", v.AutoSnapshotTTL)
	}
	return nil
}

func (v *validation) checkCommitLog() error {
	period, window := v.CommitLogSyncPeriod != 0, v.CommitLogSyncGroupWindow != 0
	switch v.CommitLogSync {
	case "":
		return refusef("Missing required directive CommitLogSync")
	case "batch":
		if period {
			return refusef("Batch sync specified, but commitlog_sync_period found.")
		}
	case "group":
		if !window {
			return refusef("Missing value for commitlog_sync_group_window.")
		}
		if period {
			return refusef("Group sync specified, but commitlog_sync_period found. Only specify commitlog_sync_group_window when using group sync")
		}
	case "periodic":
		if !period {
			return refusef("Missing value for commitlog_sync_period.")
		}
	default:
		return fatalf("%s", unknownWord(table().byName["commitlog_sync"], v.CommitLogSync))
	}
	if v.text("disk_access_mode") == "direct" {
		return fatalf("DiskAccessMode 'direct' is not supported")
	}
	return nil
}

func (v *validation) checkThreads() error {
	if v.PhiConvictThreshold < 5 || v.PhiConvictThreshold > 16 {
		return refusef("phi_convict_threshold must be between 5 and 16, but was %s", javaFloat(v.PhiConvictThreshold, false))
	}
	for _, option := range []string{"concurrent_reads", "concurrent_writes", "concurrent_counter_writes"} {
		if n := v.number(option); n < 2 {
			return refusef("%s must be at least 2, but was %d", option, n)
		}
	}
	if v.number("memtable_heap_space") <= 0 {
		return refusef("memtable_heap_space must be positive, but was %s", v.values["memtable_heap_space"].Text)
	}
	if depth := v.number("repair_session_max_tree_depth"); depth < 10 {
		return fatalf("repair_session_max_tree_depth should not be < 10, but was %d", depth)
	}
	if v.number("repair_session_space") < mib {
		return fatalf("repair_session_space must be > 0, but was %s", v.values["repair_session_space"].Text)
	}
	return nil
}

const lowestTimeout = 10 * time.Millisecond

func (v *validation) checkTimeouts() error {
	for _, option := range []string{
		"read_request_timeout", "range_request_timeout", "request_timeout", "write_request_timeout",
		"cas_contention_timeout", "counter_write_request_timeout", "truncate_request_timeout",
	} {
		if time.Duration(v.number(option)) >= lowestTimeout {
			continue
		}
		text := v.effective(table().byName[option]).Text
		v.notices = append(v.notices, info(fmt.Sprintf(
			"found %s::%s less than lowest acceptable value 10ms, continuing with 10ms", option, text), option))
		v.replace(option, "10ms")
	}
	return nil
}

func (v *validation) checkSizes() error {
	if n := v.NativeTransportMaxFrameSize; n <= 0 || n >= math.MaxInt32 {
		return refusef("native_transport_max_frame_size must be positive value < 2147483647B, but was %dB", n)
	}
	for _, option := range []string{"column_index_size", "column_index_cache_size", "batch_size_warn_threshold"} {
		if n := v.number(option); n > math.MaxInt32-1 {
			return refusef("%s must be positive value <= 2147483646B, but was %dB", option, n)
		}
	}
	if v.NativeTransportRateLimitingEnabled {
		v.notices = append(v.notices, info(fmt.Sprintf("Native transport rate-limiting enabled at %d requests/second.", v.NativeTransportMaxRequestsPerSecond)))
	} else {
		v.notices = append(v.notices, info("Native transport rate-limiting disabled."))
	}
	return nil
}

func (v *validation) checkDirectories() error {
	missing := func(option string) error {
		return refusef("%s is missing and cassandra.storagedir system property is not set", option)
	}
	commitLog, caches, hints := v.CommitLogDirectory, v.SavedCachesDirectory, v.HintsDirectory
	switch {
	case commitLog == "":
		return missing("commitlog_directory")
	case hints == "":
		return missing("hints_directory")
	case len(v.DataFileDirectories) == 0:
		return missing("data_file_directories")
	case caches == "":
		return missing("saved_caches_directory")
	}
	for _, directory := range v.DataFileDirectories {
		for _, other := range []struct{ option, path string }{
			{"local_system_data_file_directory", v.text("local_system_data_file_directory")},
			{"commitlog_directory", commitLog},
			{"hints_directory", hints},
			{"saved_caches_directory", caches},
		} {
			if directory == "" {
				return refusef("data_file_directories must not contain empty entry")
			}
			if directory == other.path {
				return refusef("%s must not be the same as any data_file_directories", other.option)
			}
		}
	}
	switch {
	case commitLog == caches:
		return refusef("saved_caches_directory must not be the same as the commitlog_directory")
	case commitLog == hints:
		return refusef("hints_directory must not be the same as the commitlog_directory")
	case hints == caches:
		return refusef("saved_caches_directory must not be the same as the hints_directory")
	}
	v.noteSpace()
	return nil
}

// noteSpace warns of little free space.
func (v *validation) noteSpace() {
	free := int64(0)
	for _, directory := range v.DataFileDirectories {
		_, here, ok := diskSpace(directory)
		if !ok {
			return
		}
		free = max(free, here)
	}
	if free < 64*gib {
		v.notices = append(v.notices, warn(fmt.Sprintf(
			"Only %.3fGiB free across all data volumes. Consider adding more capacity to your cluster or removing obsolete snapshots", float64(free)/gib)))
	}
}

func (v *validation) checkCaches() error {
	if n := v.number("memtable_flush_writers"); n < 1 {
		return refusef("memtable_flush_writers must be at least 1, but was %d", n)
	}
	if threshold := v.values["memtable_cleanup_threshold"]; !threshold.Null {
		f, _ := threshold.V.(float64)
		if f < 0.01 {
			return refusef("memtable_cleanup_threshold must be >= 0.01, but was %s", threshold.Text)
		}
		if f > 0.99 {
			return refusef("memtable_cleanup_threshold must be <= 0.99, but was %s", threshold.Text)
		}
	}
	if v.ConcurrentCompactors < 1 {
		return refusef("concurrent_compactors should be strictly greater than 0, but was %d", v.ConcurrentCompactors)
	}
	if v.number("concurrent_validations") > int64(v.ConcurrentCompactors) {
		return fatalf("To set concurrent_validations > concurrent_compactors, set the system property -Dcassandra.allow_unlimited_concurrent_validations=true")
	}
	if n := v.number("concurrent_materialized_view_builders"); n < 1 {
		return refusef("concurrent_materialized_view_builders should be strictly greater than 0, but was %d", n)
	}
	if v.NumTokens > 1536 {
		return refusef("A maximum number of 1536 tokens per node is supported")
	}
	if v.PreparedStatementsCacheSize <= 0 {
		return refusef("prepared_statements_cache_size option was set incorrectly to '%s', supported values are <integer> >= 0.",
			v.effective(table().byName["prepared_statements_cache_size"]).Text)
	}
	return nil
}

func (v *validation) checkReadThresholds() error {
	for _, name := range []string{"coordinator_read_size", "local_read_size", "row_index_read_size"} {
		warnAt, failAt := table().byName[name+"_warn_threshold"], table().byName[name+"_fail_threshold"]
		w, f := v.number(warnAt.full), v.number(failAt.full)
		if w > 0 && f > 0 && f < w {
			return fatalf("%s (%s) must be greater than or equal to %s (%s)",
				failAt.Name, v.effective(failAt).Text, warnAt.Name, v.effective(warnAt).Text)
		}
	}
	return nil
}

func (v *validation) checkFunctions() error {
	if v.UserDefinedFunctionsFailTimeout < v.UserDefinedFunctionsWarnTimeout {
		return refusef("user_defined_functions_warn_timeout must less than user_defined_function_fail_timeout")
	}
	if !v.AllowInsecureUDFs && !v.UserDefinedFunctionsThreadsEnabled {
		return fatalf("To be able to set enable_user_defined_functions_threads: false you need to set allow_insecure_udfs: true - this is an unsafe configuration and is not recommended.")
	}
	if v.ScriptedUserDefinedFunctionsEnabled {
		return fatalf("JavaScript user-defined functions were removed in CASSANDRA-18252. Hooks are planned to be introduced as part of CASSANDRA-17280")
	}
	return nil
}

func (v *validation) checkMutationSize() error {
	segment := v.CommitLogSegmentSize
	text := v.effective(table().byName["commitlog_segment_size"]).Text
	switch {
	case segment <= 0:
		return refusef("commitlog_segment_size must be positive, but was %s", text)
	case segment >= 2048*mib:
		return refusef("commitlog_segment_size must be smaller than 2048, but was %s", text)
	case segment < 2*v.MaxMutationSize:
		return refusef("commitlog_segment_size must be at least twice the size of max_mutation_size / 1024")
	}
	return nil
}

func (v *validation) checkNativeTransport() error {
	switch size := v.NativeTransportMaxMessageSize; {
	case size > v.NativeTransportMaxRequestDataInFlight:
		return refusef("native_transport_max_message_size must not exceed native_transport_max_request_data_in_flight")
	case size > v.NativeTransportMaxRequestDataInFlightPerIP:
		return refusef("native_transport_max_message_size must not exceed native_transport_max_request_data_in_flight_per_ip")
	}
	ssl := v.NativeTransportPortSSL
	if ssl == 0 {
		return nil
	}
	v.notices = append(v.notices, warn("Usage of dual ports (native_transport_port together with native_transport_port_ssl) is deprecated since Cassandra 5.0: one port takes plain and encrypted connections with client_encryption_options.optional", "native_transport_port_ssl"))
	e := v.ClientEncryption
	if ssl != v.NativeTransportPort && !e.Enabled && (e.Optional == nil || !*e.Optional) {
		return refusef("Encryption must be enabled in client_encryption_options for native_transport_port_ssl")
	}
	return nil
}

func (v *validation) checkRest() error {
	if v.number("snapshot_links_per_second") < 0 {
		return fatalf("snapshot_links_per_second must be >= 0")
	}
	if v.MaxValueSize <= 0 {
		return refusef("max_value_size must be positive")
	}
	if v.MaxValueSize >= 2048*mib {
		return refusef("max_value_size must be smaller than 2048, but was %s", v.effective(table().byName["max_value_size"]).Text)
	}
	if n := v.number("compressed_read_ahead_buffer_size"); n > 0 && n < 256*kib {
		return refusef("compressed_read_ahead_buffer_size must be at least 256KiB (set to 0 to disable), but was %s", v.values["compressed_read_ahead_buffer_size"].Text)
	}
	if v.ServerEncryption.LegacySSLStoragePortEnabled && v.ServerEncryption.InternodeEncryption == "none" {
		return fatalf("legacy_ssl_storage_port_enabled is true (enabled) with internode encryption disabled (none). Enable encryption or disable the legacy ssl storage port.")
	}
	if least := v.MinimumReplicationFactorFailThreshold; v.DefaultKeyspaceRF < least {
		return fatalf("default_keyspace_rf (%d) cannot be less than minimum_replication_factor_fail_threshold (%d)", v.DefaultKeyspaceRF, least)
	}
	if f, _ := v.values["max_space_usable_for_compactions_in_percentage"].V.(float64); f < 0 || f > 1 {
		return refusef("max_space_usable_for_compactions_in_percentage must be between 0 and 1")
	}
	least, most := v.values["native_transport_min_backoff_on_queue_overload"], v.values["native_transport_max_backoff_on_queue_overload"]
	if amountOf(least) <= 0 {
		return fatalf("native_transport_min_backoff_on_queue_overload should be strictly positive")
	}
	if amountOf(least) >= amountOf(most) {
		return fatalf("native_transport_min_backoff_on_queue_overload should be strictly less than native_transport_max_backoff_on_queue_overload, but %s >= %s", least.Text, most.Text)
	}
	return nil
}

// consistencyLevels are the words of auth_read_consistency_level; Cassandra would notice a wrong one only at the first login.
func (v *validation) checkAuth() error {
	levels := table().byName["denylist_consistency_level"].Values
	for _, level := range []struct{ option, value string }{
		{"auth_read_consistency_level", v.AuthReadConsistencyLevel},
		{"auth_write_consistency_level", v.AuthWriteConsistencyLevel},
	} {
		if !slices.Contains(levels, level.value) {
			return Fatal("No enum constant org.apache.cassandra.db.ConsistencyLevel."+level.value, level.option+" must be one of "+strings.Join(levels, ", "))
		}
	}
	return nil
}
