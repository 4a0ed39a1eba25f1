package cqltype

import "alexandra/internal/cqlerr"

// ValidateBound is Validate for a value that a client bound to a marker. Where
// Cassandra does not expect the failure it answers with a server error.
func ValidateBound(t Type, v []byte) error {
	if list, ok := t.(*ListType); ok && !list.Frozen {
		if elems, err := DecodeList(v); err == nil && hasNull(elems) {
			return cqlerr.Server(`java.lang.NullPointerException: Cannot invoke "java.nio.ByteBuffer.remaining()" because "value" is null`)
		}
	}
	err := t.Validate(v)
	if err != nil && t.Kind() == KindUDT {
		return cqlerr.Server("org.apache.cassandra.serializers.MarshalException: %s", err)
	}
	return err
}

func hasNull(elems [][]byte) bool {
	for _, e := range elems {
		if e == nil {
			return true
		}
	}
	return false
}
