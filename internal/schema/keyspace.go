package schema

import (
	"maps"
	"slices"
	"sort"

	"alexandra/internal/cqltype"
)

// NewKeyspace is an empty keyspace.
func NewKeyspace(name string, r Replication) *Keyspace {
	return &Keyspace{
		Name: name, Replication: r, DurableWrites: true,
		Tables: map[string]*Table{}, Types: map[string]*cqltype.UserType{},
		Functions: map[string][]*Function{}, Aggregates: map[string][]*Aggregate{},
	}
}

// WithKeyspace is a copy of s in which k is new or replaces its namesake, with the version that this gives.
func (s *Schema) WithKeyspace(k *Keyspace) *Schema {
	out := s.copy()
	out.Keyspaces[k.Name] = k
	out.setVersion()
	return out
}

// WithoutKeyspace is a copy of s without the keyspace, with the version that this gives.
func (s *Schema) WithoutKeyspace(name string) *Schema {
	out := s.copy()
	delete(out.Keyspaces, name)
	out.setVersion()
	return out
}

func (s *Schema) copy() *Schema {
	out := &Schema{Keyspaces: maps.Clone(s.Keyspaces), sums: s.sums}
	if out.Keyspaces == nil {
		out.Keyspaces = map[string]*Keyspace{}
	}
	return out
}

// Add puts a table into a keyspace under construction, behind those that are there.
func (k *Keyspace) Add(t *Table) {
	k.Tables[t.Name] = t
	k.order = append(k.order, t.Name)
}

// WithTable is a copy of k in which t is new or replaces its namesake.
func (k *Keyspace) WithTable(t *Table) *Keyspace {
	out := k.WithoutTable(t.Name)
	out.Tables[t.Name] = t
	out.order = append(out.order, t.Name)
	return out
}

// WithoutTable is a copy of k without the table or view.
func (k *Keyspace) WithoutTable(name string) *Keyspace {
	out := *k
	out.Tables = cloneMap(k.Tables)
	delete(out.Tables, name)
	out.order = slices.DeleteFunc(k.tableOrder(), func(n string) bool { return n == name })
	return &out
}

// WithType is a copy of k in which u is new or replaces its namesake.
func (k *Keyspace) WithType(u *cqltype.UserType) *Keyspace {
	out := *k
	out.Types = cloneMap(k.Types)
	out.Types[u.Name] = u
	return &out
}

// WithoutType is a copy of k without the type.
func (k *Keyspace) WithoutType(name string) *Keyspace {
	out := *k
	out.Types = cloneMap(k.Types)
	delete(out.Types, name)
	return &out
}

// WithFunction is a copy of k in which f is new or replaces the one with its signature.
func (k *Keyspace) WithFunction(f *Function) *Keyspace {
	out := k.WithoutFunction(f.Name, f.ArgTypes)
	out.Functions[f.Name] = append(out.Functions[f.Name], f)
	return out
}

// WithoutFunction is a copy of k without the function of that signature.
func (k *Keyspace) WithoutFunction(name string, args []cqltype.Type) *Keyspace {
	out := *k
	out.Functions = cloneMap(k.Functions)
	dropOverload(out.Functions, name, func(f *Function) bool { return sameTypes(f.ArgTypes, args) })
	return &out
}

// WithAggregate is a copy of k in which a is new or replaces the one with its signature.
func (k *Keyspace) WithAggregate(a *Aggregate) *Keyspace {
	out := k.WithoutAggregate(a.Name, a.ArgTypes)
	out.Aggregates[a.Name] = append(out.Aggregates[a.Name], a)
	return out
}

// WithoutAggregate is a copy of k without the aggregate of that signature.
func (k *Keyspace) WithoutAggregate(name string, args []cqltype.Type) *Keyspace {
	out := *k
	out.Aggregates = cloneMap(k.Aggregates)
	dropOverload(out.Aggregates, name, func(a *Aggregate) bool { return sameTypes(a.ArgTypes, args) })
	return &out
}

func dropOverload[T any](overloads map[string][]T, name string, match func(T) bool) {
	kept := slices.DeleteFunc(slices.Clone(overloads[name]), match)
	if len(kept) == 0 {
		delete(overloads, name)
		return
	}
	overloads[name] = slices.Clip(kept)
}

func cloneMap[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}

// sameTypes compares signatures: frozen or not is the same.
func sameTypes(a, b []cqltype.Type) bool {
	return slices.EqualFunc(a, b, func(x, y cqltype.Type) bool { return cqltype.Equal(x.Freeze(), y.Freeze()) })
}

// Function finds the function of that signature, or nil.
func (k *Keyspace) Function(name string, args []cqltype.Type) *Function {
	for _, f := range k.Functions[name] {
		if sameTypes(f.ArgTypes, args) {
			return f
		}
	}
	return nil
}

// Aggregate finds the aggregate of that signature, or nil.
func (k *Keyspace) Aggregate(name string, args []cqltype.Type) *Aggregate {
	for _, a := range k.Aggregates[name] {
		if sameTypes(a.ArgTypes, args) {
			return a
		}
	}
	return nil
}

// UserType implements cqltype.Resolver over the keyspace's types.
func (k *Keyspace) UserType(name string) (cqltype.Type, bool) {
	u := k.Types[name]
	return u, u != nil
}

// tableOrder lists all tables and views in the order in which they came to be, as a fresh slice.
func (k *Keyspace) tableOrder() []string {
	var out []string
	seen := map[string]bool{}
	for _, name := range k.order {
		if k.Tables[name] != nil && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	for _, name := range sortedKeys(k.Tables) {
		if !seen[name] {
			out = append(out, name)
		}
	}
	return out
}

// ViewsOf lists the materialized views of a base table, by name.
func (k *Keyspace) ViewsOf(table string) []*Table {
	var out []*Table
	for _, name := range sortedKeys(k.Tables) {
		if t := k.Tables[name]; t.View != nil && t.View.BaseTable == table {
			out = append(out, t)
		}
	}
	return out
}

// IndexedTable finds the table that has the index, or nil.
func (k *Keyspace) IndexedTable(index string) *Table {
	for _, t := range k.Tables {
		if t.Indexes[index] != nil {
			return t
		}
	}
	return nil
}

// TableByID finds a table or view of any keyspace by its id, or nil.
func (s *Schema) TableByID(id [16]byte) *Table {
	for _, k := range s.Keyspaces {
		for _, t := range k.Tables {
			if t.ID == id {
				return t
			}
		}
	}
	return nil
}

// TableNames lists tables and views by name, without regard to case.
func (k *Keyspace) TableNames() []string { return sortedFold(k.Tables) }

// ListTypes lists user types by name, without regard to case, but each after those that it uses.
func (k *Keyspace) ListTypes() []*cqltype.UserType { return k.typesInOrder() }

// ListIndexes lists indexes by name, without regard to case.
func (t *Table) ListIndexes() []*Index {
	out := make([]*Index, 0, len(t.Indexes))
	for _, name := range sortedFold(t.Indexes) {
		out = append(out, t.Indexes[name])
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
