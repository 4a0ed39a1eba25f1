package cqltype

import "encoding/binary"

// Int is the 32 bit integer.
var Int Type = newIntegerType(native{KindInt, "Int32Type"}, 4, "int", "Expected 4 or 0 byte int (%d)", "an int value")

// EncodeInt returns the wire form of i.
func EncodeInt(i int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(i)) }

// DecodeInt reads a valid value; anything else is 0.
func DecodeInt(v []byte) int32 {
	if len(v) != 4 {
		return 0
	}
	return int32(binary.BigEndian.Uint32(v))
}
