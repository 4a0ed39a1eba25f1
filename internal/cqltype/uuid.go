package cqltype

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"

	"github.com/google/uuid"
)

// Uuid is a UUID of any version. Values sort by version, those of version 1 by
// their time.
var Uuid Type = &uuidType{native{KindUuid, "UUIDType"}, uuidKey{}}

type uuidType struct {
	native
	uuidKey
}

// EncodeUUID returns the wire form of u.
func EncodeUUID(u uuid.UUID) []byte { return bytes.Clone(u[:]) }

// DecodeUUID reads a valid uuid or timeuuid; anything else is the nil UUID.
func DecodeUUID(v []byte) uuid.UUID {
	if len(v) != 16 {
		return uuid.Nil
	}
	return uuid.UUID(v)
}

func (t *uuidType) Freeze() Type { return t }

func (t *uuidType) Validate(v []byte) error { return validateUUID(v) }

func validateUUID(v []byte) error {
	if len(v) != 16 && len(v) != 0 {
		return invalid("UUID should be 16 or 0 bytes (%d)", len(v))
	}
	return nil
}

func (t *uuidType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	u, ok := parseUUID(text)
	if !ok {
		return nil, invalid("Unable to make UUID from '%s'", text)
	}
	return u, nil
}

// parseUUID reads the form with dashes at their places.
func parseUUID(text string) ([]byte, bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, false
	}
	u, err := hex.DecodeString(text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:])
	return u, err == nil
}

func (t *uuidType) Format(v []byte) string { return formatUUID(v) }

func formatUUID(v []byte) string {
	if len(v) != 16 {
		return formatOdd(v)
	}
	return uuid.UUID(v).String()
}

func (t *uuidType) ToJSON(v []byte) ([]byte, error) { return jsonText(t, v) }

func (t *uuidType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	}
	return nil, jsonExpected("a string representation of a uuid", j)
}

// uuidKey orders by version, then version 1 by time and the rest as bytes.
type uuidKey struct{ exactKey }

func (k uuidKey) Compare(a, b []byte) int {
	okA, okB := len(a) == 16, len(b) == 16
	if !okA || !okB {
		return compareOdd(a, b, okA, okB)
	}
	var bufA, bufB [17]byte
	return bytes.Compare(k.AppendOrder(bufA[:0], a), k.AppendOrder(bufB[:0], b))
}

func (k uuidKey) AppendOrder(dst, v []byte) []byte {
	if len(v) != 16 {
		return appendOdd(dst, v)
	}
	version := v[6] >> 4
	dst = append(dst, markValue+version)
	if version == 1 {
		dst = binary.BigEndian.AppendUint64(dst, timeOrder(v))
		return append(dst, v[8:]...)
	}
	return append(dst, v...)
}

func (k uuidKey) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] < markValue || b[0] > markValue+15 {
		return decodeOdd(b)
	}
	if len(b) < 17 {
		return nil, nil, errKey
	}
	v = bytes.Clone(b[1:17])
	if b[0] == markValue+1 {
		timeUnorder(v)
	}
	return v, b[17:], nil
}

func (k uuidKey) AppendKey(dst, v []byte) []byte                 { return k.AppendOrder(dst, v) }
func (k uuidKey) DecodeKey(b []byte) (v, rest []byte, err error) { return k.DecodeOrder(b) }

// timeOrder is the first half of a version 1 UUID with the most significant
// part of its time first: version and high, mid, low.
func timeOrder(v []byte) uint64 {
	msb := binary.BigEndian.Uint64(v)
	return msb<<48 | msb<<16&0xFFFF00000000 | msb>>32
}

// timeUnorder undoes timeOrder in place.
func timeUnorder(v []byte) {
	o := binary.BigEndian.Uint64(v)
	binary.BigEndian.PutUint64(v, o<<32|o>>16&0xFFFF0000|o>>48)
}
