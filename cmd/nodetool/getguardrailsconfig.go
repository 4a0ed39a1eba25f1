package main

import (
	"alexandra/internal/admin"
)

var getguardrailsconfigCommand = command{
	name: "getguardrailsconfig", summary: "Print runtime configuration of guardrails.", run: runGetGuardrailsConfig,
	options: []option{
		{names: []string{"--category", "-c"}, value: "<guardrailCategory>", help: "Category of guardrails to filter, can be one of 'values', 'thresholds', 'flags', 'others'."},
		{names: []string{"--expand"}, help: "Expand all guardrail names so they reflect their counterparts in cassandra.yaml"},
	},
	args: &arguments{usage: "[<args>...]", title: "<args>", help: "Specific name of a guardrail to get configuration of."},
}

func runGetGuardrailsConfig(c *call) error {
	var rows [][]string
	value := func(name string) string {
		s, err := ask(c, admin.SettingOp, admin.Name{Name: name})
		if err != nil || s.Null {
			return "null"
		}
		return s.Value
	}
	for _, flag := range guardrailFlags {
		rows = append(rows, []string{flag, value(flag)})
	}
	for _, t := range guardrailThresholds {
		rows = append(rows, []string{t + "_threshold", "[" + value(t+"_warn_threshold") + ", " + value(t+"_fail_threshold") + "]"})
	}
	for _, list := range guardrailLists {
		rows = append(rows, []string{list, value(list)})
	}
	c.printf("%s", columns(append(rows, []string{"data_disk_usage_max_disk_size", value("data_disk_usage_max_disk_size")}), " "))
	return nil
}

// guardrailFlags, guardrailThresholds and guardrailLists are the guardrails by the form of their value.
var (
	guardrailFlags = []string{
		"allow_filtering_enabled", "alter_table_enabled", "compact_tables_enabled", "drop_keyspace_enabled", "drop_truncate_table_enabled",
		"group_by_enabled", "intersect_filtering_query_enabled", "intersect_filtering_query_warned", "non_partition_restricted_index_query_enabled",
		"read_before_write_list_operations_enabled", "secondary_indexes_enabled", "simplestrategy_enabled", "uncompressed_tables_enabled",
		"user_timestamps_enabled", "vector_type_enabled", "zero_ttl_on_twcs_enabled", "zero_ttl_on_twcs_warned",
	}
	guardrailThresholds = []string{
		"collection_size", "column_value_size", "columns_per_table", "data_disk_usage_percentage", "fields_per_udt", "in_select_cartesian_product",
		"items_per_collection", "keyspaces", "materialized_views_per_table", "maximum_replication_factor", "maximum_timestamp",
		"minimum_replication_factor", "minimum_timestamp", "page_size", "partition_keys_in_select", "partition_size", "partition_tombstones",
		"sai_frozen_term_size", "sai_sstable_indexes_per_query", "sai_string_term_size", "sai_vector_term_size", "secondary_indexes_per_table",
		"tables", "vector_dimensions",
	}
	guardrailLists = []string{
		"read_consistency_levels_disallowed", "read_consistency_levels_warned", "table_properties_disallowed", "table_properties_ignored",
		"table_properties_warned", "write_consistency_levels_disallowed", "write_consistency_levels_warned",
	}
)
