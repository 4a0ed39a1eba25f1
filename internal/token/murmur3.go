package token

import (
	"encoding/binary"
	"math/bits"
)

const (
	c1 = 0x87c37b91114253d5
	c2 = 0x4cf5ad432745937f
)

// hash is the first half of MurmurHash3 x64 128 with seed 0, except that the
// bytes after the last whole block count as signed. That slip is part of every
// Cassandra cluster's data placement.
func hash(key []byte) uint64 {
	var h1, h2 uint64
	total := len(key)
	for len(key) >= 16 {
		k1, k2 := binary.LittleEndian.Uint64(key), binary.LittleEndian.Uint64(key[8:])
		key = key[16:]

		h1 = bits.RotateLeft64(h1^mix1(k1), 27) + h2
		h1 = h1*5 + 0x52dce729
		h2 = bits.RotateLeft64(h2^mix2(k2), 31) + h1
		h2 = h2*5 + 0x38495ab5
	}
	if len(key) > 8 {
		h2 ^= mix2(signedTail(key[8:]))
		key = key[:8]
	}
	if len(key) > 0 {
		h1 ^= mix1(signedTail(key))
	}

	h1 ^= uint64(total)
	h2 ^= uint64(total)
	h1 += h2
	h2 += h1
	h1, h2 = finalize(h1), finalize(h2)
	return h1 + h2
}

// signedTail joins up to 8 bytes, little-endian, each extended with its sign.
func signedTail(b []byte) uint64 {
	var k uint64
	for i, c := range b {
		k ^= uint64(int64(int8(c))) << (8 * i)
	}
	return k
}

func mix1(k uint64) uint64 { return bits.RotateLeft64(k*c1, 31) * c2 }
func mix2(k uint64) uint64 { return bits.RotateLeft64(k*c2, 33) * c1 }

func finalize(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
