package fn

import (
	"errors"
	"math"
	"math/big"
	"strings"

	"alexandra/internal/cqltype"
)

type decimal = cqltype.BigDecimal

// These are the limits of DecimalType: quotients have at least minDigits significant digits and minScale digits behind
// the point, and never more than maxScale of these.
const (
	minDigits = 32
	minScale  = 32
	maxScale  = 1000
)

var ten = big.NewInt(10)

func pow10(n int64) *big.Int { return new(big.Int).Exp(ten, big.NewInt(n), nil) }

// maxShift bounds the powers of ten that arithmetic works with: scales far apart would need unbounded memory.
const maxShift = 1 << 20

var errTooLarge = errors.New("Overflow")

// toDecimal converts a number for decimal arithmetic. All but varint and decimal go by their double value, so that an
// int has one digit behind the point (DecimalType.toBigDecimal).
func toDecimal(t cqltype.Type, v []byte) (decimal, error) {
	switch t.Kind() {
	case cqltype.KindDecimal:
		return cqltype.DecodeDecimal(v), nil
	case cqltype.KindVarint:
		return decimal{Unscaled: cqltype.DecodeVarint(v)}, nil
	}
	f := toFloat64(t, v)
	switch {
	case f != f:
		return decimal{}, errors.New("A NaN cannot be converted into a decimal")
	case math.IsInf(f, 0):
		return decimal{}, errors.New("An infinite number cannot be converted into a decimal")
	}
	d, _ := cqltype.ParseDecimal(cqltype.FormatDouble(f))
	return d, nil
}

// align brings two numbers to the larger of their scales.
func align(a, b decimal) (x, y *big.Int, scale int32, err error) {
	x, y = a.Unscaled, b.Unscaled
	shift := int64(a.Scale) - int64(b.Scale)
	if shift > maxShift || shift < -maxShift {
		return nil, nil, 0, errTooLarge
	}
	switch {
	case shift > 0:
		y = new(big.Int).Mul(y, pow10(shift))
	case shift < 0:
		x = new(big.Int).Mul(x, pow10(-shift))
	}
	return x, y, max(a.Scale, b.Scale), nil
}

func addDecimal(a, b decimal) (decimal, error) {
	x, y, scale, err := align(a, b)
	if err != nil {
		return decimal{}, err
	}
	return decimal{Unscaled: new(big.Int).Add(x, y), Scale: scale}, nil
}

func subDecimal(a, b decimal) (decimal, error) {
	return addDecimal(a, decimal{Unscaled: new(big.Int).Neg(b.Unscaled), Scale: b.Scale})
}

func mulDecimal(a, b decimal) (decimal, error) {
	scale := int64(a.Scale) + int64(b.Scale)
	if scale != int64(int32(scale)) {
		return decimal{}, errTooLarge
	}
	return decimal{Unscaled: new(big.Int).Mul(a.Unscaled, b.Unscaled), Scale: int32(scale)}, nil
}

func precision(d decimal) int64 {
	return int64(len(strings.TrimPrefix(d.Unscaled.String(), "-")))
}

// divDecimal divides with the scale that DecimalType.divide chooses, then drops trailing zeros.
func divDecimal(a, b decimal) (decimal, error) {
	if b.Unscaled.Sign() == 0 {
		return decimal{}, errors.New("BigInteger divide by zero")
	}
	first := (precision(a) - int64(a.Scale)) - (precision(b) - int64(b.Scale))
	scale := min(max(minDigits-first, int64(a.Scale), int64(b.Scale), minScale), maxScale)
	q, err := quotient(a, b, scale, halfUp)
	if err != nil {
		return decimal{}, err
	}
	return stripZeros(decimal{Unscaled: q, Scale: int32(scale)}, math.MinInt32), nil
}

// quotient is a/b at the given scale.
func quotient(a, b decimal, scale int64, round func(q, r, d *big.Int) *big.Int) (*big.Int, error) {
	shift := scale - int64(a.Scale) + int64(b.Scale)
	if shift > maxShift || shift < -maxShift {
		return nil, errTooLarge
	}
	x, y := a.Unscaled, b.Unscaled
	if shift >= 0 {
		x = new(big.Int).Mul(x, pow10(shift))
	} else {
		y = new(big.Int).Mul(y, pow10(-shift))
	}
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	return round(q, r, y), nil
}

// halfUp rounds a truncated quotient away from zero from one half on.
func halfUp(q, r, d *big.Int) *big.Int { return roundAt(q, r, d, func(int) bool { return true }) }

// halfEven rounds one half to the even neighbour.
func halfEven(q, r, d *big.Int) *big.Int {
	return roundAt(q, r, d, func(bit int) bool { return bit == 1 })
}

func roundAt(q, r, d *big.Int, atHalf func(lastBit int) bool) *big.Int {
	if r.Sign() == 0 {
		return q
	}
	twice := new(big.Int).Lsh(r, 1)
	c := twice.CmpAbs(d)
	if c < 0 || c == 0 && !atHalf(int(q.Bit(0))) {
		return q
	}
	return new(big.Int).Add(q, big.NewInt(int64(r.Sign()*d.Sign())))
}

// stripZeros drops trailing zeros down to a scale; zero has scale 0.
func stripZeros(d decimal, least int64) decimal {
	if d.Unscaled.Sign() == 0 && least == math.MinInt32 {
		return decimal{Unscaled: new(big.Int)}
	}
	q, r := new(big.Int).Set(d.Unscaled), new(big.Int)
	for int64(d.Scale) > least && q.Sign() != 0 {
		next, rest := new(big.Int).QuoRem(q, ten, r)
		if rest.Sign() != 0 {
			break
		}
		q = next
		d.Scale--
	}
	d.Unscaled = q
	return d
}

// remDecimal is BigDecimal.remainder: a minus the whole part of a/b times b, with the scale that follows from it.
func remDecimal(a, b decimal) (decimal, error) {
	if b.Unscaled.Sign() == 0 {
		if a.Unscaled.Sign() == 0 {
			return decimal{}, errors.New("Division undefined")
		}
		return decimal{}, errors.New("Division by zero")
	}
	whole, err := quotient(a, b, 0, func(q, _, _ *big.Int) *big.Int { return q })
	if err != nil {
		return decimal{}, err
	}
	preferred := int64(a.Scale) - int64(b.Scale)
	q := stripZeros(decimal{Unscaled: whole}, min(preferred, 0))
	if whole.Sign() == 0 {
		q = decimal{Unscaled: new(big.Int), Scale: int32(preferred)}
	} else if preferred > 0 {
		q = decimal{Unscaled: new(big.Int).Mul(whole, pow10(preferred)), Scale: int32(preferred)}
	}
	product, err := mulDecimal(q, b)
	if err != nil {
		return decimal{}, err
	}
	return subDecimal(a, product)
}

// truncate is the whole part.
func truncate(d decimal) *big.Int {
	if d.Scale > maxShift || d.Scale < -maxShift {
		return new(big.Int)
	}
	if d.Scale <= 0 {
		return new(big.Int).Mul(d.Unscaled, pow10(int64(-d.Scale)))
	}
	return new(big.Int).Quo(d.Unscaled, pow10(int64(d.Scale)))
}
