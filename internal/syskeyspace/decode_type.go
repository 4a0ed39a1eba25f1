package syskeyspace

import (
	"fmt"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// typeReader resolves user types that refer to each other.
type typeReader struct {
	keyspace *schema.Keyspace
	rows     map[string][]stored
	open     map[string]bool
	err      error // of a type that another one needs
}

// types decodes the user types of the keyspace, each after those that it is made of.
func (d *decoder) types() error {
	r := &typeReader{keyspace: d.keyspace, rows: d.rows["types"], open: map[string]bool{}}
	for _, name := range sorted(r.rows) {
		if _, ok := r.UserType(name); !ok {
			return fmt.Errorf("type %s: %w", name, r.err)
		}
	}
	return nil
}

// UserType implements cqltype.Resolver.
func (r *typeReader) UserType(name string) (cqltype.Type, bool) {
	if u := r.keyspace.Types[name]; u != nil {
		return u, true
	}
	rows := r.rows[name]
	if len(rows) == 0 || r.open[name] {
		return nil, false
	}
	r.open[name] = true
	u, err := r.read(name, rows[0])
	if err != nil {
		r.err = err
		return nil, false
	}
	r.keyspace.Types[name] = u
	return u, true
}

func (r *typeReader) read(name string, s stored) (*cqltype.UserType, error) {
	names, err := readTexts(s.value("field_names"))
	if err != nil {
		return nil, err
	}
	types, err := readTypes(s.value("field_types"), r)
	if err != nil {
		return nil, err
	}
	if len(names) != len(types) {
		return nil, fmt.Errorf("%d field names and %d types", len(names), len(types))
	}
	fields := make([]cqltype.Field, len(names))
	for i := range names {
		fields[i] = cqltype.Field{Name: names[i], Type: types[i]}
	}
	return cqltype.NewUserType(r.keyspace.Name, name, fields, false), nil
}

// parseType reads a type as system_schema has it.
func parseType(s string, resolver cqltype.Resolver) (cqltype.Type, error) {
	return cqltype.ParseCQL(s, resolver)
}

// readTypes reads a list of types.
func readTypes(v []byte, resolver cqltype.Resolver) ([]cqltype.Type, error) {
	list, err := readTexts(v)
	if err != nil {
		return nil, err
	}
	types := make([]cqltype.Type, len(list))
	for i, s := range list {
		if types[i], err = parseType(s, resolver); err != nil {
			return nil, err
		}
	}
	return types, nil
}
