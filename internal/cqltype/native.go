package cqltype

import "alexandra/internal/cqlerr"

// classPrefix is the package of Cassandra's own types; class names without a
// dot are looked up in it.
const classPrefix = "org.apache.cassandra.db.marshal."

// native is what the native types have in common.
type native struct {
	kind  Kind
	class string // without classPrefix
}

func (n native) Kind() Kind        { return n.kind }
func (n native) String() string    { return n.kind.String() }
func (n native) Class() string     { return classPrefix + n.class }
func (n native) IsMultiCell() bool { return false }

// invalid is a MarshalException: what it says goes to the client.
func invalid(format string, args ...any) error {
	return cqlerr.Invalid(format, args...)
}
