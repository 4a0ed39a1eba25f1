package syskeyspace

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Decode makes a schema of all live rows of system_schema, by table name, and puts the node's own keyspaces in.
//
// Nodes that change the schema at the same time can leave parts of something that was dropped: tables without an id or
// a key, views without their table, indexes on columns that are gone. They do not count.
func (c *Codec) Decode(rows map[string][]*row.Partition) (*schema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &schema.Schema{Keyspaces: map[string]*schema.Keyspace{}}
	last := map[string]*decoded{}
	for name, d := range c.collect(rows) {
		k, err := d.decode(c.last[name])
		if err != nil {
			return nil, fmt.Errorf("keyspace %s: %w", name, err)
		}
		if k != nil {
			last[name], s.Keyspaces[name] = k, k.keyspace
		}
	}
	c.last = last
	for name, k := range c.base.Keyspaces {
		if c.isOwn(name) {
			s.Keyspaces[name] = k
		}
	}
	c.decoded = s.WithVersion(c.decoded)
	return c.decoded, nil
}

// collect sorts rows by keyspace. Rows of the wrong shape are left out.
func (c *Codec) collect(rows map[string][]*row.Partition) map[string]*decoder {
	out := map[string]*decoder{}
	for _, t := range c.tables {
		for _, p := range rows[t.Name] {
			name := string(p.Key)
			if c.isOwn(name) {
				continue
			}
			d := out[name]
			if d == nil {
				d = &decoder{name: name, rows: map[string]map[string][]stored{}}
				out[name] = d
			}
			d.collect(t, p)
		}
	}
	return out
}

// stored is one row.
type stored struct{ row *row.Row }

// value is nil for null. Rows have so few cells that looking at each is fastest.
func (s stored) value(column string) []byte {
	for i := range s.row.Cells {
		if c := &s.row.Cells[i]; c.Column == column && c.Kind == row.Value {
			return c.Value
		}
	}
	return nil
}

func (s stored) text(column string) string { return string(s.value(column)) }

// name is the n-th clustering value as a text.
func (s stored) name(n int) string { return string(s.row.Clustering[n]) }

func (s stored) integer(column string) int { return int(cqltype.DecodeInt(s.value(column))) }

func (s stored) bigint(column string) int64 { return cqltype.DecodeBigint(s.value(column)) }

// boolean is null's meaning when the column is null.
func (s stored) boolean(column string, null bool) bool {
	if v := s.value(column); v != nil {
		return cqltype.DecodeBoolean(v)
	}
	return null
}

func (s stored) double(column string) float64 { return cqltype.DecodeDouble(s.value(column)) }

func (s stored) uuid(column string) uuid.UUID { return cqltype.DecodeUUID(s.value(column)) }

// decoder has the rows of one keyspace: by table of system_schema, then by the first clustering value, which is the
// name of what the row belongs to.
type decoder struct {
	name     string
	rows     map[string]map[string][]stored
	keyspace *schema.Keyspace
}

func (d *decoder) collect(t *schema.Table, p *row.Partition) {
	byName := d.rows[t.Name]
	if byName == nil {
		byName = map[string][]stored{}
		d.rows[t.Name] = byName
	}
	for _, r := range p.Rows {
		if len(r.Clustering) != len(t.Clustering) {
			continue
		}
		name := ""
		if len(r.Clustering) > 0 {
			name = string(r.Clustering[0])
		}
		byName[name] = append(byName[name], stored{r})
	}
}

// tableParts are the tables whose rows make a table or view.
var tableParts = []string{"tables", "views", "columns", "dropped_columns", "indexes", "triggers", "column_masks"}

// sum digests the rows of these tables that belong to name, or all of them.
func (d *decoder) sum(tables []string, name string, all bool) digest {
	var buf []byte
	for _, t := range tables {
		buf = append(append(buf, t...), 0)
		names := []string{name}
		if all {
			names = sorted(d.rows[t])
		}
		for _, n := range names {
			for _, s := range d.rows[t][n] {
				buf = row.AppendRow(buf, s.row, true)
			}
		}
	}
	return sha256.Sum256(buf)
}

// decode makes the keyspace; nil when it does not exist. What is as in last is taken from there.
func (d *decoder) decode(last *decoded) (*decoded, error) {
	list := d.rows["keyspaces"][""]
	if len(list) == 0 || list[0].value("replication") == nil {
		return nil, nil
	}
	out := &decoded{sum: d.sum(sorted(d.rows), "", true), tables: map[string]digest{}}
	if last != nil && last.sum == out.sum {
		return last, nil
	}
	options, err := readMap(list[0].value("replication"))
	if err != nil {
		return nil, err
	}
	class := options["class"]
	delete(options, "class")
	d.keyspace = schema.NewKeyspace(d.name, schema.Replication{Class: class, Options: options})
	d.keyspace.DurableWrites = list[0].boolean("durable_writes", true)
	out.keyspace = d.keyspace
	if err := d.types(); err != nil {
		return nil, err
	}
	if err := d.tables(out, last); err != nil {
		return nil, err
	}
	if err := d.functions(); err != nil {
		return nil, err
	}
	return out, d.aggregates()
}

// tables decodes tables and views in the order in which they were created.
func (d *decoder) tables(out, last *decoded) error {
	const types = "" // no table has that name: the digest of all user types
	out.tables[types] = d.sum([]string{"types"}, "", true)
	reuse := last != nil && last.tables[types] == out.tables[types]
	for _, kind := range []string{"tables", "views"} {
		var list []stored
		for _, name := range sorted(d.rows[kind]) {
			list = append(list, d.rows[kind][name]...)
		}
		slices.SortStableFunc(list, func(a, b stored) int { return cmp.Compare(a.bigint(createdColumn), b.bigint(createdColumn)) })
		for _, s := range list {
			name := s.name(0)
			if kind == "views" && d.keyspace.Tables[s.text("base_table_name")] == nil {
				continue
			}
			out.tables[name] = d.sum(tableParts, name, false)
			if reuse && last.keyspace.Tables[name] != nil && last.tables[name] == out.tables[name] {
				d.keyspace.Add(last.keyspace.Tables[name])
				continue
			}
			t, err := d.table(s, kind == "views")
			if err != nil {
				return fmt.Errorf("table %s: %w", name, err)
			}
			if t.ID != uuid.Nil && len(t.PartitionKey) > 0 {
				d.keyspace.Add(t)
			}
		}
	}
	return nil
}

func (d *decoder) functions() error {
	for _, name := range sorted(d.rows["functions"]) {
		for _, s := range d.rows["functions"][name] {
			f, err := d.function(s)
			if err != nil {
				return fmt.Errorf("function %s: %w", name, err)
			}
			d.keyspace.Functions[name] = append(d.keyspace.Functions[name], f)
		}
	}
	return nil
}

func (d *decoder) function(s stored) (f *schema.Function, err error) {
	f = &schema.Function{
		Keyspace: d.name, Name: s.name(0), CalledOnNullInput: s.boolean("called_on_null_input", false),
		Language: s.text("language"), Body: s.text("body"), Deterministic: s.boolean(deterministicColumn, false),
	}
	if f.ArgNames, err = readTexts(s.value("argument_names")); err != nil {
		return nil, err
	}
	if f.ArgTypes, err = readTypes(s.row.Clustering[1], d.keyspace); err != nil {
		return nil, err
	}
	if len(f.ArgNames) != len(f.ArgTypes) {
		return nil, fmt.Errorf("%d argument names and %d types", len(f.ArgNames), len(f.ArgTypes))
	}
	f.ReturnType, err = parseType(s.text("return_type"), d.keyspace)
	return f, err
}

func (d *decoder) aggregates() error {
	for _, name := range sorted(d.rows["aggregates"]) {
		for _, s := range d.rows["aggregates"][name] {
			a, err := d.aggregate(s)
			if err != nil {
				return fmt.Errorf("aggregate %s: %w", name, err)
			}
			d.keyspace.Aggregates[name] = append(d.keyspace.Aggregates[name], a)
		}
	}
	return nil
}

func (d *decoder) aggregate(s stored) (a *schema.Aggregate, err error) {
	a = &schema.Aggregate{
		Keyspace: d.name, Name: s.name(0), StateFunc: s.text("state_func"), FinalFunc: s.text("final_func"),
		Deterministic: s.boolean(deterministicColumn, false),
	}
	if a.ArgTypes, err = readTypes(s.row.Clustering[1], d.keyspace); err != nil {
		return nil, err
	}
	if a.StateType, err = parseType(s.text("state_type"), d.keyspace); err != nil {
		return nil, err
	}
	if a.ReturnType, err = parseType(s.text("return_type"), d.keyspace); err != nil {
		return nil, err
	}
	if v := s.value("initcond"); v != nil {
		if a.InitCond, err = readLiteral(a.StateType, string(v)); err != nil {
			return nil, fmt.Errorf("initcond: %w", err)
		}
	}
	return a, nil
}
