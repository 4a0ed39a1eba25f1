package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// bindType finds the type that a hint names. User types are those of keyspace, or of the one that the name has.
func bindType(b *Binder, t ast.Type, keyspace string) (cqltype.Type, error) {
	switch t := t.(type) {
	case ast.NativeType:
		if native, ok := cqltype.Native(t.Name); ok {
			return native, nil
		}
	case ast.FrozenType:
		inner, err := bindType(b, t.Inner, keyspace)
		if err != nil {
			return nil, err
		}
		return inner.Freeze(), nil
	case ast.CollectionType:
		return bindCollectionType(b, t, keyspace)
	case ast.TupleType:
		elems := make([]cqltype.Type, len(t.Elements))
		for i, e := range t.Elements {
			var err error
			if elems[i], err = bindType(b, e, keyspace); err != nil {
				return nil, err
			}
		}
		return cqltype.NewTuple(elems...), nil
	case ast.VectorType:
		if t.Dimension <= 0 {
			return nil, cqlerr.Invalid("vectors may only have positive dimensions; given %d", t.Dimension)
		}
		elem, err := bindType(b, t.Element, keyspace)
		if err != nil {
			return nil, err
		}
		return cqltype.NewVector(elem, t.Dimension), nil
	case ast.UserType:
		return bindUserTypeName(b, t.Name, keyspace)
	case ast.CustomType:
		return cqltype.ParseClass(t.Class)
	}
	return nil, cqlerr.Invalid("Unknown type %s", t)
}

func bindCollectionType(b *Binder, t ast.CollectionType, keyspace string) (cqltype.Type, error) {
	value, err := bindType(b, t.Value, keyspace)
	if err != nil {
		return nil, err
	}
	switch t.Kind {
	case ast.List:
		return cqltype.NewList(value, false), nil
	case ast.Set:
		return cqltype.NewSet(value, false), nil
	}
	key, err := bindType(b, t.Key, keyspace)
	if err != nil {
		return nil, err
	}
	return cqltype.NewMap(key, value, false), nil
}

func bindUserTypeName(b *Binder, n ast.QualifiedName, keyspace string) (cqltype.Type, error) {
	if n.Keyspace != "" && n.Keyspace != keyspace {
		return nil, cqlerr.Invalid("Statement on keyspace %s cannot refer to a user type in keyspace %s; user types can only be used in the keyspace they are defined in", keyspace, n.Keyspace)
	}
	if s := b.schema(); s != nil {
		if ks := s.Keyspace(keyspace); ks != nil && ks.Types[n.Name] != nil {
			t := ks.Types[n.Name]
			return cqltype.NewUserType(t.Keyspace, t.Name, t.Fields, false), nil
		}
	}
	return nil, cqlerr.Invalid("Unknown type %s.%s", keyspace, n.Name)
}
