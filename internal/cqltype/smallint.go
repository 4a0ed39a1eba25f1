package cqltype

import "encoding/binary"

// Smallint is the 16 bit integer.
var Smallint Type = newIntegerType(native{KindSmallint, "ShortType"}, 2, "short", "Expected 2 bytes for a smallint (%d)", "a short value")

// EncodeSmallint returns the wire form of i.
func EncodeSmallint(i int16) []byte { return binary.BigEndian.AppendUint16(nil, uint16(i)) }

// DecodeSmallint reads a valid value; anything else is 0.
func DecodeSmallint(v []byte) int16 {
	if len(v) != 2 {
		return 0
	}
	return int16(binary.BigEndian.Uint16(v))
}
