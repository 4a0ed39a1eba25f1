package cqltype

// IsCompatibleWith says that bytes of type from are valid and sort the same as
// type t, so that a column may change from one to the other.
func IsCompatibleWith(t, from Type) bool {
	if Equal(t, from) {
		return true
	}
	switch t.Kind() {
	case KindText:
		return from.Kind() == KindAscii
	case KindBlob:
		return from.Kind() == KindText || from.Kind() == KindAscii
	case KindUuid:
		return false
	}
	return compatibleParts(t, from, IsCompatibleWith)
}

// ValueCompatible says that bytes of type from are valid for type to, whatever
// their order: text takes ascii, bigint takes timestamp, blob takes all.
func ValueCompatible(to, from Type) bool {
	if IsCompatibleWith(to, from) {
		return true
	}
	switch to.Kind() {
	case KindBlob:
		return true
	case KindBigint:
		return from.Kind() == KindTimestamp
	case KindTimestamp:
		return from.Kind() == KindBigint
	case KindUuid:
		return from.Kind() == KindTimeuuid
	case KindVarint:
		return from.Kind() == KindInt || from.Kind() == KindBigint || from.Kind() == KindTimestamp
	case KindDate:
		return from.Kind() == KindInt
	case KindTime:
		return from.Kind() == KindBigint
	}
	return compatibleParts(to, from, ValueCompatible)
}

// compatibleParts applies a rule to the parts of two types of the same shape.
func compatibleParts(to, from Type, ok func(to, from Type) bool) bool {
	if to.Kind() != from.Kind() || to.IsMultiCell() != from.IsMultiCell() {
		return false
	}
	switch to := to.(type) {
	case *ListType:
		return ok(to.Elem, from.(*ListType).Elem)
	case *SetType:
		return IsCompatibleWith(to.Elem, from.(*SetType).Elem)
	case *MapType:
		from := from.(*MapType)
		return IsCompatibleWith(to.Key, from.Key) && ok(to.Value, from.Value)
	case *TupleType:
		return compatiblePrefix(to.Elems, from.(*TupleType).Elems, ok)
	case *UserType:
		from := from.(*UserType)
		return sameUserType(to, from) && compatiblePrefix(Children(to), Children(from), ok)
	case *VectorType:
		from := from.(*VectorType)
		return to.Dim == from.Dim && ok(to.Elem, from.Elem)
	}
	return false
}

// compatiblePrefix lets a tuple grow at its end.
func compatiblePrefix(to, from []Type, ok func(to, from Type) bool) bool {
	if len(to) < len(from) {
		return false
	}
	for i, t := range from {
		if !ok(to[i], t) {
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

// TestAssignment says how a value of type from fits a receiver of type to. Where
// the receiver is frozen, the value counts as frozen too; the other way round
// they do not fit (AbstractFunction.testAssignment).
func TestAssignment(to, from Type) Match {
	if to == nil || from == nil {
		return NoMatch
	}
	if Equal(to, to.Freeze()) {
		from = from.Freeze()
	}
	switch {
	case Equal(to, from):
		return ExactMatch
	case ValueCompatible(to, from):
		return WeakMatch
	}
	return NoMatch
}
