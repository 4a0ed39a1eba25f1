package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// Type finds what a type's text means in keyspace k, with Cassandra's rules on nesting. k may be nil: then there are no
// user types.
func (k *Keyspace) Type(t ast.Type) (cqltype.Type, error) {
	return k.prepareType(t, false)
}

func (k *Keyspace) prepareType(t ast.Type, frozen bool) (cqltype.Type, error) {
	switch t := t.(type) {
	case ast.NativeType:
		if native, ok := cqltype.Native(t.Name); ok {
			return native, nil
		}
	case ast.FrozenType:
		inner, err := k.prepareType(t.Inner, true)
		if err != nil {
			return nil, err
		}
		return inner.Freeze(), nil
	case ast.CollectionType:
		return k.collectionType(t, frozen)
	case ast.TupleType:
		return k.tupleType(t)
	case ast.VectorType:
		return k.vectorType(t)
	case ast.UserType:
		return k.userType(t.Name)
	case ast.CustomType:
		return cqltype.ParseClass(t.Class)
	}
	return nil, cqlerr.Invalid("Unknown type %s", t)
}

func (k *Keyspace) userType(n ast.QualifiedName) (cqltype.Type, error) {
	name := ""
	if k != nil {
		name = k.Name
		if u := k.Types[n.Name]; u != nil && (n.Keyspace == "" || n.Keyspace == k.Name) {
			return u, nil
		}
	}
	if n.Keyspace != "" && n.Keyspace != name {
		return nil, cqlerr.Invalid("Statement on keyspace %s cannot refer to a user type in keyspace %s; user types can only be used in the keyspace they are defined in", name, n.Keyspace)
	}
	return nil, cqlerr.Invalid("Unknown type %s.%s", name, n.Name)
}

func (k *Keyspace) tupleType(t ast.TupleType) (cqltype.Type, error) {
	elems := make([]cqltype.Type, len(t.Elements))
	for i, e := range t.Elements {
		if isNative(e, "counter") {
			return nil, cqlerr.Invalid("Counters are not allowed inside tuples")
		}
		var err error
		if elems[i], err = k.prepareType(e, true); err != nil {
			return nil, err
		}
	}
	return cqltype.NewTuple(elems...), nil
}

func (k *Keyspace) vectorType(t ast.VectorType) (cqltype.Type, error) {
	if t.Dimension <= 0 {
		return nil, cqlerr.Invalid("vectors may only have positive dimensions; given %d", t.Dimension)
	}
	elem, err := k.prepareType(t.Element, false)
	if err != nil {
		return nil, err
	}
	return cqltype.NewVector(elem, t.Dimension), nil
}

// collectionType is CQL3Type.Raw.RawCollection.prepare.
func (k *Keyspace) collectionType(t ast.CollectionType, frozen bool) (cqltype.Type, error) {
	if err := checkNesting(t, t.Value, frozen); err != nil {
		return nil, err
	}
	switch {
	case isNative(t.Value, "counter"):
		return nil, cqlerr.Invalid("Counters are not allowed inside collections: %s", frozenText(t, frozen))
	case isNative(t.Value, "duration") && t.Kind == ast.Set:
		return nil, cqlerr.Invalid("Durations are not allowed inside sets: %s", frozenText(t, frozen))
	}
	value, err := k.prepareType(t.Value, frozen)
	if err != nil {
		return nil, err
	}
	switch t.Kind {
	case ast.List:
		return cqltype.NewList(value, frozen), nil
	case ast.Set:
		return cqltype.NewSet(value, frozen), nil
	}
	key, err := k.keyType(t, frozen)
	if err != nil {
		return nil, err
	}
	return cqltype.NewMap(key, value, frozen), nil
}

// keyType is the type of a map's keys.
func (k *Keyspace) keyType(t ast.CollectionType, frozen bool) (cqltype.Type, error) {
	switch {
	case isNative(t.Key, "counter"):
		return nil, cqlerr.Invalid("Counters are not allowed inside collections: %s", frozenText(t, frozen))
	case isNative(t.Key, "duration"):
		return nil, cqlerr.Invalid("Durations are not allowed as map keys: %s", frozenText(t, frozen))
	}
	if err := checkNesting(t, t.Key, frozen); err != nil {
		return nil, err
	}
	return k.prepareType(t.Key, frozen)
}

// checkNesting refuses what is neither frozen nor simple inside a collection that is not frozen.
func checkNesting(t ast.CollectionType, elem ast.Type, frozen bool) error {
	if frozen {
		return nil
	}
	switch elem.(type) {
	case ast.CollectionType:
		return cqlerr.Invalid("Non-frozen collections are not allowed inside collections: %s", t)
	case ast.UserType:
		return cqlerr.Invalid("Non-frozen UDTs are not allowed inside collections: %s", t)
	}
	return nil
}

// frozenText prints a collection that stands inside frozen<>: everything in it is frozen too.
func frozenText(t ast.Type, frozen bool) string {
	c, ok := t.(ast.CollectionType)
	if !ok || !frozen {
		return t.String()
	}
	value := frozenText(c.Value, true)
	switch c.Kind {
	case ast.List:
		return "frozen<list<" + value + ">>"
	case ast.Set:
		return "frozen<set<" + value + ">>"
	}
	return "frozen<map<" + frozenText(c.Key, true) + ", " + value + ">>"
}

func isNative(t ast.Type, name string) bool {
	n, ok := t.(ast.NativeType)
	return ok && n.Name == name
}

// isReversed says that a column's type was given as a reversed class: it sorts descending.
func isReversed(t ast.Type) bool {
	c, ok := t.(ast.CustomType)
	return ok && cqltype.IsReversed(c.Class)
}

// referencesDuration is AbstractType.referencesDuration: vectors do not tell.
func referencesDuration(t cqltype.Type) bool {
	if t.Kind() == cqltype.KindVector {
		return false
	}
	if t.Kind() == cqltype.KindDuration {
		return true
	}
	for _, c := range cqltype.Children(t) {
		if referencesDuration(c) {
			return true
		}
	}
	return false
}

// withoutUserTypes is t with tuples in the place of user types: what is remembered of a dropped column.
func withoutUserTypes(t cqltype.Type) cqltype.Type {
	switch t := t.(type) {
	case *cqltype.UserType:
		elems := make([]cqltype.Type, len(t.Fields))
		for i, f := range t.Fields {
			elems[i] = withoutUserTypes(f.Type)
		}
		return cqltype.NewTuple(elems...)
	case *cqltype.TupleType:
		elems := make([]cqltype.Type, len(t.Elems))
		for i, e := range t.Elems {
			elems[i] = withoutUserTypes(e)
		}
		return cqltype.NewTuple(elems...)
	case *cqltype.ListType:
		return cqltype.NewList(withoutUserTypes(t.Elem), t.Frozen)
	case *cqltype.SetType:
		return cqltype.NewSet(withoutUserTypes(t.Elem), t.Frozen)
	case *cqltype.MapType:
		return cqltype.NewMap(withoutUserTypes(t.Key), withoutUserTypes(t.Value), t.Frozen)
	case *cqltype.VectorType:
		return cqltype.NewVector(withoutUserTypes(t.Elem), t.Dim)
	}
	return t
}

func typeTexts(types []cqltype.Type) []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = t.String()
	}
	return out
}

// typesInOrder lists user types so that each comes after those it uses, else by name.
func (k *Keyspace) typesInOrder() []*cqltype.UserType {
	var out []*cqltype.UserType
	done := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		u := k.Types[name]
		if u == nil || done[name] {
			return
		}
		done[name] = true
		for _, other := range sortedFold(k.Types) {
			if other != name && cqltype.References(u, k.Name, other) {
				visit(other)
			}
		}
		out = append(out, u)
	}
	for _, name := range sortedFold(k.Types) {
		visit(name)
	}
	return out
}
