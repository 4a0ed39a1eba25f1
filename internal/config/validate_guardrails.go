package config

import (
	"fmt"
	"slices"
	"strings"
)

// countGuardrails are pairs of counts, where -1 is off; the ones with inverse warn above what they refuse.
var countGuardrails = []struct {
	name    string
	most    int64
	inverse bool
}{
	{name: "keyspaces"},
	{name: "tables"},
	{name: "columns_per_table"},
	{name: "secondary_indexes_per_table"},
	{name: "materialized_views_per_table"},
	{name: "page_size"},
	{name: "partition_keys_in_select"},
	{name: "in_select_cartesian_product"},
	{name: "partition_tombstones"},
	{name: "items_per_collection"},
	{name: "fields_per_udt"},
	{name: "vector_dimensions"},
	{name: "data_disk_usage_percentage", most: 100},
	{name: "minimum_replication_factor", inverse: true},
	{name: "maximum_replication_factor"},
	{name: "sai_sstable_indexes_per_query"},
}

// amountGuardrails are pairs of sizes or durations, where an absent value is off.
var amountGuardrails = []string{
	"partition_size", "column_value_size", "collection_size", "maximum_timestamp", "minimum_timestamp",
	"sai_string_term_size", "sai_frozen_term_size", "sai_vector_term_size",
}

func (v *validation) checkGuardrails() error {
	for _, check := range []func() error{v.checkCounts, v.checkAmounts, v.checkReplication, v.checkTableProperties} {
		if err := check(); err != nil {
			return Fatal("Invalid guardrails configuration: " + err.Error())
		}
	}
	return nil
}

func (v *validation) checkCounts() error {
	for _, g := range countGuardrails {
		warnAt, failAt := g.name+"_warn_threshold", g.name+"_fail_threshold"
		for _, option := range []string{warnAt, failAt} {
			switch n := v.number(option); {
			case n == 0:
				return fmt.Errorf("Invalid value for %s: 0 is not allowed; if attempting to disable use -1", option)
			case n < -1:
				return fmt.Errorf("Invalid value %d for %s: negative values are not allowed, outside of -1 which disables the guardrail", n, option)
			case g.most > 0 && n > g.most:
				return fmt.Errorf("Invalid value %d for %s: maximum allowed value is %d", n, option, g.most)
			}
		}
		w, f := v.number(warnAt), v.number(failAt)
		if w == -1 || f == -1 {
			continue
		}
		if g.inverse && w < f {
			return fmt.Errorf("The warn threshold %d for %s should be greater than the fail threshold %d", w, warnAt, f)
		}
		if !g.inverse && w > f {
			return fmt.Errorf("The warn threshold %d for %s should be lower than the fail threshold %d", w, warnAt, f)
		}
	}
	return nil
}

func (v *validation) checkAmounts() error {
	for _, name := range amountGuardrails {
		warnAt, failAt := table().byName[name+"_warn_threshold"], table().byName[name+"_fail_threshold"]
		for _, o := range []*option{warnAt, failAt} {
			if kept := v.values[o.full]; o.Type == "storage" && !kept.Null && v.number(o.full) == 0 {
				return fmt.Errorf("Invalid value for %s: 0 is not allowed; if attempting to disable use an empty value", o.Name)
			}
		}
		w, f := v.number(warnAt.full), v.number(failAt.full)
		if w > 0 && f > 0 && w > f {
			return fmt.Errorf("The warn threshold %s for %s should be lower than the fail threshold %s",
				v.effective(warnAt).Text, warnAt.Name, v.effective(failAt).Text)
		}
	}
	return nil
}

func (v *validation) checkReplication() error {
	rf := v.DefaultKeyspaceRF
	if least := v.MinimumReplicationFactorFailThreshold; least != -1 && least > rf {
		return fmt.Errorf("minimum_replication_factor_fail_threshold to be set (%d) cannot be greater than default_keyspace_rf (%d)", least, rf)
	}
	if most := v.MaximumReplicationFactorFailThreshold; most != -1 && most < rf {
		return fmt.Errorf("maximum_replication_factor_fail_threshold to be set (%d) cannot be lesser than default_keyspace_rf (%d)", most, rf)
	}
	return nil
}

// tableProperties are the words that the table_properties guardrails know.
var tableProperties = []string{
	"additional_write_policy", "allow_auto_snapshot", "bloom_filter_fp_chance", "caching", "cdc", "comment", "compaction",
	"compression", "crc_check_chance", "dclocal_read_repair_chance", "default_time_to_live", "extensions",
	"gc_grace_seconds", "id", "incremental_backups", "max_index_interval", "memtable", "memtable_flush_period_in_ms",
	"min_index_interval", "read_repair", "read_repair_chance", "speculative_retry",
}

func (v *validation) checkTableProperties() error {
	for option, list := range map[string][]string{
		"table_properties_warned":     v.TablePropertiesWarned,
		"table_properties_ignored":    v.TablePropertiesIgnored,
		"table_properties_disallowed": v.TablePropertiesDisallowed,
	} {
		var unknown []string
		for _, property := range list {
			if !slices.Contains(tableProperties, strings.ToLower(property)) {
				unknown = append(unknown, property)
			}
		}
		if len(unknown) > 0 {
			return fmt.Errorf("Invalid value for %s: '[%s]' do not parse as valid table properties", option, strings.Join(unknown, ", "))
		}
	}
	return nil
}
