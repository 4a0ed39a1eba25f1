package cqltype

// Counter is a 64 bit integer that is only ever incremented and read.
var Counter Type = newIntegerType(native{KindCounter, "CounterColumnType"}, 8, "long", "Expected 8 or 0 byte long (%d)", "a bigint value")
