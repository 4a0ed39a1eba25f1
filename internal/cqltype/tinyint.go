package cqltype

// Tinyint is the 8 bit integer.
var Tinyint Type = newIntegerType(native{KindTinyint, "ByteType"}, 1, "byte", "Expected 1 byte for a tinyint (%d)", "a byte value")

// EncodeTinyint returns the wire form of i.
func EncodeTinyint(i int8) []byte { return []byte{byte(i)} }

// DecodeTinyint reads a valid value; anything else is 0.
func DecodeTinyint(v []byte) int8 {
	if len(v) != 1 {
		return 0
	}
	return int8(v[0])
}
