package syskeyspace

import (
	"fmt"
	"slices"
	"sort"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

func (d *decoder) table(k *schema.Keyspace, s stored, view bool) (*schema.Table, error) {
	t := schema.NewTable(k.Name, s.name(0), s.uuid("id"))
	var err error
	if t.Options, err = readOptions(s); err != nil {
		return nil, err
	}
	if view {
		t.View = &schema.View{
			BaseTable: s.text("base_table_name"), BaseID: s.uuid("base_table_id"),
			WhereClause: s.text("where_clause"), AllColumns: s.boolean("include_all_columns", false),
		}
	} else {
		flags, err := readTexts(s.values["flags"])
		if err != nil {
			return nil, err
		}
		t.Compound, t.Dense = slices.Contains(flags, "compound"), slices.Contains(flags, "dense")
		t.Counter, t.Compact = slices.Contains(flags, "counter"), t.Dense || !t.Compound
	}
	if err := d.columns(k, t); err != nil {
		return nil, err
	}
	if err := d.droppedColumns(k, t); err != nil {
		return nil, err
	}
	for _, r := range d.of("indexes", k, t.Name) {
		options, err := readMap(r.values["options"])
		if err != nil {
			return nil, err
		}
		t.Indexes[r.name(1)] = &schema.Index{Name: r.name(1), Kind: r.text("kind"), Options: options}
	}
	for _, r := range d.of("triggers", k, t.Name) {
		options, err := readMap(r.values["options"])
		if err != nil {
			return nil, err
		}
		t.Triggers[r.name(1)] = &schema.Trigger{Name: r.name(1), Class: options["class"]}
	}
	return t, nil
}

func readOptions(s stored) (schema.Options, error) {
	o := schema.DefaultOptions()
	o.AdditionalWritePolicy, o.SpeculativeRetry = s.text("additional_write_policy"), s.text("speculative_retry")
	o.AllowAutoSnapshot, o.IncrementalBackups = s.boolean("allow_auto_snapshot", true), s.boolean("incremental_backups", true)
	o.BloomFilterFPChance, o.CRCCheckChance = s.double("bloom_filter_fp_chance"), s.double("crc_check_chance")
	o.CDC, o.Comment = s.boolean("cdc", false), s.text("comment")
	o.DefaultTTL, o.GCGraceSeconds = s.integer("default_time_to_live"), s.integer("gc_grace_seconds")
	o.MaxIndexInterval, o.MinIndexInterval = s.integer("max_index_interval"), s.integer("min_index_interval")
	o.MemtableFlushPeriodInMs = s.integer("memtable_flush_period_in_ms")
	o.ReadRepair = s.text("read_repair")
	for _, m := range []struct {
		column string
		to     *map[string]string
	}{{"caching", &o.Caching}, {"compaction", &o.Compaction}, {"compression", &o.Compression}} {
		v, err := readMap(s.values[m.column])
		if err != nil {
			return o, err
		}
		*m.to = v
	}
	extensions, err := readMap(s.values["extensions"])
	if err != nil {
		return o, err
	}
	for name, v := range extensions {
		o.Extensions[name] = []byte(v)
	}
	return o, nil
}

func (d *decoder) columns(k *schema.Keyspace, t *schema.Table) error {
	rows := d.of("columns", k, t.Name)
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].integer("position") < rows[j].integer("position") })
	for _, r := range rows {
		kind := slices.Index(kindTexts[:], r.text("kind"))
		if kind < 0 {
			return fmt.Errorf("column %s is a %q", r.name(1), r.text("kind"))
		}
		typ, err := parseType(r.text("type"), k)
		if err != nil {
			return fmt.Errorf("column %s: %w", r.name(1), err)
		}
		t.Add(&schema.Column{Name: r.name(1), Kind: schema.ColumnKind(kind), Type: typ, Desc: r.text("clustering_order") == "desc"})
	}
	if len(t.PartitionKey) == 0 {
		return fmt.Errorf("no partition key")
	}
	for _, r := range d.of("column_masks", k, t.Name) {
		c := t.Columns[r.name(1)]
		if c == nil {
			continue
		}
		m, err := readMask(k, r)
		if err != nil {
			return fmt.Errorf("mask of column %s: %w", c.Name, err)
		}
		c.Mask = m
	}
	return nil
}

func readMask(k *schema.Keyspace, r stored) (*schema.Mask, error) {
	m := &schema.Mask{Keyspace: r.text("function_keyspace"), Function: r.text("function_name")}
	var err error
	if m.ArgTypes, err = readTypes(r.values["function_argument_types"], k); err != nil {
		return nil, err
	}
	values, err := readTexts(r.values["function_argument_values"])
	if err != nil {
		return nil, err
	}
	nulls, err := readTexts(r.values["function_argument_nulls"])
	if err != nil {
		return nil, err
	}
	if len(values) != len(m.ArgTypes) || len(nulls) != len(m.ArgTypes) {
		return nil, fmt.Errorf("%d types, %d values, %d nulls", len(m.ArgTypes), len(values), len(nulls))
	}
	m.ArgValues = make([][]byte, len(values))
	for i, v := range values {
		if cqltype.DecodeBoolean([]byte(nulls[i])) {
			continue
		}
		if m.ArgValues[i], err = m.ArgTypes[i].Parse(v); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (d *decoder) droppedColumns(k *schema.Keyspace, t *schema.Table) error {
	for _, r := range d.of("dropped_columns", k, t.Name) {
		typ, err := parseType(r.text("type"), k)
		if err != nil {
			return fmt.Errorf("dropped column %s: %w", r.name(1), err)
		}
		kind := schema.Regular
		if r.text("kind") == "static" {
			kind = schema.Static
		}
		t.Dropped[r.name(1)] = &schema.DroppedColumn{
			Name: r.name(1), Type: typ, Kind: kind, Time: cqltype.DecodeTimestamp(r.values["dropped_time"]) * 1000,
		}
	}
	return nil
}
