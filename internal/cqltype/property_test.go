package cqltype

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// leaves are types whose values rapid draws below.
var leaves = []Type{
	Ascii, Bigint, Blob, Boolean, Date, Decimal, Double, Duration, Float, Inet, Int, Smallint, Text, Time, Timestamp,
	Timeuuid, Tinyint, Uuid, Varint,
}

// drawType draws a type, composite down to depth.
func drawType(t *rapid.T, depth int) Type {
	shape := 0
	if depth > 0 {
		shape = rapid.IntRange(0, 8).Draw(t, "shape")
	}
	switch shape {
	case 1:
		return NewList(drawType(t, depth-1), true)
	case 2:
		return NewSet(drawType(t, depth-1), true)
	case 3:
		return NewMap(drawType(t, depth-1), drawType(t, depth-1), true)
	case 4:
		return NewTuple(drawType(t, depth-1), drawType(t, depth-1))
	case 5:
		return NewUserType("ks", "ut", []Field{{"a", drawType(t, depth-1)}, {"b", drawType(t, depth-1)}}, true)
	case 6:
		return NewVector(drawType(t, depth-1), rapid.IntRange(1, 3).Draw(t, "dimension"))
	}
	if shape == 7 {
		return &CompositeType{Parts: []Type{drawType(t, depth-1), drawType(t, depth-1)}}
	}
	return rapid.SampledFrom(leaves).Draw(t, "leaf")
}

// drawValue draws a value that is well-formed, mostly.
func drawValue(t *rapid.T, typ Type) []byte {
	few := func(n int) int { return rapid.IntRange(0, n).Draw(t, "n") }
	switch typ := typ.(type) {
	case *ListType:
		return EncodeList(drawValues(t, typ.Elem, few(3)))
	case *SetType:
		return EncodeSet(typ.Elem, drawValues(t, typ.Elem, few(3)))
	case *MapType:
		n := few(2)
		keys, values := drawValues(t, typ.Key, n), drawValues(t, typ.Value, n)
		entries := make([]Entry, n)
		for i := range entries {
			entries[i] = Entry{keys[i], values[i]}
		}
		return EncodeMap(SortMap(typ.Key, entries))
	case *TupleType:
		return drawTuple(t, typ.Elems)
	case *UserType:
		return drawTuple(t, Children(typ))
	case *VectorType:
		return typ.Encode(drawValues(t, typ.Elem, typ.Dim))
	case *CompositeType:
		var parts []part
		for _, p := range typ.Parts[:few(2)] {
			parts = append(parts, part{value: drawValues(t, p, 1)[0], end: rapid.SampledFrom([]byte{0, 1, 0xFF}).Draw(t, "end")})
		}
		return encodeParts(parts)
	}
	return drawLeaf(t, typ)
}

func drawValues(t *rapid.T, typ Type, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		for {
			out[i] = drawValue(t, typ)
			if size := FixedSize(typ); size == 0 || size == len(out[i]) {
				break
			}
		}
	}
	return out
}

func drawTuple(t *rapid.T, types []Type) []byte {
	elems := make([][]byte, rapid.IntRange(1, len(types)).Draw(t, "reach"))
	for i := range elems {
		if rapid.IntRange(0, 3).Draw(t, "null") > 0 {
			elems[i] = drawValue(t, types[i])
		}
	}
	return EncodeTuple(elems)
}

var smallBytes = rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x10, 0x7F, 0x80, 0xFE, 0xFF}), 0, 5)

func drawLeaf(t *rapid.T, typ Type) []byte {
	fixed := func(n int) []byte {
		b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x10, 0x11, 0x40, 0x7F, 0x80, 0xFF}), n, n).Draw(t, "bytes")
		if rapid.IntRange(0, 15).Draw(t, "empty") == 0 {
			return []byte{}
		}
		return b
	}
	switch typ.Kind() {
	case KindDecimal:
		scale := rapid.Int32Range(-3, 3).Draw(t, "scale")
		return EncodeDecimal(BigDecimal{big.NewInt(rapid.Int64Range(-2000, 2000).Draw(t, "unscaled")), scale})
	case KindVarint:
		return append(smallBytes.Draw(t, "varint"), 1)
	case KindDuration:
		return EncodeDuration(DurationValue{rapid.Int32Range(0, 3).Draw(t, "mo"), 1, rapid.Int64Range(0, 1e12).Draw(t, "ns")})
	case KindInet:
		return fixed(4 << (2 * rapid.IntRange(0, 1).Draw(t, "v6")))
	case KindAscii, KindText, KindBlob:
		return smallBytes.Draw(t, "bytes")
	case KindBoolean, KindTinyint:
		return fixed(1)
	case KindSmallint:
		return fixed(2)
	case KindInt, KindFloat, KindDate:
		return fixed(4)
	case KindUuid, KindTimeuuid:
		return fixed(16)
	}
	return fixed(8)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// TestKeyOrder is the law of keys: bytes sort as values do, in both directions,
// and decode to what they were, whatever follows.
func TestKeyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := drawType(t, 2)
		a, b := drawValue(t, typ), drawValue(t, typ)
		if rapid.IntRange(0, 20).Draw(t, "broken") == 0 {
			b = smallBytes.Draw(t, "b")
		}
		checkKeyLaws(t, typ, a, b)
	})
}

func checkKeyLaws(t require.TestingT, typ Type, a, b []byte) {
	want := sign(typ.Compare(a, b))
	require.Equal(t, -want, sign(typ.Compare(b, a)), "antisymmetry of %s: %x %x", typ, a, b)

	orderA, orderB := typ.AppendOrder(nil, a), typ.AppendOrder(nil, b)
	require.Equal(t, want, bytes.Compare(orderA, orderB), "order of %s: %x %x -> %x %x", typ, a, b, orderA, orderB)
	require.Equal(t, -want, bytes.Compare(AppendOrderDesc(typ, nil, a), AppendOrderDesc(typ, nil, b)))
	require.False(t, len(orderA) < len(orderB) && bytes.HasPrefix(orderB, orderA), "keys must end themselves")

	keyA, keyB := typ.AppendKey(nil, a), typ.AppendKey(nil, b)
	if want != 0 {
		require.Equal(t, want, bytes.Compare(keyA, keyB), "key of %s: %x %x", typ, a, b)
	}
	if typ.Exact() {
		require.Equal(t, orderA, keyA)
	}
	tail := []byte{7, 0}
	v, rest, err := typ.DecodeKey(append(keyA, tail...))
	require.NoError(t, err, "%s %x", typ, a)
	require.True(t, bytes.Equal(a, v), "%s: %x became %x", typ, a, v)
	require.Equal(t, tail, rest)

	v, rest, err = DecodeKeyDesc(typ, append(AppendKeyDesc(typ, nil, a), tail...))
	require.NoError(t, err)
	require.True(t, bytes.Equal(a, v))
	require.Equal(t, tail, rest)

	v, rest, err = typ.DecodeOrder(append(orderA, tail...))
	require.NoError(t, err)
	require.Zero(t, typ.Compare(a, v), "%s: %x decodes to %x", typ, a, v)
	require.Equal(t, tail, rest)
}

func TestTypeNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := drawType(t, 3)
		again, err := ParseClass(typ.Class())
		require.NoError(t, err, typ.Class())
		require.True(t, Equal(typ, again), "%s and %s", typ.Class(), again.Class())
		if !Contains(typ, KindUDT) {
			again, err = ParseCQL(typ.String(), NoUserTypes{})
			require.NoError(t, err, typ.String())
			require.True(t, Equal(typ, again), "%s and %s", typ, again)
		}
	})
}

// TestJSONRoundTrip is for types whose JSON keeps all of the value.
func TestJSONRoundTrip(t *testing.T) {
	whole := []Type{Bigint, Blob, Int, Smallint, Varint, Uuid, Date}
	rapid.Check(t, func(t *rapid.T) {
		elem := rapid.SampledFrom(whole).Draw(t, "elem")
		typ := rapid.SampledFrom([]Type{elem, NewList(elem, true), NewTuple(elem), NewMap(elem, elem, true)}).Draw(t, "type")
		v := drawValue(t, typ)
		out, err := typ.ToJSON(v)
		if err != nil || bytes.Contains(out, []byte(`""`)) {
			return // the empty value
		}
		j, err := ParseJSON(string(out))
		require.NoError(t, err)
		again, err := typ.FromJSON(j)
		require.NoError(t, err, string(out))
		require.Zero(t, typ.Compare(v, again), "%s: %x -> %s -> %x", typ, v, out, again)
	})
}

func TestGoValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.Int64().Draw(t, "i")
		require.Equal(t, i, DecodeBigint(EncodeBigint(i)))
		require.Equal(t, int32(i), DecodeInt(EncodeInt(int32(i))))
		require.Equal(t, int16(i), DecodeSmallint(EncodeSmallint(int16(i))))
		require.Equal(t, int8(i), DecodeTinyint(EncodeTinyint(int8(i))))

		wide := new(big.Int).Mul(big.NewInt(i), big.NewInt(rapid.Int64().Draw(t, "j")))
		require.Zero(t, wide.Cmp(DecodeVarint(EncodeVarint(wide))))
		require.Equal(t, EncodeVarint(wide), trimVarint(EncodeVarint(wide)))

		d := BigDecimal{wide, rapid.Int32Min(-2147483000).Draw(t, "scale")}
		parsed, ok := ParseDecimal(d.String())
		require.True(t, ok, d.String())
		require.Equal(t, d.Scale, parsed.Scale)
		require.Zero(t, wide.Cmp(parsed.Unscaled))

		days := rapid.Int64Range(-dateBias, dateBias-1).Draw(t, "days")
		v, err := Date.Parse(FormatDate(uint32(days + dateBias)))
		require.NoError(t, err)
		require.Equal(t, uint32(days+dateBias), DecodeDate(v))

		u := rapid.Uint64().Draw(t, "u")
		n, rest, ok := readUvint(appendUvint(nil, u))
		require.True(t, ok)
		require.Equal(t, u, n)
		require.Empty(t, rest)
	})
}
