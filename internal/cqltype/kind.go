package cqltype

// Kind tells the CQL types apart.
type Kind int

// The kinds of types. Text and varchar are one type.
const (
	KindCustom Kind = iota
	KindAscii
	KindBigint
	KindBlob
	KindBoolean
	KindCounter
	KindDecimal
	KindDouble
	KindFloat
	KindInt
	KindTimestamp
	KindUuid
	KindText
	KindVarint
	KindTimeuuid
	KindInet
	KindDate
	KindTime
	KindSmallint
	KindTinyint
	KindDuration
	KindList
	KindMap
	KindSet
	KindUDT
	KindTuple
	KindVector
	KindEmpty
)

// kinds holds the name of each kind and its number in the [option] of the
// native protocol. Vectors and the empty type travel as custom types.
var kinds = [...]struct {
	name string
	code uint16
}{
	KindCustom:    {"custom", 0x00},
	KindAscii:     {"ascii", 0x01},
	KindBigint:    {"bigint", 0x02},
	KindBlob:      {"blob", 0x03},
	KindBoolean:   {"boolean", 0x04},
	KindCounter:   {"counter", 0x05},
	KindDecimal:   {"decimal", 0x06},
	KindDouble:    {"double", 0x07},
	KindFloat:     {"float", 0x08},
	KindInt:       {"int", 0x09},
	KindTimestamp: {"timestamp", 0x0B},
	KindUuid:      {"uuid", 0x0C},
	KindText:      {"text", 0x0D},
	KindVarint:    {"varint", 0x0E},
	KindTimeuuid:  {"timeuuid", 0x0F},
	KindInet:      {"inet", 0x10},
	KindDate:      {"date", 0x11},
	KindTime:      {"time", 0x12},
	KindSmallint:  {"smallint", 0x13},
	KindTinyint:   {"tinyint", 0x14},
	KindDuration:  {"duration", 0x15},
	KindList:      {"list", 0x20},
	KindMap:       {"map", 0x21},
	KindSet:       {"set", 0x22},
	KindUDT:       {"udt", 0x30},
	KindTuple:     {"tuple", 0x31},
	KindVector:    {"vector", 0x00},
	KindEmpty:     {"empty", 0x00},
}

// String is the CQL word for the kind.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kinds) {
		return "unknown"
	}
	return kinds[k].name
}

// Code is the number of the kind in an [option] of the native protocol; 0 means
// that the class name follows.
func (k Kind) Code() uint16 {
	if k < 0 || int(k) >= len(kinds) {
		return 0
	}
	return kinds[k].code
}
