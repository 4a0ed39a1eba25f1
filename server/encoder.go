package server

import (
	"encoding/binary"
	"net/netip"
	"sort"
)

// The append functions write the notations of the protocol specification's section 3. Lengths that do not fit are cut:
// nothing that long can reach a client (names and messages are bounded long before).

const maxShort = 1<<16 - 1

func appendShort(b []byte, n int) []byte { return binary.BigEndian.AppendUint16(b, uint16(n)) }

func appendInt(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(int32(n))) }

func appendString(b []byte, s string) []byte {
	if len(s) > maxShort {
		s = s[:maxShort]
	}
	return append(appendShort(b, len(s)), s...)
}

func appendShortBytes(b, v []byte) []byte { return append(appendShort(b, len(v)), v...) }

// appendBytes writes [bytes]; nil is null.
func appendBytes(b, v []byte) []byte {
	if v == nil {
		return appendInt(b, -1)
	}
	return append(appendInt(b, len(v)), v...)
}

func appendStringList(b []byte, l []string) []byte {
	b = appendShort(b, len(l))
	for _, s := range l {
		b = appendString(b, s)
	}
	return b
}

func appendBytesMap(b []byte, m map[string][]byte) []byte {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b = appendShort(b, len(keys))
	for _, k := range keys {
		b = appendBytes(appendString(b, k), m[k])
	}
	return b
}

func appendInet(b []byte, a netip.AddrPort) []byte {
	return appendInt(appendInetAddr(b, a.Addr()), int(a.Port()))
}

func appendInetAddr(b []byte, a netip.Addr) []byte {
	raw := a.Unmap().AsSlice()
	return append(append(b, byte(len(raw))), raw...)
}
