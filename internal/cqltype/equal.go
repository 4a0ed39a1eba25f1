package cqltype

import "slices"

// Equal says that two types are the same in every respect, frozenness and the
// fields of user types included.
func Equal(a, b Type) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || a.Kind() != b.Kind() {
		return false
	}
	switch a := a.(type) {
	case *ListType:
		b, ok := b.(*ListType)
		return ok && a.Frozen == b.Frozen && Equal(a.Elem, b.Elem)
	case *SetType:
		b, ok := b.(*SetType)
		return ok && a.Frozen == b.Frozen && Equal(a.Elem, b.Elem)
	case *MapType:
		b, ok := b.(*MapType)
		return ok && a.Frozen == b.Frozen && Equal(a.Key, b.Key) && Equal(a.Value, b.Value)
	case *TupleType:
		b, ok := b.(*TupleType)
		return ok && slices.EqualFunc(a.Elems, b.Elems, Equal)
	case *UserType:
		b, ok := b.(*UserType)
		return ok && a.Frozen == b.Frozen && sameUserType(a, b) && slices.EqualFunc(a.Fields, b.Fields, equalFields)
	case *VectorType:
		b, ok := b.(*VectorType)
		return ok && a.Dim == b.Dim && Equal(a.Elem, b.Elem)
	case *CompositeType:
		b, ok := b.(*CompositeType)
		return ok && a.Class() == b.Class()
	case *CustomType:
		b, ok := b.(*CustomType)
		return ok && a.ClassName == b.ClassName
	}
	return false
}

func equalFields(a, b Field) bool { return a.Name == b.Name && Equal(a.Type, b.Type) }

// sameUserType says that two user types have the same name, whatever their fields.
func sameUserType(a, b *UserType) bool { return a.Keyspace == b.Keyspace && a.Name == b.Name }

// Children are the types that t is made of, in order; none for native types.
func Children(t Type) []Type {
	switch t := t.(type) {
	case *ListType:
		return []Type{t.Elem}
	case *SetType:
		return []Type{t.Elem}
	case *MapType:
		return []Type{t.Key, t.Value}
	case *TupleType:
		return t.Elems
	case *VectorType:
		return []Type{t.Elem}
	case *UserType:
		children := make([]Type, len(t.Fields))
		for i, f := range t.Fields {
			children[i] = f.Type
		}
		return children
	}
	return nil
}

// References says that t is the user type of that keyspace and name or contains it.
func References(t Type, keyspace, name string) bool {
	if u, ok := t.(*UserType); ok && u.Keyspace == keyspace && u.Name == name {
		return true
	}
	return slices.ContainsFunc(Children(t), func(c Type) bool { return References(c, keyspace, name) })
}

// Contains says that t is of that kind or has a part that is.
func Contains(t Type, kind Kind) bool {
	return t.Kind() == kind || slices.ContainsFunc(Children(t), func(c Type) bool { return Contains(c, kind) })
}

// ReplaceUserType returns t with every mention of the user type u, by keyspace
// and name, replaced by u itself. Frozenness stays what it was.
func ReplaceUserType(t Type, u *UserType) Type {
	if !References(t, u.Keyspace, u.Name) {
		return t
	}
	switch t := t.(type) {
	case *ListType:
		return NewList(ReplaceUserType(t.Elem, u), t.Frozen)
	case *SetType:
		return NewSet(ReplaceUserType(t.Elem, u), t.Frozen)
	case *MapType:
		return NewMap(ReplaceUserType(t.Key, u), ReplaceUserType(t.Value, u), t.Frozen)
	case *TupleType:
		elems := make([]Type, len(t.Elems))
		for i, e := range t.Elems {
			elems[i] = ReplaceUserType(e, u)
		}
		return NewTuple(elems...)
	case *VectorType:
		return NewVector(ReplaceUserType(t.Elem, u), t.Dim)
	case *UserType:
		if sameUserType(t, u) {
			return NewUserType(u.Keyspace, u.Name, u.Fields, t.Frozen)
		}
		fields := make([]Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = Field{f.Name, ReplaceUserType(f.Type, u)}
		}
		return NewUserType(t.Keyspace, t.Name, fields, t.Frozen)
	}
	return t
}
