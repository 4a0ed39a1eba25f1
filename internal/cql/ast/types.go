package ast

import "strconv"

// Type is the syntax of a CQL type; whether it exists and fits is decided later.
type Type interface {
	String() string
	cqlType()
}

// NativeType is a built-in type by its lower-case name, such as int or timeuuid.
type NativeType struct{ Name string }

// CollectionKind tells list, set and map apart.
type CollectionKind uint8

// The kinds of collections.
const (
	List CollectionKind = iota + 1
	Set
	Map
)

// CollectionType is list<Value>, set<Value> or map<Key, Value>; Key is nil but for maps.
type CollectionType struct {
	Kind  CollectionKind
	Key   Type
	Value Type
}

// TupleType is tuple<...>.
type TupleType struct{ Elements []Type }

// VectorType is vector<Element, Dimension>; the dimension may be zero or negative here.
type VectorType struct {
	Element   Type
	Dimension int
}

// FrozenType is frozen<Inner>.
type FrozenType struct{ Inner Type }

// UserType names a user-defined type.
type UserType struct{ Name QualifiedName }

// CustomType is a type given as the string of a Java class name.
type CustomType struct{ Class string }

func (NativeType) cqlType()     {}
func (CollectionType) cqlType() {}
func (TupleType) cqlType()      {}
func (VectorType) cqlType()     {}
func (FrozenType) cqlType()     {}
func (UserType) cqlType()       {}
func (CustomType) cqlType()     {}

// String prints the type.
func (t NativeType) String() string { return t.Name }

// String prints the type.
func (t CollectionType) String() string {
	switch t.Kind {
	case List:
		return "list<" + t.Value.String() + ">"
	case Set:
		return "set<" + t.Value.String() + ">"
	default:
		return "map<" + t.Key.String() + ", " + t.Value.String() + ">"
	}
}

// String prints the type.
func (t TupleType) String() string { return "tuple<" + types(t.Elements) + ">" }

// String prints the type.
func (t VectorType) String() string {
	return "vector<" + t.Element.String() + ", " + strconv.Itoa(t.Dimension) + ">"
}

// String prints the type.
func (t FrozenType) String() string { return "frozen<" + t.Inner.String() + ">" }

// String prints the type.
func (t UserType) String() string { return t.Name.String() }

// String prints the type.
func (t CustomType) String() string { return QuoteString(t.Class) }

func types(list []Type) string {
	var p printer
	join(&p, list, ", ", str[Type])
	return p.String()
}
