package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRefusals holds Cassandra's message for each way to get a cassandra.yaml wrong. text is appended to what is
// required, unless it begins with "-option:", which leaves that one out first.
func TestRefusals(t *testing.T) {
	durations := "Accepted units:[MILLISECONDS, SECONDS, MINUTES, HOURS, DAYS]"
	kibibytes := "Accepted units:[KIBIBYTES, MEBIBYTES, GIBIBYTES]"
	for _, test := range []struct {
		text, msg, detail string
		trace             bool // Cassandra prints a stack trace
	}{
		// The loader.
		{text: "bogus_key: 1", msg: "Invalid yaml. Please remove properties [bogus_key] from your cassandra.yaml"},
		{text: "read_reqest_timeout: 1s", msg: "Invalid yaml. Please remove properties [read_reqest_timeout] from your cassandra.yaml", detail: "line 11, column 1: unknown option read_reqest_timeout, did you mean read_request_timeout?"},
		{text: "client_encryption_options: {enable: true}", msg: "Invalid yaml. Please remove properties [enable] from your cassandra.yaml", detail: "did you mean enabled?"},
		{text: "sstable.bogus: 1", msg: "Invalid yaml. Please remove properties [sstable.bogus] from your cassandra.yaml"},
		{text: "start_rpc: false", msg: "Invalid yaml. Please remove properties [start_rpc] from your cassandra.yaml"},
		{text: "read_request_timeout: 1s\nread_request_timeout_in_ms: 1", msg: "Config contains both old and new keys for the same configuration parameters, migrate old -> new: [read_request_timeout_in_ms -> read_request_timeout]", trace: true},
		{text: "cluster_name:", msg: "Invalid yaml. Those properties [cluster_name] are not valid"},
		{text: "storage_port:", detail: "Can not set int field org.apache.cassandra.config.Config.storage_port to null value", trace: true},
		{text: "storage_port: abc", detail: `For input string: "abc"`, trace: true},
		{text: "storage_port: 7000.5", detail: `For input string: "7000.5"`, trace: true},
		{text: "storage_port: 99999999999", detail: `For input string: "99999999999"`, trace: true},
		{text: "auto_snapshot: maybe", detail: "Can not set boolean field org.apache.cassandra.config.Config.auto_snapshot to null value", trace: true},
		{text: "-commitlog_sync: sometimes", detail: "Unable to find enum value 'sometimes' for enum class: org.apache.cassandra.config.Config$CommitLogSync", trace: true},
		{text: "disk_failure_policy: STOP", detail: "Unable to find enum value 'STOP' for enum class: org.apache.cassandra.config.Config$DiskFailurePolicy", trace: true},
		{text: "data_file_directories: /x", detail: "No single argument constructor found for class [Ljava.lang.String; : null", trace: true},
		{text: "read_consistency_levels_warned: [quorum]", detail: "Unable to find enum value 'quorum' for enum class: org.apache.cassandra.db.ConsistencyLevel", trace: true},
		{text: "authenticator: {class_name: P, parameters: [{a: b}]}", detail: "Cannot create property=authenticator", trace: true},
		{text: "client_encryption_options: {require_client_auth: optional}", detail: "Cannot create property=require_client_auth", trace: true},
		{text: "startup_checks: {check_x: {}}", detail: "Unable to find enum value 'check_x' for enum class: org.apache.cassandra.service.StartupChecks$StartupCheckType", trace: true},
		{text: "repair: {retries: {max_attempts: 0}}", detail: "max attempt must be positive; but given 0", trace: true},
		{text: "- a\n- b", trace: true},
		{text: "a: [", trace: true},
		// Units.
		{text: "read_request_timeout: 5x", detail: "Invalid duration: 5x " + durations + " where case matters and only non-negative values.", trace: true},
		{text: "read_request_timeout: 1234", detail: "Invalid duration: 1234 " + durations + " where case matters and only non-negative values.", trace: true},
		{text: "read_request_timeout: -5s", detail: "Invalid duration: -5s " + durations + " where", trace: true},
		{text: "read_request_timeout: 1.5s", detail: "Invalid duration: 1.5s " + durations + " where", trace: true},
		{text: "read_request_timeout: 5000us", detail: "Invalid duration: 5000us " + durations, trace: true},
		{text: "roles_validity: 400d", detail: "Invalid duration: 400d. It shouldn't be more than 2147483646 in milliseconds", trace: true},
		{text: "maximum_timestamp_warn_threshold: 5x", detail: "Accepted units:[MICROSECONDS, MILLISECONDS, SECONDS, MINUTES, HOURS, DAYS] where", trace: true},
		{text: "batch_size_warn_threshold: 5KB", detail: "Invalid data storage: 5KB " + kibibytes + " where case matters and only non-negative values are accepted", trace: true},
		{text: "batch_size_warn_threshold: 5B", detail: "Invalid data storage: 5B " + kibibytes, trace: true},
		{text: "commitlog_segment_size: 9999999999MiB", detail: "Invalid data storage: 9999999999MiB. It shouldn't be more than 2147483646 in mebibytes", trace: true},
		{text: "compaction_throughput: 64MB/s", detail: "Invalid data rate: 64MB/s Accepted units: MiB/s, KiB/s, B/s where case matters and only non-negative values are valid", trace: true},
		{text: "compaction_throughput: 9999999999999MiB/s", detail: "Invalid data rate: 9999999999999MiB/s. It shouldn't be more than 9223372036854775806 in bytes_per_second", trace: true},
		{text: "read_request_timeout_in_ms: 1234ms", detail: `For input string: "1234ms"`, trace: true},
		{text: "read_request_timeout_in_ms: -1", detail: "Invalid duration: value must be non-negative", trace: true},
		{text: "batch_size_warn_threshold_in_kb: -1", detail: "Invalid data storage: value must be non-negative", trace: true},
		// The checks, in their order.
		{text: "sstable: {selected_format: bogus}", msg: "Selected sstable format 'bogus' is not available.", trace: true},
		{text: "sstable.selected_format: bti", msg: "Selected sstable format 'bti' is not available when in storage compatibility mode 'CASSANDRA_4'.", trace: true},
		{text: "auto_snapshot_ttl: abc", msg: "Invalid value of auto_snapshot_ttl: abc"},
		{text: "-commitlog_sync:", msg: "Missing required directive CommitLogSync"},
		{text: "commitlog_sync: batch", msg: "Batch sync specified, but commitlog_sync_period found."},
		{text: "-commitlog_sync_period: 0ms\ncommitlog_sync: group", msg: "Missing value for commitlog_sync_group_window."},
		{text: "commitlog_sync: group\ncommitlog_sync_group_window: 2ms", msg: "Group sync specified, but commitlog_sync_period found. Only specify commitlog_sync_group_window when using group sync"},
		{text: "-commitlog_sync_period: 0ms", msg: "Missing value for commitlog_sync_period."},
		{text: "disk_access_mode: direct", msg: "DiskAccessMode 'direct' is not supported", trace: true},
		{text: "phi_convict_threshold: 20", msg: "phi_convict_threshold must be between 5 and 16, but was 20.0"},
		{text: "concurrent_writes: 1", msg: "concurrent_writes must be at least 2, but was 1"},
		{text: "memtable_heap_space: 0MiB", msg: "memtable_heap_space must be positive, but was 0MiB"},
		{text: "native_transport_max_frame_size: 2048MiB", msg: "native_transport_max_frame_size must be positive value < 2147483647B, but was 2147483648B"},
		{text: "batch_size_warn_threshold: 2097152KiB", msg: "batch_size_warn_threshold must be positive value <= 2147483646B, but was 2147483648B"},
		{text: "commitlog_directory: /d\ndata_file_directories: [/d]", msg: "commitlog_directory must not be the same as any data_file_directories"},
		{text: "hints_directory: /d\nsaved_caches_directory: /d", msg: "saved_caches_directory must not be the same as the hints_directory"},
		{text: "num_tokens: 1537", msg: "A maximum number of 1536 tokens per node is supported"},
		{text: "prepared_statements_cache_size: 0MiB", msg: "prepared_statements_cache_size option was set incorrectly to '0MiB', supported values are <integer> >= 0."},
		{text: "user_defined_functions_threads_enabled: false", msg: "To be able to set enable_user_defined_functions_threads: false you need to set allow_insecure_udfs: true - this is an unsafe configuration and is not recommended.", trace: true},
		{text: "scripted_user_defined_functions_enabled: true", msg: "JavaScript user-defined functions were removed in CASSANDRA-18252. Hooks are planned to be introduced as part of CASSANDRA-17280", trace: true},
		{text: "commitlog_segment_size: 0MiB", msg: "commitlog_segment_size must be positive, but was 0MiB"},
		{text: "commitlog_segment_size: 1MiB\nmax_mutation_size: 1024KiB", msg: "commitlog_segment_size must be at least twice the size of max_mutation_size / 1024"},
		{text: "native_transport_max_message_size: 99GiB", msg: "native_transport_max_message_size must not exceed native_transport_max_request_data_in_flight"},
		{text: "native_transport_port_ssl: 9142", msg: "Encryption must be enabled in client_encryption_options for native_transport_port_ssl"},
		{text: "server_encryption_options: {enable_legacy_ssl_storage_port: true}", msg: "legacy_ssl_storage_port_enabled is true (enabled) with internode encryption disabled (none). Enable encryption or disable the legacy ssl storage port.", trace: true},
		{text: "minimum_replication_factor_fail_threshold: 3", msg: "default_keyspace_rf (1) cannot be less than minimum_replication_factor_fail_threshold (3)", trace: true},
		{text: "native_transport_min_backoff_on_queue_overload: 300ms", msg: "native_transport_min_backoff_on_queue_overload should be strictly less than native_transport_max_backoff_on_queue_overload, but 300ms >= 200ms", trace: true},
		{text: "-partitioner:", msg: "Missing directive: partitioner"},
		{text: "-partitioner: Bogus", msg: "Invalid partitioner class Bogus", detail: "Unable to find partitioner class 'org.apache.cassandra.dht.Bogus'", trace: true},
		{text: "listen_interface: lo", msg: "Set listen_address OR listen_interface, not both"},
		{text: "-listen_address: no.such.host.invalid", msg: "Unknown listen_address 'no.such.host.invalid'"},
		{text: "-listen_address: 0.0.0.0", msg: "listen_address cannot be a wildcard address (0.0.0.0)!"},
		{text: "-listen_address:\nlisten_interface: nope0", msg: `Configured listen_interface "nope0" could not be found`},
		{text: "broadcast_address: 0.0.0.0", msg: "broadcast_address cannot be a wildcard address (0.0.0.0)!"},
		{text: "-rpc_address: no.such.host.invalid", msg: "Unknown host in rpc_address no.such.host.invalid"},
		{text: "-rpc_address: 0.0.0.0", msg: "If rpc_address is set to a wildcard address (0.0.0.0), then you must set broadcast_rpc_address to a value other than 0.0.0.0"},
		{text: "-endpoint_snitch:", msg: "Missing endpoint_snitch directive"},
		{text: "-endpoint_snitch: Bogus", msg: "Unable to find snitch class 'org.apache.cassandra.locator.Bogus'", trace: true},
		{text: "initial_token: 1,2", msg: "initial_token was set but num_tokens is not!"},
		{text: "initial_token: 1, 2\nnum_tokens: 3", msg: "The number of initial tokens (by initial_token) specified (2) is different from num_tokens value (3)"},
		{text: "initial_token: abc", msg: "Invalid token for Murmur3Partitioner. Got abc but expected a long value (unsigned 8 bytes integer).", trace: true},
		{text: "-seed_provider:", msg: "seeds configuration is missing; a minimum of one seed is required."},
		{text: "-seed_provider: Bogus", msg: "Bogus", detail: "Fatal configuration error; unable to start server.  See log for stacktrace.", trace: true},
		{text: "-seed_provider: {class_name: SimpleSeedProvider, parameters: {seeds: ''}}", msg: "The seed provider lists no seeds."},
		{text: "auth_read_consistency_level: quorum", msg: "No enum constant org.apache.cassandra.db.ConsistencyLevel.quorum", trace: true},
		// Guardrails.
		{text: "tables_warn_threshold: -5", msg: "Invalid guardrails configuration: Invalid value -5 for tables_warn_threshold: negative values are not allowed, outside of -1 which disables the guardrail", trace: true},
		{text: "tables_warn_threshold: 0", msg: "Invalid guardrails configuration: Invalid value for tables_warn_threshold: 0 is not allowed; if attempting to disable use -1", trace: true},
		{text: "data_disk_usage_percentage_warn_threshold: 150", msg: "Invalid guardrails configuration: Invalid value 150 for data_disk_usage_percentage_warn_threshold: maximum allowed value is 100", trace: true},
		{text: "tables_warn_threshold: 10\ntables_fail_threshold: 5", msg: "Invalid guardrails configuration: The warn threshold 10 for tables_warn_threshold should be lower than the fail threshold 5", trace: true},
		{text: "table_properties_warned: [bogus]", msg: "Invalid guardrails configuration: Invalid value for table_properties_warned: '[bogus]' do not parse as valid table properties", trace: true},
		{text: "column_value_size_warn_threshold: 0B", msg: "Invalid guardrails configuration: Invalid value for column_value_size_warn_threshold: 0 is not allowed; if attempting to disable use an empty value", trace: true},
		{text: "maximum_replication_factor_fail_threshold: 1\ndefault_keyspace_rf: 3", msg: "Invalid guardrails configuration: maximum_replication_factor_fail_threshold to be set (1) cannot be lesser than default_keyspace_rf (3)", trace: true},
	} {
		text := required + test.text
		if line, ok := strings.CutPrefix(test.text, "-"); ok && !strings.HasPrefix(line, " ") {
			option, _, _ := strings.Cut(line, ":")
			text = without(option) + line
		}
		if strings.HasPrefix(test.text, "- ") {
			text = test.text
		}
		path := write(t, text+"\n")
		_, _, err := Load(path, nil)
		var got *ConfigurationError
		require.True(t, errors.As(err, &got), "%s: %v", test.text, err)
		msg := test.msg
		if msg == "" {
			msg = "Invalid yaml: file:" + path
		}
		require.Equal(t, msg, got.Msg, test.text)
		require.Contains(t, strings.Join(got.Details, "\n"), test.detail, test.text)
		require.Equal(t, !test.trace, got.Plain, test.text)
		require.Equal(t, ExitConfiguration, got.ExitCode, test.text)
	}
}

func TestTypeErrorsPointAtTheValue(t *testing.T) {
	_, _, err := Parse([]byte("cluster_name: x\nstorage_port: abc\n"), "file:/x.yaml", nil)
	require.EqualError(t, err, strings.Join([]string{
		"Invalid yaml: file:/x.yaml",
		"Cannot create property=storage_port",
		" in 'reader', line 2, column 15:",
		"    storage_port: abc",
		"                  ^",
		`For input string: "abc"`,
	}, "\n"))
}

func TestMissingFile(t *testing.T) {
	_, _, err := Load("nope.yaml", nil)
	require.ErrorContains(t, err, "Expecting URI in variable: [cassandra.config]. Found[nope.yaml]. Please prefix the file with [file:///] for local files")
	_, _, err = Load("", map[string]string{"cassandra.config": "file:///x/nope.yaml"})
	require.EqualError(t, err, "Cannot locate file:///x/nope.yaml.  If this is a local file, please confirm you've provided file:/// as a URI prefix.")
	path := write(t, required)
	c, _, err := Load("file://"+path, nil)
	require.NoError(t, err)
	require.Equal(t, "file:"+path, c.Source)
}

func TestAllowedClashes(t *testing.T) {
	text := []byte("read_request_timeout: 1s\nread_request_timeout_in_ms: 2000")
	c, _, err := Parse(text, "x", map[string]string{"cassandra.allow_new_old_config_keys": "true"})
	require.NoError(t, err)
	require.Equal(t, "2s", c.ReadRequestTimeout.String())
	_, _, err = Parse([]byte("storage_port: 1\nstorage_port: 2"), "x", map[string]string{"cassandra.allow_duplicate_config_keys": "false"})
	require.ErrorContains(t, err, "found duplicate key storage_port")
}
