package syskeyspace

import (
	"fmt"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Read fetches a table of system_schema: all its partitions, merged over whatever wrote them.
type Read func(t *schema.Table) ([]*row.Partition, error)

// Decode reads the schema from system_schema. The local keyspaces are always those of the program; of the cluster's own
// keyspaces (system_auth and so on) stored tables win, and what is missing is added. Virtual keyspaces are not there.
func Decode(read Read) (*schema.Schema, error) {
	base, err := Load()
	if err != nil {
		return nil, err
	}
	d := &decoder{rows: map[string]map[string][]stored{}}
	for _, table := range Tables() {
		t := base.Table(Name, table)
		parts, err := read(t)
		if err != nil {
			return nil, err
		}
		d.collect(t, parts)
	}
	s := &schema.Schema{Keyspaces: map[string]*schema.Keyspace{}}
	for name, rows := range d.rows["keyspaces"] {
		if schema.IsLocal(name) || len(rows) == 0 {
			continue
		}
		k, err := d.keyspace(name, rows[0])
		if err != nil {
			return nil, fmt.Errorf("schema of keyspace %s: %w", name, err)
		}
		s.Keyspaces[name] = k
	}
	for name, k := range base.Keyspaces {
		s.Keyspaces[name] = complete(s.Keyspaces[name], k)
	}
	return s.WithVersion(), nil
}

// complete is a stored system keyspace with the tables that it lacks; base when nothing was stored.
func complete(k, base *schema.Keyspace) *schema.Keyspace {
	if k == nil {
		return base
	}
	for _, name := range sorted(base.Tables) {
		if k.Tables[name] == nil {
			k = k.WithTable(base.Tables[name])
		}
	}
	return k
}

// stored is one row: the clustering and the values that are not null.
type stored struct {
	clustering [][]byte
	values     map[string][]byte
}

func (s stored) text(column string) string { return string(s.values[column]) }

// name is the n-th clustering value as a text.
func (s stored) name(n int) string { return string(s.clustering[n]) }

func (s stored) integer(column string) int { return int(cqltype.DecodeInt(s.values[column])) }

// boolean is false for null unless that means true.
func (s stored) boolean(column string, null bool) bool {
	if v := s.values[column]; v != nil {
		return cqltype.DecodeBoolean(v)
	}
	return null
}

func (s stored) double(column string) float64 { return cqltype.DecodeDouble(s.values[column]) }

func (s stored) uuid(column string) uuid.UUID {
	u, _ := uuid.FromBytes(s.values[column])
	return u
}

// decoder holds the rows by table and keyspace.
type decoder struct {
	rows map[string]map[string][]stored
}

func (d *decoder) collect(t *schema.Table, parts []*row.Partition) {
	d.rows[t.Name] = map[string][]stored{}
	for _, p := range parts {
		if p = row.Purge(p, t, 0); p == nil {
			continue
		}
		name := string(p.Key)
		for _, r := range p.Rows {
			s := stored{clustering: r.Clustering, values: map[string][]byte{}}
			for _, c := range r.Cells {
				s.values[c.Column] = c.Value
			}
			if len(s.clustering) == len(t.Clustering) {
				d.rows[t.Name][name] = append(d.rows[t.Name][name], s)
			}
		}
	}
}

func (d *decoder) keyspace(name string, r stored) (*schema.Keyspace, error) {
	options, err := readMap(r.values["replication"])
	if err != nil {
		return nil, err
	}
	class := options["class"]
	delete(options, "class")
	k := schema.NewKeyspace(name, schema.Replication{Class: class, Options: options})
	k.DurableWrites = r.boolean("durable_writes", true)
	if err := d.types(k); err != nil {
		return nil, err
	}
	for _, table := range []string{"tables", "views"} {
		for _, r := range d.rows[table][name] {
			t, err := d.table(k, r, table == "views")
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name(0), err)
			}
			k = k.WithTable(t)
		}
	}
	if k, err = d.functions(k); err != nil {
		return nil, err
	}
	return d.aggregates(k)
}

// typeReader resolves user types that refer to each other.
type typeReader struct {
	keyspace *schema.Keyspace
	rows     map[string]stored
	open     map[string]bool
	err      error
}

// UserType implements cqltype.Resolver.
func (r *typeReader) UserType(name string) (cqltype.Type, bool) {
	if u := r.keyspace.Types[name]; u != nil {
		return u, true
	}
	s, ok := r.rows[name]
	if !ok || r.open[name] {
		return nil, false
	}
	r.open[name] = true
	u, err := r.read(name, s)
	if err != nil {
		r.err = err
		return nil, false
	}
	r.keyspace.Types[name] = u
	return u, true
}

func (r *typeReader) read(name string, s stored) (*cqltype.UserType, error) {
	names, err := readTexts(s.values["field_names"])
	if err != nil {
		return nil, err
	}
	types, err := readTexts(s.values["field_types"])
	if err != nil {
		return nil, err
	}
	if len(names) != len(types) {
		return nil, fmt.Errorf("type %s has %d field names and %d field types", name, len(names), len(types))
	}
	fields := make([]cqltype.Field, len(names))
	for i := range names {
		t, err := parseType(types[i], r)
		if err != nil {
			return nil, fmt.Errorf("type %s: %w", name, err)
		}
		fields[i] = cqltype.Field{Name: names[i], Type: t}
	}
	return cqltype.NewUserType(r.keyspace.Name, name, fields, false), nil
}

func (d *decoder) types(k *schema.Keyspace) error {
	r := &typeReader{keyspace: k, rows: map[string]stored{}, open: map[string]bool{}}
	for _, s := range d.rows["types"][k.Name] {
		r.rows[s.name(0)] = s
	}
	for _, name := range sorted(r.rows) {
		if _, ok := r.UserType(name); !ok {
			return fmt.Errorf("type %s: %w", name, r.err)
		}
	}
	return nil
}

// of lists the rows of a table that belong to one table or view.
func (d *decoder) of(table string, k *schema.Keyspace, name string) []stored {
	var out []stored
	for _, s := range d.rows[table][k.Name] {
		if s.name(0) == name {
			out = append(out, s)
		}
	}
	return out
}

func (d *decoder) functions(k *schema.Keyspace) (*schema.Keyspace, error) {
	for _, s := range d.rows["functions"][k.Name] {
		f := &schema.Function{
			Keyspace: k.Name, Name: s.name(0), CalledOnNullInput: s.boolean("called_on_null_input", false),
			Language: s.text("language"), Body: s.text("body"),
		}
		var err error
		if f.ArgNames, err = readTexts(s.values["argument_names"]); err != nil {
			return nil, err
		}
		if f.ArgTypes, err = readTypes(s.clustering[1], k); err != nil {
			return nil, err
		}
		if f.ReturnType, err = parseType(s.text("return_type"), k); err != nil {
			return nil, err
		}
		if len(f.ArgNames) != len(f.ArgTypes) {
			return nil, fmt.Errorf("function %s has %d argument names and %d types", f.Name, len(f.ArgNames), len(f.ArgTypes))
		}
		k = k.WithFunction(f)
	}
	return k, nil
}

func readTypes(v []byte, k *schema.Keyspace) ([]cqltype.Type, error) {
	list, err := readTexts(v)
	if err != nil {
		return nil, err
	}
	types := make([]cqltype.Type, len(list))
	for i, s := range list {
		if types[i], err = parseType(s, k); err != nil {
			return nil, err
		}
	}
	return types, nil
}

func (d *decoder) aggregates(k *schema.Keyspace) (*schema.Keyspace, error) {
	for _, s := range d.rows["aggregates"][k.Name] {
		a := &schema.Aggregate{Keyspace: k.Name, Name: s.name(0), StateFunc: s.text("state_func"), FinalFunc: s.text("final_func")}
		var err error
		if a.ArgTypes, err = readTypes(s.clustering[1], k); err != nil {
			return nil, err
		}
		if a.StateType, err = parseType(s.text("state_type"), k); err != nil {
			return nil, err
		}
		if a.ReturnType, err = parseType(s.text("return_type"), k); err != nil {
			return nil, err
		}
		if v := s.values["initcond"]; v != nil {
			if a.InitCond, err = readLiteral(a.StateType, string(v)); err != nil {
				return nil, fmt.Errorf("initcond of %s: %w", a.Name, err)
			}
		}
		k = k.WithAggregate(a)
	}
	return k, nil
}
