package cqltype

// IsCompatibleWith says that bytes of type from are valid and sort the same as
// type t. This is the rule for the parts of a type that decide an order.
func IsCompatibleWith(t, from Type) bool {
	if Equal(t, from) {
		return true
	}
	switch t := t.(type) {
	case *textType:
		return t.kind == KindText && from.Kind() == KindAscii
	case *blobType:
		return from.Kind() == KindText || from.Kind() == KindAscii
	case *TupleType:
		return compatibleTuple(t, from, IsCompatibleWith)
	case *UserType:
		return compatibleUserType(t, from, IsCompatibleWith)
	}
	return compatibleCollection(t, from, IsCompatibleWith)
}

// ValueCompatible says that bytes of type from are valid for type to, whatever
// their order. It is what makes a typed value assignable: text takes ascii,
// timestamp takes bigint, blob takes all.
func ValueCompatible(to, from Type) bool {
	if Equal(to, from) {
		return true
	}
	switch t := to.(type) {
	case *TupleType:
		return compatibleTuple(t, from, ValueCompatible)
	case *UserType:
		return compatibleUserType(t, from, ValueCompatible)
	}
	kind := from.Kind()
	switch to.Kind() {
	case KindBlob:
		return true
	case KindText:
		return kind == KindAscii
	case KindBigint:
		return kind == KindTimestamp
	case KindTimestamp, KindTime:
		return kind == KindBigint
	case KindDate:
		return kind == KindInt
	case KindUuid:
		return kind == KindTimeuuid
	case KindVarint:
		return kind == KindInt || kind == KindBigint || kind == KindTimestamp
	}
	return compatibleCollection(to, from, ValueCompatible)
}

// SerializationCompatible is ValueCompatible for bytes in tables: a column that
// was dropped as from may come back as to.
func SerializationCompatible(to, from Type) bool {
	switch to.Kind() {
	case KindList, KindSet, KindMap:
		return Equal(to, from) || compatibleCollection(to, from, SerializationCompatible)
	}
	return ValueCompatible(to, from) && FixedSize(to) == FixedSize(from) && to.IsMultiCell() == from.IsMultiCell()
}

// compatibleCollection applies the rule to the parts of two collections. Keys
// and set elements keep their order always; the parts that are cells of their
// own must take as many bytes as before.
func compatibleCollection(to, from Type, rule func(to, from Type) bool) bool {
	if to.Kind() != from.Kind() || to.IsMultiCell() != from.IsMultiCell() {
		return false
	}
	if to.IsMultiCell() {
		rule = SerializationCompatible
	}
	switch to := to.(type) {
	case *ListType:
		return rule(to.Elem, from.(*ListType).Elem)
	case *SetType:
		return IsCompatibleWith(to.Elem, from.(*SetType).Elem)
	case *MapType:
		from := from.(*MapType)
		return IsCompatibleWith(to.Key, from.Key) && rule(to.Value, from.Value)
	}
	return false
}

// compatibleTuple lets a tuple grow at its end, and takes user types too.
func compatibleTuple(to *TupleType, from Type, rule func(to, from Type) bool) bool {
	if from.Kind() != KindTuple && from.Kind() != KindUDT {
		return false
	}
	return compatiblePrefix(to.Elems, Children(from), rule)
}

func compatibleUserType(to *UserType, from Type, rule func(to, from Type) bool) bool {
	old, ok := from.(*UserType)
	return ok && to.Frozen == old.Frozen && sameUserType(to, old) && compatiblePrefix(Children(to), Children(old), rule)
}

func compatiblePrefix(to, from []Type, rule func(to, from Type) bool) bool {
	if len(to) < len(from) {
		return false
	}
	for i, t := range from {
		if !rule(to[i], t) {
			return false
		}
	}
	return true
}

// Match is how well a value fits a place, as overloads of functions see it.
type Match int

// Matches from worst to best.
const (
	NoMatch Match = iota
	WeakMatch
	ExactMatch
)

// TestAssignment says how a value of type from fits a receiver of type to.
func TestAssignment(to, from Type) Match {
	switch {
	case to == nil || from == nil:
		return NoMatch
	case Equal(to, from):
		return ExactMatch
	case ValueCompatible(to, from):
		return WeakMatch
	}
	return NoMatch
}
