// Package cqltype knows the CQL types: how a value looks on the wire, in which
// order values sort, how they read and print as CQL and as JSON, and how a type
// is named in CQL and as a marshal class.
//
// Values are wire bytes the whole way through the server; a nil slice is null,
// an empty one is the empty value that most types accept. Only functions and
// arithmetic turn them into Go values, with the Encode and Decode helpers next
// to each type. There is one file per type; registry.go is the table of the
// native ones, parse.go and class.go read type names.
//
// Nothing here keeps state, and no input makes it panic: malformed bytes sort
// after every well-formed value and print as hex.
package cqltype

// Type is one CQL type. Implementations are immutable, safe for concurrent use
// and compared with [Equal].
//
// Methods that take a value never keep it. They return fresh slices.
type Type interface {
	// Kind tells which of the CQL types this is.
	Kind() Kind

	// String is the type as system_schema and DESCRIBE show it.
	String() string

	// Class is the marshal class name with its parameters.
	Class() string

	// Validate reports why v is not a value of this type, in the words of
	// Cassandra's MarshalException. The empty value is valid where Cassandra
	// takes it. Null is for the caller to judge.
	Validate(v []byte) error

	// Compare orders two values as Cassandra does: the empty value first,
	// then well-formed values, then malformed ones.
	Compare(a, b []byte) int

	// AppendKey appends bytes whose order is the order of the values, and
	// which end themselves. Values that are equal by Compare but not the same
	// bytes (decimal 1.0 and 1.00) differ only in a tail that follows the
	// bytes of AppendOrder.
	AppendKey(dst, v []byte) []byte

	// DecodeKey returns the value that AppendKey wrote at the start of b and
	// what follows it.
	DecodeKey(b []byte) (v, rest []byte, err error)

	// AppendOrder appends the part of the key that Compare looks at: equal
	// for values that compare equal. It ends itself too.
	AppendOrder(dst, v []byte) []byte

	// DecodeOrder returns the canonical value of the order bytes at the start
	// of b and what follows them.
	DecodeOrder(b []byte) (v, rest []byte, err error)

	// Exact says that AppendKey and AppendOrder are the same.
	Exact() bool

	// Parse reads the text form, as between the quotes of a string literal.
	Parse(text string) ([]byte, error)

	// Format is the value as a CQL literal; null and the empty value of types
	// for which it means nothing are "null".
	Format(v []byte) string

	// ToJSON is the value as SELECT JSON shows it.
	ToJSON(v []byte) ([]byte, error)

	// FromJSON reads what [ParseJSON] returned; null gives a nil slice.
	FromJSON(j any) ([]byte, error)

	// IsMultiCell says that a column of this type is stored as many cells.
	IsMultiCell() bool

	// Freeze is this type with everything in it frozen.
	Freeze() Type
}

// Resolver finds the user types that a type text mentions by name. The name
// comes without quotes and without a keyspace.
type Resolver interface {
	UserType(name string) (Type, bool)
}
