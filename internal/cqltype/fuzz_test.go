package cqltype

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// fuzzTypes has one type of each shape.
var fuzzTypes = append([]Type{
	Counter, Empty, LegacyTimeuuid, NewCustom("a.B"),
	NewList(Int, true), NewList(Text, false), NewSet(Decimal, true), NewMap(Varint, Text, true), NewTuple(Int, NewList(Duration, true)),
	NewUserType("ks", "ut", []Field{{"a", Inet}, {"B", Timeuuid}}, true),
	NewVector(Float, 2), NewVector(Text, 2), NewVector(NewVector(Boolean, 2), 2),
}, leaves...)

// FuzzValue feeds any bytes to every method: no panic, and the laws of keys.
func FuzzValue(f *testing.F) {
	for i := range fuzzTypes {
		f.Add(uint(i), []byte{0, 0, 0, 1, 0, 0, 0, 1, 0x61}, []byte{0x80})
		f.Add(uint(i), []byte{}, []byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF})
	}
	f.Fuzz(func(t *testing.T, which uint, a, b []byte) {
		typ := fuzzTypes[which%uint(len(fuzzTypes))]
		checkKeyLaws(t, typ, a, b)
		_ = typ.Validate(a)
		_ = ValidateBound(typ, b)
		_ = typ.Format(a)
		_ = GetString(typ, b)
		_, _ = typ.ToJSON(a)
		for _, decode := range []func([]byte) (v, rest []byte, err error){typ.DecodeKey, typ.DecodeOrder} {
			v, rest, err := decode(a)
			if err == nil {
				require.LessOrEqual(t, len(rest), len(a))
				_ = typ.Compare(v, b)
			}
		}
		if typ.Exact() {
			if v, rest, err := typ.DecodeKey(a); err == nil && bytes.Equal(typ.AppendKey(nil, v), a[:len(a)-len(rest)]) {
				require.NoError(t, err)
			}
		}
	})
}

// FuzzText feeds any text to whatever reads text.
func FuzzText(f *testing.F) {
	for _, s := range []string{"1", "P1Y", "2010-01-01 00:00 PST", "::1", "1e5", "[1, {\"a\": null}]", "map<text, frozen<list<int>>>", "ListType(Int32Type)", "a:@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, typ := range fuzzTypes {
			v, err := typ.Parse(s)
			if err == nil && typ.Kind() != KindTinyint && typ.Kind() != KindSmallint && len(v) > 0 {
				require.NoError(t, typ.Validate(v), "%s %q", typ, s)
			}
		}
		if j, err := ParseJSON(s); err == nil {
			for _, typ := range fuzzTypes {
				_, _ = typ.FromJSON(j)
			}
		}
		if typ, err := ParseClass(s); err == nil {
			_ = typ.String()
		}
		if typ, err := ParseCQL(s, NoUserTypes{}); err == nil {
			again, err := ParseCQL(typ.String(), NoUserTypes{})
			require.NoError(t, err)
			require.Equal(t, typ.String(), again.String())
		}
	})
}

func BenchmarkKey(b *testing.B) {
	for _, c := range []struct {
		typ Type
		v   []byte
	}{
		{Int, EncodeInt(42)},
		{Bigint, EncodeBigint(1 << 40)},
		{Text, []byte("a clustering column of usual length")},
		{Timestamp, EncodeTimestamp(1700000000123)},
		{Timeuuid, []byte{0x50, 0x55, 0x4d, 0x6e, 0x29, 0xbb, 0x11, 0xe5, 0xb3, 0x45, 0xfe, 0xff, 0x81, 0x9c, 0xdc, 0x9f}},
		{Decimal, EncodeDecimal(BigDecimal{DecodeVarint([]byte{1, 2, 3}), 2})},
		{NewList(Int, true), EncodeList([][]byte{EncodeInt(1), EncodeInt(2)})},
	} {
		b.Run(c.typ.String()+"/append", func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				buf = c.typ.AppendKey(buf[:0], c.v)
			}
		})
		key := c.typ.AppendKey(nil, c.v)
		b.Run(c.typ.String()+"/decode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := c.typ.DecodeKey(key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
