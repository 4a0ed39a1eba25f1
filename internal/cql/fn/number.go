package fn

import (
	"math"
	"math/big"
	"strconv"

	"alexandra/internal/cqltype"
)

// numericTypes are the types of numbers, counters included.
var numericTypes = []cqltype.Type{
	cqltype.Tinyint, cqltype.Smallint, cqltype.Int, cqltype.Bigint, cqltype.Float, cqltype.Double, cqltype.Decimal, cqltype.Varint, cqltype.Counter,
}

func isNumeric(t cqltype.Type) bool {
	for _, n := range numericTypes {
		if n.Kind() == t.Kind() {
			return true
		}
	}
	return false
}

// isFloating says whether a type has fractions: float, double or decimal.
func isFloating(t cqltype.Type) bool {
	switch t.Kind() {
	case cqltype.KindFloat, cqltype.KindDouble, cqltype.KindDecimal:
		return true
	}
	return false
}

// size is the number of bytes that a numeric type takes; unlimited ones count as very large.
func size(t cqltype.Type) int {
	switch t.Kind() {
	case cqltype.KindTinyint:
		return 1
	case cqltype.KindSmallint:
		return 2
	case cqltype.KindInt, cqltype.KindFloat:
		return 4
	case cqltype.KindBigint, cqltype.KindCounter, cqltype.KindDouble:
		return 8
	}
	return math.MaxInt
}

// empty says that a number is null or has no bytes, which functions take for null.
func empty(v []byte) bool { return len(v) == 0 }

// toInt64 is Number.longValue: fractions are cut, large numbers lose high bits or, from floating point, saturate.
func toInt64(t cqltype.Type, v []byte) int64 {
	switch t.Kind() {
	case cqltype.KindTinyint:
		return int64(cqltype.DecodeTinyint(v))
	case cqltype.KindSmallint:
		return int64(cqltype.DecodeSmallint(v))
	case cqltype.KindInt:
		return int64(cqltype.DecodeInt(v))
	case cqltype.KindFloat, cqltype.KindDouble:
		return javaLong(toFloat64(t, v))
	case cqltype.KindVarint:
		return lowBits(cqltype.DecodeVarint(v))
	case cqltype.KindDecimal:
		return lowBits(truncate(cqltype.DecodeDecimal(v)))
	}
	return cqltype.DecodeBigint(v)
}

// toFloat64 is Number.doubleValue.
func toFloat64(t cqltype.Type, v []byte) float64 {
	switch t.Kind() {
	case cqltype.KindFloat:
		return float64(cqltype.DecodeFloat(v))
	case cqltype.KindDouble:
		return cqltype.DecodeDouble(v)
	case cqltype.KindVarint:
		return parseFloat(cqltype.DecodeVarint(v).String(), 64)
	case cqltype.KindDecimal:
		return parseFloat(cqltype.DecodeDecimal(v).String(), 64)
	}
	return float64(toInt64(t, v))
}

// toFloat32 is Number.floatValue.
func toFloat32(t cqltype.Type, v []byte) float32 {
	switch t.Kind() {
	case cqltype.KindFloat:
		return cqltype.DecodeFloat(v)
	case cqltype.KindDouble:
		return float32(cqltype.DecodeDouble(v))
	case cqltype.KindVarint:
		return float32(parseFloat(cqltype.DecodeVarint(v).String(), 32))
	case cqltype.KindDecimal:
		return float32(parseFloat(cqltype.DecodeDecimal(v).String(), 32))
	}
	return float32(toInt64(t, v))
}

// parseFloat reads a decimal number; what is too large is infinite.
func parseFloat(text string, bits int) float64 {
	f, _ := strconv.ParseFloat(text, bits)
	return f
}

// javaLong is Java's conversion of a floating-point number to a long: it saturates, and NaN is 0.
func javaLong(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// javaInt is Java's conversion of a floating-point number to an int.
func javaInt(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt32:
		return math.MaxInt32
	case f <= math.MinInt32:
		return math.MinInt32
	}
	return int64(f)
}

// lowBits is BigInteger.longValue.
func lowBits(i *big.Int) int64 {
	low := new(big.Int).And(i, new(big.Int).SetUint64(math.MaxUint64))
	return int64(low.Uint64())
}

// encodeInt64 is i in the width of an integer type; high bits are lost.
func encodeInt64(t cqltype.Type, i int64) []byte {
	switch t.Kind() {
	case cqltype.KindTinyint:
		return cqltype.EncodeTinyint(int8(i))
	case cqltype.KindSmallint:
		return cqltype.EncodeSmallint(int16(i))
	case cqltype.KindInt:
		return cqltype.EncodeInt(int32(i))
	}
	return cqltype.EncodeBigint(i)
}

// toVarint is a number as an integer of any size.
func toVarint(t cqltype.Type, v []byte) *big.Int {
	if t.Kind() == cqltype.KindVarint {
		return cqltype.DecodeVarint(v)
	}
	return big.NewInt(toInt64(t, v))
}
