package schema

import (
	"maps"
	"strconv"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

const (
	compactionPackage = "org.apache.cassandra.db.compaction."
	compressPackage   = "org.apache.cassandra.io.compress."
	defaultFPChance   = 0.01
	leveledFPChance   = 0.1
	maxTTL            = 20 * 365 * 24 * 60 * 60
)

// DefaultOptions are the options of a table that was created without WITH.
func DefaultOptions() Options {
	return Options{
		AdditionalWritePolicy: "99p",
		AllowAutoSnapshot:     true,
		BloomFilterFPChance:   defaultFPChance,
		Caching:               map[string]string{"keys": "ALL", "rows_per_partition": "NONE"},
		Compaction:            map[string]string{"class": compactionPackage + "SizeTieredCompactionStrategy", "max_threshold": "32", "min_threshold": "4"},
		Compression:           map[string]string{"chunk_length_in_kb": "16", "class": compressPackage + "LZ4Compressor"},
		Memtable:              "default",
		CRCCheckChance:        1,
		Extensions:            map[string][]byte{},
		GCGraceSeconds:        864000,
		IncrementalBackups:    true,
		MaxIndexInterval:      2048,
		MinIndexInterval:      128,
		ReadRepair:            "BLOCKING",
		SpeculativeRetry:      "99p",
	}
}

// tableOption is one property of CREATE and ALTER TABLE ... WITH.
type tableOption struct {
	name string
	set  func(o *Options, p *property) error
}

// tableOptions are in the order in which Cassandra reads them, which is the order in which errors are found.
var tableOptions = []tableOption{
	{"allow_auto_snapshot", func(o *Options, p *property) error { return p.boolean(&o.AllowAutoSnapshot) }},
	{"bloom_filter_fp_chance", func(o *Options, p *property) error { return p.double(&o.BloomFilterFPChance) }},
	{"caching", func(o *Options, p *property) error { return p.mapped(&o.Caching, parseCaching) }},
	{"comment", func(o *Options, p *property) error { return p.text(&o.Comment) }},
	{"compaction", func(o *Options, p *property) error { return p.mapped(&o.Compaction, parseCompaction) }},
	{"compression", func(o *Options, p *property) error { return p.mapped(&o.Compression, parseCompression) }},
	{"memtable", setMemtable},
	{"default_time_to_live", func(o *Options, p *property) error { return p.integer(&o.DefaultTTL) }},
	{"gc_grace_seconds", func(o *Options, p *property) error { return p.integer(&o.GCGraceSeconds) }},
	{"incremental_backups", func(o *Options, p *property) error { return p.boolean(&o.IncrementalBackups) }},
	{"max_index_interval", func(o *Options, p *property) error { return p.integer(&o.MaxIndexInterval) }},
	{"memtable_flush_period_in_ms", func(o *Options, p *property) error { return p.integer(&o.MemtableFlushPeriodInMs) }},
	{"min_index_interval", func(o *Options, p *property) error { return p.integer(&o.MinIndexInterval) }},
	{"speculative_retry", func(o *Options, p *property) error { return p.parsed(&o.SpeculativeRetry, parseSpeculativeRetry) }},
	{"additional_write_policy", func(o *Options, p *property) error { return p.parsed(&o.AdditionalWritePolicy, parseSpeculativeRetry) }},
	{"crc_check_chance", func(o *Options, p *property) error { return p.double(&o.CRCCheckChance) }},
	{"cdc", func(o *Options, p *property) error { return p.boolean(&o.CDC) }},
	{"read_repair", func(o *Options, p *property) error { return p.parsed(&o.ReadRepair, parseReadRepair) }},
	{"extensions", func(*Options, *property) error { return nil }}, // known, and without effect from CQL
}

// tableProperties checks the names of properties and takes out the table's id, if it is given.
func tableProperties(list []ast.Property) (id string, err error) {
	for _, p := range list {
		switch {
		case p.Name == "id":
			id = p.Text
		case !isTableOption(p.Name):
			return "", unknownProperty(p.Name)
		}
	}
	return id, nil
}

func isTableOption(name string) bool {
	for _, o := range tableOptions {
		if o.name == name {
			return true
		}
	}
	return false
}

func unknownProperty(name string) error { return cqlerr.Syntax("Unknown property '%s'", name) }

// checkValues refuses values that cannot be read. Cassandra does so first, when it looks at time to live and compaction for its
// guardrails: before it looks at the schema, and at names that it does not know.
func checkValues(list []ast.Property) error {
	_, err := Options{}.read(list)
	return err
}

// read is o with the values of properties, which may not go together.
func (o Options) read(list []ast.Property) (Options, error) {
	for _, option := range tableOptions {
		if p := findProperty(list, option.name); p != nil {
			if err := option.set(&o, p); err != nil {
				return o, err
			}
		}
	}
	return o, nil
}

// apply is o changed by properties whose names were checked. fresh says that a table is being created.
func (o Options) apply(list []ast.Property, fresh bool) (Options, error) {
	o, err := o.read(list)
	if err != nil {
		return o, err
	}
	// A table that is created with LeveledCompactionStrategy has another default.
	if fresh && findProperty(list, "bloom_filter_fp_chance") == nil {
		o.BloomFilterFPChance = defaultFP(o.Compaction["class"])
	}
	if p := findProperty(list, "bloom_filter_fp_chance"); p != nil && o.BloomFilterFPChance == -1 {
		o.BloomFilterFPChance = defaultFP(o.Compaction["class"])
	}
	return o, o.validate()
}

func defaultFP(class string) float64 {
	if class == compactionPackage+"LeveledCompactionStrategy" {
		return leveledFPChance
	}
	return defaultFPChance
}

// validate is TableParams.validate.
func (o Options) validate() error {
	const minFPChance = 6.71e-5
	if err := checkCompaction(o.Compaction); err != nil {
		return err
	}
	switch {
	case o.BloomFilterFPChance <= minFPChance || o.BloomFilterFPChance > 1:
		return cqlerr.Config("bloom_filter_fp_chance must be larger than %s and less than or equal to 1.0 (got %s)",
			cqltype.FormatDouble(minFPChance), cqltype.FormatDouble(o.BloomFilterFPChance))
	case o.CRCCheckChance < 0 || o.CRCCheckChance > 1:
		return cqlerr.Config("crc_check_chance must be larger than or equal to 0 and smaller than or equal to 1.0 (got %s)", cqltype.FormatDouble(o.CRCCheckChance))
	case o.DefaultTTL < 0:
		return atLeast("default_time_to_live", 0, o.DefaultTTL)
	case o.DefaultTTL > maxTTL:
		return cqlerr.Config("default_time_to_live must be less than or equal to %d (got %d)", maxTTL, o.DefaultTTL)
	case o.GCGraceSeconds < 0:
		return atLeast("gc_grace_seconds", 0, o.GCGraceSeconds)
	case o.MinIndexInterval < 1:
		return atLeast("min_index_interval", 1, o.MinIndexInterval)
	case o.MaxIndexInterval < o.MinIndexInterval:
		return cqlerr.Config("max_index_interval must be greater than or equal to min_index_interval (%d) (got %d)", o.MinIndexInterval, o.MaxIndexInterval)
	case o.MemtableFlushPeriodInMs < 0:
		return atLeast("memtable_flush_period_in_ms", 0, o.MemtableFlushPeriodInMs)
	}
	return nil
}

func atLeast(name string, least, got int) error {
	return cqlerr.Config("%s must be greater than or equal to %d (got %d)", name, least, got)
}

func setMemtable(o *Options, p *property) error {
	if err := p.text(&o.Memtable); err != nil {
		return err
	}
	if o.Memtable != "default" {
		return cqlerr.Config("Memtable configuration \"%s\" not found.", o.Memtable)
	}
	return nil
}

// parseReadRepair is ReadRepairStrategy.fromString, whose failure nobody catches.
func parseReadRepair(_, text string) (string, error) {
	switch upper := strings.ToUpper(text); upper {
	case "NONE", "BLOCKING":
		return upper, nil
	default:
		return "", cqlerr.Server("java.lang.IllegalArgumentException: No enum constant org.apache.cassandra.service.reads.repair.ReadRepairStrategy.%s", upper)
	}
}

// parseCaching is CachingParams.fromMap.
func parseCaching(m map[string]string) (map[string]string, error) {
	out := map[string]string{"keys": "NONE", "rows_per_partition": "NONE"}
	if unknown := without(m, "keys", "rows_per_partition"); len(unknown) > 0 {
		return nil, cqlerr.Config("Invalid caching sub-options %s: only 'keys' and 'rows_per_partition' are allowed", javaList(unknown))
	}
	if v, ok := m["keys"]; ok {
		out["keys"] = strings.ToUpper(v)
		if out["keys"] != "ALL" && out["keys"] != "NONE" {
			return nil, cqlerr.Config("Invalid value '%s' for caching sub-option 'keys': only 'ALL' and 'NONE' are allowed", v)
		}
	}
	if v, ok := m["rows_per_partition"]; ok {
		rows, ok := parseRowsPerPartition(v)
		if !ok {
			return nil, cqlerr.Config("Invalid value '%s' for caching sub-option 'rows_per_partition': only 'ALL', 'NONE', and integer values are allowed", v)
		}
		out["rows_per_partition"] = rows
	}
	return out, nil
}

func parseRowsPerPartition(v string) (string, bool) {
	switch upper := strings.ToUpper(v); upper {
	case "ALL", "NONE":
		return upper, true
	}
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil || n < 0 || !isDigits(v) {
		return "", false
	}
	switch n {
	case 0:
		return "NONE", true
	case 1<<31 - 1:
		return "ALL", true
	}
	return strconv.FormatInt(n, 10), true
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// without lists the keys of m but for the known ones, in the order of a Java HashMap.
func without(m map[string]string, known ...string) []string {
	rest := maps.Clone(m)
	for _, k := range known {
		delete(rest, k)
	}
	return hashOrder(rest)
}

func javaList(list []string) string { return "[" + strings.Join(list, ", ") + "]" }
