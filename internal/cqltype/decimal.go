package cqltype

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Decimal is a varint and a power of ten.
var Decimal Type = &decimalType{native{KindDecimal, "DecimalType"}}

type decimalType struct{ native }

// BigDecimal is Unscaled * 10^-Scale, as Java's BigDecimal.
type BigDecimal struct {
	Unscaled *big.Int
	Scale    int32
}

// EncodeDecimal returns the wire form of d: the scale, then the varint.
func EncodeDecimal(d BigDecimal) []byte {
	v := binary.BigEndian.AppendUint32(nil, uint32(d.Scale))
	return append(v, EncodeVarint(d.Unscaled)...)
}

// DecodeDecimal reads a valid decimal; anything else is 0.
func DecodeDecimal(v []byte) BigDecimal {
	if len(v) < 5 {
		return BigDecimal{Unscaled: new(big.Int)}
	}
	return BigDecimal{DecodeVarint(v[4:]), int32(binary.BigEndian.Uint32(v))}
}

// String is BigDecimal.toString: plain digits while the scale is not negative
// and the exponent not below -6, else scientific.
func (d BigDecimal) String() string {
	digits := new(big.Int).Abs(d.Unscaled).String()
	sign := ""
	if d.Unscaled.Sign() < 0 {
		sign = "-"
	}
	exponent := int64(len(digits)) - 1 - int64(d.Scale)
	switch {
	case d.Scale == 0:
		return sign + digits
	case d.Scale > 0 && exponent >= -6:
		point := len(digits) - int(d.Scale)
		if point > 0 {
			return sign + digits[:point] + "." + digits[point:]
		}
		return sign + "0." + strings.Repeat("0", -point) + digits
	}
	if len(digits) > 1 {
		digits = digits[:1] + "." + digits[1:]
	}
	if exponent == 0 {
		return sign + digits
	}
	e := strconv.FormatInt(exponent, 10)
	if exponent > 0 {
		e = "+" + e
	}
	return sign + digits + "E" + e
}

// ParseDecimal reads what Java's BigDecimal reads.
func ParseDecimal(text string) (BigDecimal, bool) {
	mantissa, exponent := text, int64(0)
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.ParseInt(text[i+1:], 10, 32)
		if err != nil {
			return BigDecimal{}, false
		}
		mantissa, exponent = text[:i], e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	unscaled, ok := parseBigInteger(whole + fraction)
	if !ok || strings.ContainsAny(fraction, "+-") {
		return BigDecimal{}, false
	}
	scale := int64(len(fraction)) - exponent
	if scale != int64(int32(scale)) {
		return BigDecimal{}, false
	}
	return BigDecimal{unscaled, int32(scale)}, true
}

func (t *decimalType) Freeze() Type { return t }

func (t *decimalType) Validate(v []byte) error {
	if len(v) != 0 && len(v) < 4 {
		return invalid("Expected 0 or at least 4 bytes (%d)", len(v))
	}
	return nil
}

func (t *decimalType) Parse(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	d, ok := ParseDecimal(text)
	if !ok {
		return nil, invalid("unable to make BigDecimal from '%s'", text)
	}
	return EncodeDecimal(d), nil
}

func (t *decimalType) Format(v []byte) string {
	if len(v) < 5 {
		return formatOdd(v)
	}
	return DecodeDecimal(v).String()
}

func (t *decimalType) ToJSON(v []byte) ([]byte, error) { return jsonPlain(t, v) }

func (t *decimalType) FromJSON(j any) ([]byte, error) {
	if j == nil {
		return nil, nil
	}
	if j == "" {
		return []byte{}, nil
	}
	d, ok := ParseDecimal(javaString(j))
	if !ok {
		return nil, invalid("Value '%s' is not a valid representation of a decimal value", javaString(j))
	}
	return EncodeDecimal(d), nil
}

// Order bytes are a mark for the sign; unless zero, five bytes of exponent and
// the digits two by two, plus one, ended by 0: inverted for negative values.
const (
	decimalNegative byte = 1
	decimalZero     byte = 2
	decimalPositive byte = 3

	decimalBias = 1 << 39

	// maxMissingZeros bounds the work for damaged keys.
	maxMissingZeros = 1 << 16
)

func (t *decimalType) Exact() bool { return false }

func (t *decimalType) Compare(a, b []byte) int {
	okA, okB := len(a) >= 5, len(b) >= 5
	if !okA || !okB {
		return compareOdd(a, b, okA, okB)
	}
	if bytes.Equal(a[:4], b[:4]) {
		return Varint.Compare(a[4:], b[4:])
	}
	var bufA, bufB [32]byte
	return bytes.Compare(t.AppendOrder(bufA[:0], a), t.AppendOrder(bufB[:0], b))
}

func (t *decimalType) AppendOrder(dst, v []byte) []byte {
	if len(v) < 5 {
		return appendOdd(dst, v)
	}
	d := DecodeDecimal(v)
	sign := d.Unscaled.Sign()
	if sign == 0 {
		return append(dst, decimalZero)
	}
	digits := strings.TrimLeft(d.Unscaled.String(), "-")
	exponent := uint64(decimalBias + int64(len(digits)) - int64(d.Scale))
	digits = strings.TrimRight(digits, "0")

	mark := decimalPositive
	if sign < 0 {
		mark = decimalNegative
	}
	dst = append(dst, mark)
	start := len(dst)
	dst = append(dst, byte(exponent>>32))
	dst = binary.BigEndian.AppendUint32(dst, uint32(exponent))
	for i := 0; i < len(digits); i += 2 {
		pair := (digits[i] - '0') * 10
		if i+1 < len(digits) {
			pair += digits[i+1] - '0'
		}
		dst = append(dst, pair+1)
	}
	dst = append(dst, 0)
	if sign < 0 {
		invert(dst[start:])
	}
	return dst
}

func (t *decimalType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) > 0 && b[0] == decimalZero {
		return EncodeDecimal(BigDecimal{Unscaled: new(big.Int)}), b[1:], nil
	}
	if len(b) == 0 || b[0] != decimalNegative && b[0] != decimalPositive {
		return decodeOdd(b)
	}
	mask := byte(0)
	if b[0] == decimalNegative {
		mask = 0xFF
	}
	if len(b) < 7 {
		return nil, nil, errKey
	}
	exponent := int64(b[1]^mask)<<32 | int64(binary.BigEndian.Uint32(b[2:])^(math.MaxUint32*uint32(mask&1)))
	end := bytes.IndexByte(b[6:], mask)
	if end <= 0 {
		return nil, nil, errKey
	}
	digits := make([]byte, 0, 2*end)
	for _, c := range b[6 : 6+end] {
		pair := (c ^ mask) - 1
		if pair > 99 {
			return nil, nil, errKey
		}
		digits = append(digits, '0'+pair/10, '0'+pair%10)
	}
	text := strings.TrimRight(string(digits), "0")
	unscaled, ok := new(big.Int).SetString(text, 10)
	scale := int64(len(text)) - (exponent - decimalBias)
	missing := math.MinInt32 - scale
	switch {
	case !ok || scale > math.MaxInt32 || missing > maxMissingZeros:
		return nil, nil, errKey
	case missing > 0:
		// Without its zeros the number has a scale beyond the limit.
		unscaled.Mul(unscaled, pow10(uint64(missing)))
		scale = math.MinInt32
	}
	if mask != 0 {
		unscaled.Neg(unscaled)
	}
	return EncodeDecimal(BigDecimal{unscaled, int32(scale)}), b[7+end:], nil
}

func (t *decimalType) AppendKey(dst, v []byte) []byte { return appendTailedKey(t, dst, v) }

func (t *decimalType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeTailedKey(t, b) }
