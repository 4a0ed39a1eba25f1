package schema

import "alexandra/internal/cqltype"

// Diff lists what changed from old to s, in the order in which drivers are told (SchemaChangeNotifier): what was
// dropped, then what is new, then what is different. Virtual keyspaces are left out.
func Diff(old, s *Schema) []Change {
	var out []Change
	for _, name := range sortedKeys(old.Keyspaces) {
		if k := old.Keyspaces[name]; s.Keyspaces[name] == nil && !k.Virtual {
			out = append(out, diffElements(k, &Keyspace{Name: name})...)
			out = append(out, Change{Kind: Dropped, Target: "KEYSPACE", Keyspace: name})
		}
	}
	for _, name := range sortedKeys(s.Keyspaces) {
		if k := s.Keyspaces[name]; old.Keyspaces[name] == nil && !k.Virtual {
			out = append(out, Change{Kind: Created, Target: "KEYSPACE", Keyspace: name})
			out = append(out, diffElements(&Keyspace{Name: name}, k)...)
		}
	}
	for _, name := range sortedKeys(s.Keyspaces) {
		before, after := old.Keyspaces[name], s.Keyspaces[name]
		if before != nil && before != after && !after.Virtual {
			out = append(out, diffElements(before, after)...)
		}
	}
	return out
}

// diffElements compares two keyspaces of one name.
func diffElements(old, k *Keyspace) []Change {
	var dropped, created, altered []Change
	add := func(list *[]Change, kind ChangeKind, changes ...Change) {
		for _, c := range changes {
			c.Kind = kind
			*list = append(*list, c)
		}
	}
	add(&dropped, Dropped, k.missingAggregates(old)...)
	add(&dropped, Dropped, k.missingFunctions(old)...)
	add(&dropped, Dropped, k.missingTables(old, true)...)
	add(&dropped, Dropped, k.missingTables(old, false)...)
	add(&dropped, Dropped, k.missingTypes(old)...)

	add(&created, Created, old.missingTypes(k)...)
	add(&created, Created, old.missingTables(k, false)...)
	add(&created, Created, old.missingTables(k, true)...)
	add(&created, Created, old.missingFunctions(k)...)
	add(&created, Created, old.missingAggregates(k)...)

	if old.Tables != nil && k.Tables != nil && old.properties() != k.properties() {
		add(&altered, Updated, Change{Target: "KEYSPACE", Keyspace: k.Name})
	}
	add(&altered, Updated, old.differentTypes(k)...)
	add(&altered, Updated, old.differentTables(k, false)...)
	add(&altered, Updated, old.differentTables(k, true)...)
	add(&altered, Updated, old.differentFunctions(k)...)
	add(&altered, Updated, old.differentAggregates(k)...)
	return append(append(dropped, created...), altered...)
}

// missingTables are the tables (or views) of other that k lacks. A table with another id is another table.
func (k *Keyspace) missingTables(other *Keyspace, views bool) []Change {
	var out []Change
	for _, name := range other.tableOrder() {
		t := other.Tables[name]
		if mine := k.Tables[name]; t.IsView() == views && (mine == nil || mine.ID != t.ID) {
			out = append(out, Change{Target: "TABLE", Keyspace: k.Name, Name: name})
		}
	}
	return out
}

func (k *Keyspace) differentTables(other *Keyspace, views bool) []Change {
	var out []Change
	for _, name := range other.tableOrder() {
		mine, t := k.Tables[name], other.Tables[name]
		if mine == nil || mine == t || mine.ID != t.ID || t.IsView() != views || mine.canonical(true) == t.canonical(true) {
			continue
		}
		out = append(out, Change{Target: "TABLE", Keyspace: k.Name, Name: name})
	}
	return out
}

func (k *Keyspace) missingTypes(other *Keyspace) []Change {
	var out []Change
	for _, u := range other.typesInOrder() {
		if k.Types[u.Name] == nil {
			out = append(out, Change{Target: "TYPE", Keyspace: k.Name, Name: u.Name})
		}
	}
	return out
}

// differentTypes are the types whose own fields changed, directly or through a type that they use.
func (k *Keyspace) differentTypes(other *Keyspace) []Change {
	var out []Change
	for _, u := range other.typesInOrder() {
		if mine := k.Types[u.Name]; mine != nil && mine != u && !cqltype.Equal(mine, u) {
			out = append(out, Change{Target: "TYPE", Keyspace: k.Name, Name: u.Name})
		}
	}
	return out
}

func functionChange(f *Function) Change {
	return Change{Target: "FUNCTION", Keyspace: f.Keyspace, Name: f.Name, ArgTypes: typeTexts(f.ArgTypes)}
}

func aggregateChange(a *Aggregate) Change {
	return Change{Target: "AGGREGATE", Keyspace: a.Keyspace, Name: a.Name, ArgTypes: typeTexts(a.ArgTypes)}
}

// ListFunctions lists all functions by name and signature.
func (k *Keyspace) ListFunctions() []*Function {
	var out []*Function
	for _, name := range sortedFold(k.Functions) {
		out = append(out, bySignature(k.Functions[name], (*Function).Signature)...)
	}
	return out
}

// ListAggregates lists all aggregates by name and signature.
func (k *Keyspace) ListAggregates() []*Aggregate {
	var out []*Aggregate
	for _, name := range sortedFold(k.Aggregates) {
		out = append(out, bySignature(k.Aggregates[name], (*Aggregate).Signature)...)
	}
	return out
}

func (k *Keyspace) missingFunctions(other *Keyspace) []Change {
	var out []Change
	for _, f := range other.ListFunctions() {
		if k.Function(f.Name, f.ArgTypes) == nil {
			out = append(out, functionChange(f))
		}
	}
	return out
}

func (k *Keyspace) differentFunctions(other *Keyspace) []Change {
	var out []Change
	for _, f := range other.ListFunctions() {
		if mine := k.Function(f.Name, f.ArgTypes); mine != nil && mine != f && mine.ToCQL() != f.ToCQL() {
			out = append(out, functionChange(f))
		}
	}
	return out
}

func (k *Keyspace) missingAggregates(other *Keyspace) []Change {
	var out []Change
	for _, a := range other.ListAggregates() {
		if k.Aggregate(a.Name, a.ArgTypes) == nil {
			out = append(out, aggregateChange(a))
		}
	}
	return out
}

func (k *Keyspace) differentAggregates(other *Keyspace) []Change {
	var out []Change
	for _, a := range other.ListAggregates() {
		if mine := k.Aggregate(a.Name, a.ArgTypes); mine != nil && mine != a && mine.ToCQL() != a.ToCQL() {
			out = append(out, aggregateChange(a))
		}
	}
	return out
}
