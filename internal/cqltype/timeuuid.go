package cqltype

import (
	"bytes"
	"encoding/binary"
)

// Timeuuid is a version 1 UUID; values sort by time. LegacyTimeuuid is the same
// under the name that the aggregates of timeuuids answer with.
var (
	Timeuuid       Type = &timeuuidType{native{KindTimeuuid, "TimeUUIDType"}, timeuuidKey{}}
	LegacyTimeuuid Type = &timeuuidType{native{KindCustom, "LegacyTimeUUIDType"}, timeuuidKey{}}
)

type timeuuidType struct {
	native
	timeuuidKey
}

// uuidEpochMillis is the Unix time of 1582-10-15, from which version 1 counts.
const uuidEpochMillis = -12219292800000

// TimeuuidMillis is the Unix time in a version 1 UUID, in milliseconds; parts of
// one are cut off towards 1970.
func TimeuuidMillis(v []byte) int64 {
	if len(v) != 16 {
		return 0
	}
	return (int64(timeOrder(v)&0x0FFFFFFFFFFFFFFF) + uuidEpochMillis*10000) / 10000
}

func (t *timeuuidType) String() string { return "timeuuid" }

func (t *timeuuidType) Freeze() Type { return t }

func (t *timeuuidType) Validate(v []byte) error {
	if err := validateUUID(v); err != nil {
		return err
	}
	if len(v) == 16 && v[6]&0xF0 != 0x10 {
		return invalid("Invalid version for TimeUUID type: 0x%x", v[0]>>4) // the wrong half byte, as in Cassandra
	}
	return nil
}

func (t *timeuuidType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	u, ok := parseUUID(text)
	if !ok {
		return nil, invalid("Unknown timeuuid representation: %s", text)
	}
	if u[6]&0xF0 != 0x10 {
		return nil, invalid("TimeUUID supports only version 1 UUIDs")
	}
	return u, nil
}

func (t *timeuuidType) Format(v []byte) string { return formatUUID(v) }

func (t *timeuuidType) ToJSON(v []byte) ([]byte, error) { return jsonText(t, v) }

func (t *timeuuidType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	}
	return nil, jsonExpected("a string representation of a timeuuid", j)
}

// timeuuidKey orders by time, then by the rest as signed bytes.
type timeuuidKey struct{ exactKey }

// signedBytes makes unsigned order of bytes that of signed ones.
const signedBytes = 0x8080808080808080

func (k timeuuidKey) Compare(a, b []byte) int {
	okA, okB := len(a) == 16, len(b) == 16
	if !okA || !okB {
		return compareOdd(a, b, okA, okB)
	}
	var bufA, bufB [17]byte
	return bytes.Compare(k.AppendOrder(bufA[:0], a), k.AppendOrder(bufB[:0], b))
}

func (k timeuuidKey) AppendOrder(dst, v []byte) []byte {
	if len(v) != 16 {
		return appendOdd(dst, v)
	}
	dst = append(dst, markValue)
	dst = binary.BigEndian.AppendUint64(dst, timeOrder(v))
	return binary.BigEndian.AppendUint64(dst, binary.BigEndian.Uint64(v[8:])^signedBytes)
}

func (k timeuuidKey) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue {
		return decodeOdd(b)
	}
	if len(b) < 17 {
		return nil, nil, errKey
	}
	v = bytes.Clone(b[1:17])
	timeUnorder(v)
	binary.BigEndian.PutUint64(v[8:], binary.BigEndian.Uint64(v[8:])^signedBytes)
	return v, b[17:], nil
}

func (k timeuuidKey) AppendKey(dst, v []byte) []byte                 { return k.AppendOrder(dst, v) }
func (k timeuuidKey) DecodeKey(b []byte) (v, rest []byte, err error) { return k.DecodeOrder(b) }
