package config

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// referenceYAML is the cassandra.yaml of the Cassandra that testdata/settings.golden was read from.
const referenceYAML = `
cluster_name: reference
num_tokens: 16
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
data_file_directories: [ /d/data ]
commitlog_directory: /d/commitlog
saved_caches_directory: /d/saved_caches
hints_directory: /d/hints
cdc_raw_directory: /d/cdc_raw
commitlog_sync: periodic
commitlog_sync_period: 10000ms
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "127.0.0.201:7000"
listen_address: 127.0.0.201
rpc_address: 127.0.0.201
native_transport_port: 9042
endpoint_snitch: GossipingPropertyFileSnitch
materialized_views_enabled: true
user_defined_functions_enabled: true
sasi_indexes_enabled: true
drop_compact_storage_enabled: true
dynamic_data_masking_enabled: true
`

// TestSettingsAreCassandras compares every row of system_views.settings with what Cassandra 5.0.5 showed.
func TestSettingsAreCassandras(t *testing.T) {
	golden, err := os.ReadFile("testdata/settings.golden")
	require.NoError(t, err)
	c, _, err := Parse([]byte(referenceYAML), "file:/x.yaml", map[string]string{"cassandra.logdir": "/d/logs"})
	require.NoError(t, err)
	_, err = c.Validate()
	require.NoError(t, err)

	got := map[string]string{}
	var names []string
	for _, row := range c.Settings() {
		value := "null"
		if row.Value != nil {
			value = *row.Value
		}
		got[row.Name] = value
		names = append(names, row.Name)
	}
	// What depends on the size of the machine.
	machine := regexp.MustCompile(`^(counter_cache_size|file_cache_size|index_summary_capacity|key_cache_size|memtable_heap_space|` +
		`memtable_offheap_space|networking_cache_size|prepared_statements_cache_size|repair_session_space|commitlog_total_space|` +
		`concurrent_compactors|concurrent_validations|repair_command_pool_size|` +
		`native_transport_max_(request_data_in_flight|concurrent_requests_in_bytes)(_per_ip)?)(_in_mb|_mb)?$`)
	var want []string
	for _, match := range regexp.MustCompile(`(?m)^(\S+) = (.*)$`).FindAllStringSubmatch(string(golden), -1) {
		name, value := match[1], match[2]
		want = append(want, name)
		if !machine.MatchString(name) {
			require.Equal(t, value, got[name], name)
		}
	}
	slices.Sort(want)
	require.Equal(t, want, names)
}
