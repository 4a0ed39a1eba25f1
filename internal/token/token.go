// Package token is Cassandra's Murmur3Partitioner: where on the ring a
// partition key lives, and the ranges between such places.
//
// A Token is a signed 64 bit number. [Minimum] is the place before all keys: no
// key has it, and as the end of a range it means "up to the last key". Ranges
// exclude their start, include their end and may wrap around the ring.
//
// The package is a leaf: ring, storage, coord and the token() function use it.
// It knows nothing of nodes or replicas.
package token

import (
	"encoding/binary"
	"math"
	"strconv"
)

// Token is a place on the ring.
type Token int64

const (
	// Minimum comes before the token of every key.
	Minimum Token = math.MinInt64
	// Maximum is the last place on the ring.
	Maximum Token = math.MaxInt64
)

// Of returns the token of a serialized partition key. An empty key, which no
// table can have, is at Minimum.
func Of(key []byte) Token {
	if len(key) == 0 {
		return Minimum
	}
	h := int64(hash(key))
	if h == math.MinInt64 {
		return Maximum
	}
	return Token(h)
}

// Parse reads a token in decimal.
func Parse(s string) (Token, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	return Token(n), err
}

// String is the token in decimal.
func (t Token) String() string { return strconv.FormatInt(int64(t), 10) }

// AppendKey appends 8 bytes whose order is that of the tokens.
func (t Token) AppendKey(dst []byte) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(t)^1<<63)
}

// FromKey is the inverse of AppendKey; ok is false for fewer than 8 bytes.
func FromKey(b []byte) (t Token, ok bool) {
	if len(b) < 8 {
		return 0, false
	}
	return Token(binary.BigEndian.Uint64(b) ^ 1<<63), true
}
