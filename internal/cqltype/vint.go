package cqltype

import (
	"encoding/binary"
	"math/bits"
)

// appendUvint writes n as Cassandra's unsigned vint: as many leading 1 bits as
// bytes follow the first one, then the number, big-endian.
func appendUvint(dst []byte, n uint64) []byte {
	extra := uvintExtra(n)
	if extra == 8 {
		return binary.BigEndian.AppendUint64(append(dst, 0xFF), n)
	}
	wide := binary.BigEndian.AppendUint64(make([]byte, 0, 8), n)
	start := len(dst)
	dst = append(dst, wide[7-extra:]...)
	dst[start] |= ^byte(0xFF >> extra)
	return dst
}

// uvintExtra is the number of bytes after the first.
func uvintExtra(n uint64) int {
	return min(8, (bits.Len64(n|1)-1)/7)
}

func readUvint(b []byte) (n uint64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	extra := bits.LeadingZeros8(^b[0])
	if len(b) < 1+extra {
		return 0, nil, false
	}
	n = uint64(b[0]) & (0xFF >> extra)
	for _, c := range b[1 : 1+extra] {
		n = n<<8 | uint64(c)
	}
	return n, b[1+extra:], true
}

// appendVint writes a signed number, with the sign in the lowest bit.
func appendVint(dst []byte, n int64) []byte {
	return appendUvint(dst, uint64(n)<<1^uint64(n>>63))
}

func readVint(b []byte) (n int64, rest []byte, ok bool) {
	u, rest, ok := readUvint(b)
	return int64(u>>1) ^ -int64(u&1), rest, ok
}
