package syskeyspace

import (
	"cmp"
	"fmt"
	"slices"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

func (d *decoder) table(s stored, view bool) (*schema.Table, error) {
	t := schema.NewTable(d.name, s.name(0), s.uuid("id"))
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
		flags, err := readTexts(s.value("flags"))
		if err != nil {
			return nil, err
		}
		t.Compound, t.Dense = slices.Contains(flags, "compound"), slices.Contains(flags, "dense")
		t.Counter, t.Compact = slices.Contains(flags, "counter"), t.Dense || !t.Compound
	}
	for _, part := range []func(*schema.Table) error{d.columns, d.masks, d.droppedColumns, d.indexes, d.triggers} {
		if err := part(t); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func readOptions(s stored) (schema.Options, error) {
	o := schema.DefaultOptions()
	o.AdditionalWritePolicy, o.SpeculativeRetry = s.text("additional_write_policy"), s.text("speculative_retry")
	o.AllowAutoSnapshot, o.IncrementalBackups = s.boolean("allow_auto_snapshot", true), s.boolean("incremental_backups", true)
	o.BloomFilterFPChance, o.CRCCheckChance = s.double("bloom_filter_fp_chance"), s.double("crc_check_chance")
	o.CDC, o.Comment = s.boolean(cdcColumn, false), s.text("comment")
	o.DefaultTTL, o.GCGraceSeconds = s.integer("default_time_to_live"), s.integer("gc_grace_seconds")
	o.MaxIndexInterval, o.MinIndexInterval = s.integer("max_index_interval"), s.integer("min_index_interval")
	o.MemtableFlushPeriodInMs, o.ReadRepair = s.integer("memtable_flush_period_in_ms"), s.text("read_repair")
	if m := s.text("memtable"); m != "" {
		o.Memtable = m
	}
	for _, m := range []struct {
		column string
		to     *map[string]string
	}{{"caching", &o.Caching}, {"compaction", &o.Compaction}, {"compression", &o.Compression}} {
		v, err := readMap(s.value(m.column))
		if err != nil {
			return o, err
		}
		*m.to = v
	}
	extensions, err := readMap(s.value("extensions"))
	if err != nil {
		return o, err
	}
	for name, v := range extensions {
		o.Extensions[name] = []byte(v)
	}
	return o, nil
}

func (d *decoder) columns(t *schema.Table) error {
	rows := slices.Clone(d.rows["columns"][t.Name])
	slices.SortStableFunc(rows, func(a, b stored) int { return cmp.Compare(a.integer("position"), b.integer("position")) })
	for _, r := range rows {
		if r.value("kind") == nil { // the rest of a column that was dropped while it was altered elsewhere
			continue
		}
		kind := slices.Index(kindTexts[:], r.text("kind"))
		if kind < 0 {
			return fmt.Errorf("column %s is a %q", r.name(1), r.text("kind"))
		}
		typ, err := parseType(r.text("type"), d.keyspace)
		if err != nil {
			return fmt.Errorf("column %s: %w", r.name(1), err)
		}
		t.Add(&schema.Column{Name: r.name(1), Kind: schema.ColumnKind(kind), Type: typ, Desc: r.text("clustering_order") == "desc"})
	}
	return nil
}

func (d *decoder) masks(t *schema.Table) error {
	for _, r := range d.rows["column_masks"][t.Name] {
		c := t.Columns[r.name(1)]
		if c == nil {
			continue
		}
		m, err := readMask(d.keyspace, r)
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
	if m.ArgTypes, err = readTypes(r.value("function_argument_types"), k); err != nil {
		return nil, err
	}
	values, err := readTexts(r.value("function_argument_values"))
	if err != nil {
		return nil, err
	}
	nulls, err := readTexts(r.value("function_argument_nulls"))
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
		if m.ArgValues[i], err = readString(m.ArgTypes[i], v); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (d *decoder) droppedColumns(t *schema.Table) error {
	for _, r := range d.rows["dropped_columns"][t.Name] {
		typ, err := parseType(r.text("type"), d.keyspace)
		if err != nil {
			return fmt.Errorf("dropped column %s: %w", r.name(1), err)
		}
		kind := schema.Regular
		if r.text("kind") == "static" {
			kind = schema.Static
		}
		at := r.bigint("dropped_time") * 1000
		if r.value(droppedColumn) != nil {
			at = r.bigint(droppedColumn)
		}
		t.Dropped[r.name(1)] = &schema.DroppedColumn{Name: r.name(1), Type: typ, Kind: kind, Time: at}
	}
	return nil
}

func (d *decoder) indexes(t *schema.Table) error {
	for _, r := range d.rows["indexes"][t.Name] {
		options, err := readMap(r.value("options"))
		if err != nil {
			return fmt.Errorf("index %s: %w", r.name(1), err)
		}
		x := &schema.Index{Name: r.name(1), Kind: r.text("kind"), Options: options}
		if t.Columns[x.Target().Column] != nil {
			t.Indexes[x.Name] = x
		}
	}
	return nil
}

func (d *decoder) triggers(t *schema.Table) error {
	for _, r := range d.rows["triggers"][t.Name] {
		options, err := readMap(r.value("options"))
		if err != nil {
			return fmt.Errorf("trigger %s: %w", r.name(1), err)
		}
		t.Triggers[r.name(1)] = &schema.Trigger{Name: r.name(1), Class: options["class"]}
	}
	return nil
}
