package schema

import (
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqltype"
)

const clauseIndent = "\n    AND "

// sortedFold lists the keys without regard to case, as DESCRIBE does.
func sortedFold[V any](m map[string]V) []string {
	keys := sortedKeys(m)
	sort.SliceStable(keys, func(i, j int) bool { return strings.ToLower(keys[i]) < strings.ToLower(keys[j]) })
	return keys
}

// ToCQL is the CREATE KEYSPACE statement.
func (k *Keyspace) ToCQL() string {
	name := ast.QuoteName(k.Name)
	if k.Virtual {
		return "/*\nWarning: Keyspace " + name + " is a virtual keyspace and cannot be recreated with CQL.\nStructure, for reference:\nVIRTUAL KEYSPACE " + name + ";\n*/"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE KEYSPACE %s WITH replication = {'class': %s", name, ast.QuoteString(shortLocator(k.Replication.Class)))
	for _, option := range hashOrderOf(k.Replication.Options, len(k.Replication.Options)+1) {
		fmt.Fprintf(&b, ", %s: %s", ast.QuoteString(option), ast.QuoteString(k.Replication.Options[option]))
	}
	fmt.Fprintf(&b, "}  AND durable_writes = %t;", k.DurableWrites)
	return b.String()
}

// TypeToCQL is the CREATE TYPE statement of a user type.
func TypeToCQL(u *cqltype.UserType) string {
	fields := make([]string, len(u.Fields))
	for i, f := range u.Fields {
		fields[i] = "    " + ast.QuoteName(f.Name) + " " + f.Type.String()
	}
	return "CREATE TYPE " + qualified(u.Keyspace, u.Name) + " (\n" + strings.Join(fields, ",\n") + "\n);"
}

func qualified(keyspace, name string) string {
	return ast.QuoteName(keyspace) + "." + ast.QuoteName(name)
}

// bareType is a type's text without frozen<> around it: signatures do not say that tuples are frozen.
func bareType(t cqltype.Type) string {
	text, frozen := strings.CutPrefix(t.String(), "frozen<")
	if frozen {
		text = strings.TrimSuffix(text, ">")
	}
	return text
}

func bareTypes(types []cqltype.Type) string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = bareType(t)
	}
	return strings.Join(out, ", ")
}

// Signature is the function's name with its argument types, as DESCRIBE lists it.
func (f *Function) Signature() string {
	return ast.QuoteName(f.Name) + "(" + bareTypes(f.ArgTypes) + ")"
}

// ToCQL is the CREATE FUNCTION statement.
func (f *Function) ToCQL() string {
	args := make([]string, len(f.ArgTypes))
	for i, t := range f.ArgTypes {
		args[i] = ast.QuoteName(f.ArgNames[i]) + " " + bareType(t)
	}
	onNull := "RETURNS NULL"
	if f.CalledOnNullInput {
		onNull = "CALLED"
	}
	return "CREATE FUNCTION " + qualified(f.Keyspace, f.Name) + "(" + strings.Join(args, ", ") + ")\n    " + onNull +
		" ON NULL INPUT\n    RETURNS " + bareType(f.ReturnType) + "\n    LANGUAGE " + f.Language + "\n    AS $$" + f.Body + "$$;"
}

// Signature is the aggregate's name with its argument types, as DESCRIBE lists it.
func (a *Aggregate) Signature() string {
	return ast.QuoteName(a.Name) + "(" + bareTypes(a.ArgTypes) + ")"
}

// ToCQL is the CREATE AGGREGATE statement.
func (a *Aggregate) ToCQL() string {
	var b strings.Builder
	b.WriteString("CREATE AGGREGATE " + qualified(a.Keyspace, a.Name) + "(" + bareTypes(a.ArgTypes) + ")")
	fmt.Fprintf(&b, "\n    SFUNC %s\n    STYPE %s", ast.QuoteName(a.StateFunc), bareType(a.StateType))
	if a.FinalFunc != "" {
		b.WriteString("\n    FINALFUNC " + ast.QuoteName(a.FinalFunc))
	}
	if a.InitCond != nil {
		b.WriteString("\n    INITCOND " + a.StateType.Format(a.InitCond))
	}
	return b.String() + ";"
}

// IndexToCQL is the CREATE INDEX statement of an index on t.
func (t *Table) IndexToCQL(i *Index) string {
	head, tail := "CREATE INDEX ", ""
	if i.Kind == KindCustom {
		head, tail = "CREATE CUSTOM INDEX ", " USING "+ast.QuoteString(i.Options["class_name"])
		options := cloneMap(i.Options)
		delete(options, "class_name")
		delete(options, "target")
		if len(options) > 0 {
			tail += " WITH OPTIONS = " + mapText(options)
		}
	}
	return head + ast.QuoteName(i.Name) + " ON " + qualified(t.Keyspace, t.Name) + " (" + i.Options["target"] + ")" + tail + ";"
}

// ToCQL is the CREATE TABLE or CREATE MATERIALIZED VIEW statement. With internals it shows the id and what was dropped.
func (t *Table) ToCQL(internals bool) string {
	switch {
	case t.View != nil:
		return t.viewCQL(internals)
	case t.Virtual:
		return "/*\nWarning: Table " + qualified(t.Keyspace, t.Name) + " is a virtual table and cannot be recreated with CQL.\nStructure, for reference:\n" +
			"VIRTUAL TABLE " + t.columnsCQL(false) + ") WITH " + t.clauses(false) + ";\n*/"
	case t.Compact:
		return "/*\nWarning: Table " + qualified(t.Keyspace, t.Name) + " omitted because it has constructs not compatible with CQL (was created via legacy API).\n" +
			"Approximate structure, for reference:\n(this should not be used to reproduce this schema)\n\n" + t.tableCQL(internals) + "\n*/"
	}
	return t.tableCQL(internals)
}

func (t *Table) tableCQL(internals bool) string {
	text := "CREATE TABLE " + t.columnsCQL(internals) + ") WITH " + t.clauses(internals) + ";"
	if internals {
		text += t.droppedCQL()
	}
	return text
}

// columnsCQL is the part up to the closing parenthesis.
func (t *Table) columnsCQL(internals bool) string {
	inline := len(t.PartitionKey) == 1 && len(t.Clustering) == 0
	var lines []string
	for _, c := range t.describedColumns() {
		if internals && t.Dropped[c.Name] != nil {
			continue
		}
		line := "    " + c.definition(t.IsStaticCompact())
		if inline && c.Kind == PartitionKey {
			line += " PRIMARY KEY"
		}
		lines = append(lines, line)
	}
	if internals {
		for _, name := range bufferOrder(t.Dropped) {
			d := t.Dropped[name]
			line := "    " + ast.QuoteName(name) + " " + d.Type.String()
			if d.Kind == Static {
				line += " static"
			}
			lines = append(lines, line)
		}
	}
	if !inline {
		lines = append(lines, "    "+t.primaryKeyCQL())
	}
	return qualified(t.Keyspace, t.Name) + " (\n" + strings.Join(lines, ",\n") + "\n"
}

// describedColumns are AllColumns, but with multi-cell columns after the others of their kind.
func (t *Table) describedColumns() []*Column {
	all := t.AllColumns()
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.Kind != b.Kind {
			return a.Kind < b.Kind
		}
		return !a.IsPrimaryKey() && !a.Type.IsMultiCell() && b.Type.IsMultiCell()
	})
	return all
}

func (c *Column) definition(staticCompact bool) string {
	text := ast.QuoteName(c.Name) + " " + c.Type.String()
	if c.Kind == Static && !staticCompact {
		text += " static"
	}
	if c.Mask != nil {
		text += " MASKED WITH " + c.Mask.String()
	}
	return text
}

// String is the masking function with its arguments.
func (m *Mask) String() string {
	args := make([]string, len(m.ArgValues))
	for i, v := range m.ArgValues {
		args[i] = "null"
		if v != nil {
			args[i] = m.ArgTypes[i].Format(v)
		}
	}
	return m.Keyspace + "." + m.Function + "(" + strings.Join(args, ", ") + ")"
}

func columnList(columns []*Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = ast.QuoteName(c.Name)
	}
	return strings.Join(names, ", ")
}

func (t *Table) primaryKeyCQL() string {
	partition := columnList(t.PartitionKey)
	if len(t.PartitionKey) > 1 {
		partition = "(" + partition + ")"
	}
	if len(t.Clustering) > 0 && !t.IsStaticCompact() {
		partition += ", " + columnList(t.Clustering)
	}
	return "PRIMARY KEY (" + partition + ")"
}

func (t *Table) viewCQL(internals bool) string {
	selection := "*"
	if !t.View.AllColumns {
		selection = columnList(t.AllColumns())
	}
	return "CREATE MATERIALIZED VIEW " + qualified(t.Keyspace, t.Name) + " AS\n    SELECT " + selection +
		"\n    FROM " + qualified(t.Keyspace, t.View.BaseTable) + "\n    WHERE " + t.View.WhereClause +
		"\n    " + t.primaryKeyCQL() + "\n WITH " + t.clauses(internals) + ";"
}

// droppedCQL are the statements that drop columns again, and add those that came back.
func (t *Table) droppedCQL() string {
	var b strings.Builder
	for _, name := range bufferOrder(t.Dropped) {
		d := t.Dropped[name]
		table := "\nALTER TABLE " + qualified(t.Keyspace, t.Name)
		fmt.Fprintf(&b, "%s DROP %s USING TIMESTAMP %d;", table, ast.QuoteName(name), d.Time)
		if c := t.Columns[name]; c != nil {
			fmt.Fprintf(&b, "%s ADD %s;", table, c.definition(t.IsStaticCompact()))
		}
	}
	return b.String()
}

// clauses is what follows WITH.
func (t *Table) clauses(internals bool) string {
	var list []string
	if t.Compact {
		list = append(list, "COMPACT STORAGE")
	}
	if internals {
		list = append(list, "ID = "+t.ID.String())
	}
	if len(t.Clustering) > 0 {
		order := make([]string, len(t.Clustering))
		for i, c := range t.Clustering {
			order[i] = ast.QuoteName(c.Name) + " ASC"
			if c.Desc {
				order[i] = ast.QuoteName(c.Name) + " DESC"
			}
		}
		list = append(list, "CLUSTERING ORDER BY ("+strings.Join(order, ", ")+")")
	}
	if t.Virtual {
		list = append(list, "comment = "+ast.QuoteString(t.Options.Comment))
	} else {
		list = append(list, t.Options.clauses(t.View != nil)...)
	}
	return strings.Join(list, clauseIndent)
}

func (o Options) clauses(view bool) []string {
	list := []string{
		"additional_write_policy = " + ast.QuoteString(o.AdditionalWritePolicy),
		"allow_auto_snapshot = " + strconv.FormatBool(o.AllowAutoSnapshot),
		"bloom_filter_fp_chance = " + cqltype.FormatDouble(o.BloomFilterFPChance),
		"caching = " + mapText(o.Caching),
		"cdc = " + strconv.FormatBool(o.CDC),
		"comment = " + ast.QuoteString(o.Comment),
		"compaction = " + mapText(o.Compaction),
		"compression = " + mapText(o.Compression),
		"memtable = " + ast.QuoteString(o.Memtable),
		"crc_check_chance = " + cqltype.FormatDouble(o.CRCCheckChance),
	}
	if !view {
		list = append(list, "default_time_to_live = "+strconv.Itoa(o.DefaultTTL))
	}
	extensions := make(map[string]string, len(o.Extensions))
	for k, v := range o.Extensions {
		extensions[k] = "0x" + hex.EncodeToString(v)
	}
	return append(list,
		"extensions = "+extensionText(extensions),
		"gc_grace_seconds = "+strconv.Itoa(o.GCGraceSeconds),
		"incremental_backups = "+strconv.FormatBool(o.IncrementalBackups),
		"max_index_interval = "+strconv.Itoa(o.MaxIndexInterval),
		"memtable_flush_period_in_ms = "+strconv.Itoa(o.MemtableFlushPeriodInMs),
		"min_index_interval = "+strconv.Itoa(o.MinIndexInterval),
		"read_repair = "+ast.QuoteString(o.ReadRepair),
		"speculative_retry = "+ast.QuoteString(o.SpeculativeRetry),
	)
}

// mapText is a map of texts as CQL, by key.
func mapText(m map[string]string) string {
	parts := make([]string, 0, len(m))
	for _, k := range sortedKeys(m) {
		parts = append(parts, ast.QuoteString(k)+": "+ast.QuoteString(m[k]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func extensionText(m map[string]string) string {
	parts := make([]string, 0, len(m))
	for _, k := range sortedKeys(m) {
		parts = append(parts, ast.QuoteString(k)+": "+m[k])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
