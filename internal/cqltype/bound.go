package cqltype

import "alexandra/internal/cqlerr"

// ValidateBound is Validate for a value that a client bound to a marker. Where
// Cassandra does not expect the failure it answers with a server error.
func ValidateBound(t Type, v []byte) error {
	err := t.Validate(v)
	switch t := t.(type) {
	case *ListType:
		if err == nil && !t.Frozen && validateElems(v, "list", false, t.Elem) != nil {
			return errNull("java.nio.ByteBuffer.remaining()", `"value"`)
		}
	case *UserType:
		if err != nil {
			return cqlerr.Server("org.apache.cassandra.serializers.MarshalException: %s", err)
		}
	}
	return err
}
