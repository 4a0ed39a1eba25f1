package cqltype

import "bytes"

// A tail follows the order bytes of types that are not exact. It holds the
// value itself unless the order bytes decode to it.
const (
	tailCanonical byte = 0
	tailRaw       byte = 1
)

// appendTailedKey is AppendKey for a type that is not exact.
func appendTailedKey(t Type, dst, v []byte) []byte {
	start := len(dst)
	dst = t.AppendOrder(dst, v)
	canonical, _, err := t.DecodeOrder(dst[start:])
	if err == nil && bytes.Equal(canonical, v) {
		return append(dst, tailCanonical)
	}
	return appendEscaped(append(dst, tailRaw), v)
}

// decodeTailedKey is DecodeKey for a type that is not exact.
func decodeTailedKey(t Type, b []byte) (v, rest []byte, err error) {
	v, rest, err = t.DecodeOrder(b)
	switch {
	case err != nil:
		return nil, nil, err
	case len(rest) == 0:
		return nil, nil, errKey
	case rest[0] == tailCanonical:
		return v, rest[1:], nil
	case rest[0] == tailRaw:
		return decodeEscaped(rest[1:])
	}
	return nil, nil, errKey
}

// appendKey and decodeKey serve composite types, exact or not.
func appendKey(t Type, dst, v []byte) []byte {
	if t.Exact() {
		return t.AppendOrder(dst, v)
	}
	return appendTailedKey(t, dst, v)
}

func decodeKey(t Type, b []byte) (v, rest []byte, err error) {
	if t.Exact() {
		return t.DecodeOrder(b)
	}
	return decodeTailedKey(t, b)
}
