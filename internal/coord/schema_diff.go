package coord

import (
	"reflect"
	"sort"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// difference lists what a merge of other nodes' rows has changed, for events and caches: as the statements that were
// run there would have.
func difference(old, now *schema.Schema) []schema.Change {
	var out []schema.Change
	for _, name := range union(old.Keyspaces, now.Keyspaces) {
		a, b := old.Keyspaces[name], now.Keyspaces[name]
		switch {
		case a == b:
		case a == nil:
			out = append(out, change(schema.Created, "KEYSPACE", name, ""))
			out = append(out, inKeyspace(&schema.Keyspace{Name: name}, b)...)
		case b == nil:
			out = append(out, change(schema.Dropped, "KEYSPACE", name, ""))
		default:
			if a.DurableWrites != b.DurableWrites || !reflect.DeepEqual(a.Replication, b.Replication) {
				out = append(out, change(schema.Updated, "KEYSPACE", name, ""))
			}
			out = append(out, inKeyspace(a, b)...)
		}
	}
	return out
}

func change(kind schema.ChangeKind, target, keyspace, name string) schema.Change {
	return schema.Change{Kind: kind, Target: target, Keyspace: keyspace, Name: name}
}

func inKeyspace(a, b *schema.Keyspace) []schema.Change {
	out := compareMaps(b.Name, "TYPE", a.Types, b.Types)
	out = append(out, compareMaps(b.Name, "TABLE", a.Tables, b.Tables)...)
	out = append(out, overloads(b.Name, "FUNCTION", a.Functions, b.Functions, func(f *schema.Function) []cqltype.Type { return f.ArgTypes })...)
	return append(out, overloads(b.Name, "AGGREGATE", a.Aggregates, b.Aggregates, func(f *schema.Aggregate) []cqltype.Type { return f.ArgTypes })...)
}

func union[V any](a, b map[string]V) []string {
	var out []string
	for k := range a {
		out = append(out, k)
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

func compareMaps[V any](keyspace, target string, a, b map[string]*V) []schema.Change {
	var out []schema.Change
	for _, name := range union(a, b) {
		x, y := a[name], b[name]
		switch {
		case x == y:
		case x == nil:
			out = append(out, change(schema.Created, target, keyspace, name))
		case y == nil:
			out = append(out, change(schema.Dropped, target, keyspace, name))
		case !reflect.DeepEqual(x, y):
			out = append(out, change(schema.Updated, target, keyspace, name))
		}
	}
	return out
}

// overloads compares functions by name and argument types.
func overloads[V any](keyspace, target string, a, b map[string][]*V, args func(*V) []cqltype.Type) []schema.Change {
	type entry struct {
		name string
		args []string
		f    *V
	}
	index := func(m map[string][]*V) map[string]*entry {
		out := map[string]*entry{}
		for name, fs := range m {
			for _, f := range fs {
				e := &entry{name: name, f: f}
				key := name
				for _, t := range args(f) {
					e.args = append(e.args, t.String())
					key += "," + t.String()
				}
				out[key] = e
			}
		}
		return out
	}
	x, y := index(a), index(b)
	var out []schema.Change
	for _, key := range union(x, y) {
		old, now := x[key], y[key]
		switch {
		case old == nil:
			out = append(out, schema.Change{Kind: schema.Created, Target: target, Keyspace: keyspace, Name: now.name, ArgTypes: now.args})
		case now == nil:
			out = append(out, schema.Change{Kind: schema.Dropped, Target: target, Keyspace: keyspace, Name: old.name, ArgTypes: old.args})
		case !reflect.DeepEqual(old.f, now.f):
			out = append(out, schema.Change{Kind: schema.Updated, Target: target, Keyspace: keyspace, Name: now.name, ArgTypes: now.args})
		}
	}
	return out
}
