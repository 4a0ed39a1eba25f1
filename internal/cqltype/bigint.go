package cqltype

import "encoding/binary"

// Bigint is the 64 bit integer.
var Bigint Type = newIntegerType(native{KindBigint, "LongType"}, 8, "long", "Expected 8 or 0 byte long (%d)", "a bigint value")

// EncodeBigint returns the wire form of i.
func EncodeBigint(i int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(i)) }

// DecodeBigint reads a valid value; anything else is 0.
func DecodeBigint(v []byte) int64 {
	if len(v) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(v))
}
