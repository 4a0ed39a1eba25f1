package cqltype

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// Inet is an IPv4 or IPv6 address.
var Inet Type = &inetType{native{KindInet, "InetAddressType"}, byteKey{}}

type inetType struct {
	native
	byteKey
}

// EncodeInet returns the wire form of a; IPv4 in IPv6 becomes IPv4, as in Java.
func EncodeInet(a netip.Addr) []byte { return a.Unmap().AsSlice() }

// DecodeInet reads a valid inet; anything else is the zero Addr.
func DecodeInet(v []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(v)
	return a.Unmap()
}

func (t *inetType) Freeze() Type { return t }

func (t *inetType) Validate(v []byte) error {
	if n := len(v); n != 0 && n != 4 && n != 16 {
		return invalid("Expected 4 or 16 byte inetaddress; got %s", hex.EncodeToString(v))
	}
	return nil
}

// Parse reads addresses as Java's InetAddress.getByName does, but looks up no
// names other than localhost.
func (t *inetType) Parse(text string) ([]byte, error) {
	switch text {
	case "":
		return []byte{}, nil
	case "localhost":
		return []byte{127, 0, 0, 1}, nil
	}
	if v, ok := parseShortIPv4(text); ok {
		return v, nil
	}
	plain := text
	if strings.HasPrefix(plain, "[") && strings.HasSuffix(plain, "]") {
		plain = plain[1 : len(plain)-1]
	}
	if a, err := netip.ParseAddr(plain); err == nil && (a.Is6() || plain == text) {
		return EncodeInet(a.WithZone("")), nil
	}
	return nil, invalid("Unable to make inet address from '%s'", text)
}

// parseShortIPv4 reads one to four decimal parts, of which the last fills the
// bytes that the others leave.
func parseShortIPv4(text string) ([]byte, bool) {
	parts := strings.Split(text, ".")
	if len(parts) > 4 {
		return nil, false
	}
	var v uint64
	for i, part := range parts {
		limit := uint64(math.MaxUint8)
		last := i == len(parts)-1
		if last {
			limit = 1<<(8*(5-len(parts))) - 1
		}
		n, err := strconv.ParseUint(part, 10, 64)
		if err != nil || n > limit {
			return nil, false
		}
		if last {
			v = v<<(8*(5-len(parts))) | n
		} else {
			v = v<<8 | n
		}
	}
	return []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}, true
}

func (t *inetType) Format(v []byte) string {
	if len(v) != 4 && len(v) != 16 {
		return formatOdd(v)
	}
	return "'" + FormatInet(v) + "'"
}

// FormatInet prints an address as Java's getHostAddress: IPv6 in full, without
// leading zeros.
func FormatInet(v []byte) string {
	if len(v) != 16 {
		return DecodeInet(v).String()
	}
	var b strings.Builder
	for i := 0; i < 16; i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(strconv.FormatUint(uint64(v[i])<<8|uint64(v[i+1]), 16))
	}
	return b.String()
}

func (t *inetType) ToJSON(v []byte) ([]byte, error) {
	if len(v) != 4 && len(v) != 16 {
		return jsonOdd(v)
	}
	return jsonQuoted(FormatInet(v)), nil
}

func (t *inetType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	}
	return nil, jsonExpected("a string representation of an inet value", j)
}
