package fn

import (
	"math"
	"math/big"

	"github.com/cockroachdb/apd/v3"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// mathFamily says how one function computes on doubles and on decimals. Integers are computed as doubles and cut.
type mathFamily struct {
	name    string
	double  func(float64) float64
	decimal func(decimal) (decimal, error)
	// whole is set for functions that leave integers whole: they are computed without a detour over doubles.
	whole func(*big.Int) *big.Int
}

func mathFunctions() []*Function {
	families := []mathFamily{
		{"abs", math.Abs, absDecimal, func(i *big.Int) *big.Int { return new(big.Int).Abs(i) }},
		{"exp", math.Exp, expDecimal, nil},
		{"log", math.Log, logDecimal, nil},
		{"log10", math.Log10, log10Decimal, nil},
		{"round", nil, roundDecimal, func(i *big.Int) *big.Int { return i }},
	}
	var list []*Function
	for _, f := range families {
		for _, t := range numericTypes {
			list = append(list, &Function{
				Keyspace: SystemKeyspace, Name: f.name, Args: []cqltype.Type{t}, Return: t, Native: true, Deterministic: true,
				Call: call1(func(v []byte) ([]byte, error) {
					if empty(v) {
						return nil, nil
					}
					return f.compute(t, v)
				}),
			})
		}
	}
	return list
}

func (f mathFamily) compute(t cqltype.Type, v []byte) ([]byte, error) {
	switch {
	case t.Kind() == cqltype.KindDecimal:
		d, err := f.decimal(cqltype.DecodeDecimal(v))
		return cqltype.EncodeDecimal(d), err
	case t.Kind() == cqltype.KindFloat && f.double == nil:
		return cqltype.EncodeFloat(float32(javaInt(javaRound(float64(cqltype.DecodeFloat(v)))))), nil
	case t.Kind() == cqltype.KindDouble && f.double == nil:
		return cqltype.EncodeDouble(float64(javaLong(javaRound(cqltype.DecodeDouble(v))))), nil
	case t.Kind() == cqltype.KindFloat:
		return cqltype.EncodeFloat(float32(f.double(float64(cqltype.DecodeFloat(v))))), nil
	case t.Kind() == cqltype.KindDouble:
		return cqltype.EncodeDouble(f.double(cqltype.DecodeDouble(v))), nil
	case t.Kind() == cqltype.KindVarint && f.whole == nil:
		d, err := f.decimal(decimal{Unscaled: cqltype.DecodeVarint(v)})
		if err != nil {
			return nil, err
		}
		return cqltype.EncodeVarint(truncate(d)), nil
	case t.Kind() == cqltype.KindVarint:
		return cqltype.EncodeVarint(f.whole(cqltype.DecodeVarint(v))), nil
	case f.whole != nil:
		return encodeInt64(t, lowBits(f.whole(big.NewInt(toInt64(t, v))))), nil
	}
	result := f.double(float64(toInt64(t, v)))
	if size(t) == 8 {
		return encodeInt64(t, javaLong(result)), nil
	}
	return encodeInt64(t, javaInt(result)), nil
}

// javaRound is Math.round before its conversion to a whole type: one half goes up.
func javaRound(f float64) float64 {
	if f != f || math.Abs(f) >= 1<<52 {
		return f
	}
	return math.Floor(f + 0.5)
}

func absDecimal(d decimal) (decimal, error) {
	return decimal{Unscaled: new(big.Int).Abs(d.Unscaled), Scale: d.Scale}, nil
}

func roundDecimal(d decimal) (decimal, error) {
	if d.Scale <= 0 {
		return decimal{Unscaled: truncate(d)}, nil
	}
	q, err := quotient(d, decimal{Unscaled: big.NewInt(1)}, 0, halfUp)
	if err != nil {
		return decimal{}, cqlerr.Server("java.lang.ArithmeticException: %s", err.Error())
	}
	return decimal{Unscaled: q}, nil
}

// extraDigits are computed beyond those shown, so that rounding once is exact enough.
const extraDigits = 12

func expDecimal(d decimal) (decimal, error) {
	if d.Unscaled.Sign() == 0 {
		return decimal{Unscaled: big.NewInt(1)}, nil
	}
	return compute(d, (*apd.Context).Exp)
}

func logDecimal(d decimal) (decimal, error) {
	switch {
	case d.Unscaled.Sign() <= 0:
		return decimal{}, cqlerr.Server("java.lang.ArithmeticException: Natural log of number zero or less")
	case isOne(d):
		return decimal{Unscaled: new(big.Int)}, nil
	}
	return compute(d, (*apd.Context).Ln)
}

func log10Decimal(d decimal) (decimal, error) {
	switch {
	case d.Unscaled.Sign() <= 0:
		return decimal{}, cqlerr.Server("java.lang.ArithmeticException: Log10 of number zero or less")
	case isOne(d):
		return decimal{Unscaled: new(big.Int)}, nil
	}
	return compute(d, (*apd.Context).Log10)
}

func isOne(d decimal) bool {
	return cqltype.Decimal.Compare(cqltype.EncodeDecimal(d), cqltype.EncodeDecimal(decimal{Unscaled: big.NewInt(1)})) == 0
}

// compute runs a function of the decimal library with as many digits as the argument has, but at least minDigits. The
// result is padded with zeros to that many digits.
func compute(d decimal, f func(c *apd.Context, result, x *apd.Decimal) (apd.Condition, error)) (decimal, error) {
	digits := min(max(precision(d), minDigits), 10_000)
	wide := apd.BaseContext.WithPrecision(uint32(digits + extraDigits))
	x := apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(d.Unscaled), -d.Scale)
	var result apd.Decimal
	if _, err := f(wide, &result, x); err != nil {
		return decimal{}, cqlerr.Server("java.lang.ArithmeticException: %s", err.Error())
	}
	narrow := apd.BaseContext.WithPrecision(uint32(digits))
	narrow.Rounding = apd.RoundHalfEven
	if _, err := narrow.Round(&result, &result); err != nil {
		return decimal{}, cqlerr.Server("java.lang.ArithmeticException: %s", err.Error())
	}
	unscaled := result.Coeff.MathBigInt()
	if result.Negative {
		unscaled = new(big.Int).Neg(unscaled)
	}
	out := decimal{Unscaled: unscaled, Scale: -result.Exponent}
	if missing := digits - precision(out); missing > 0 && out.Unscaled.Sign() != 0 {
		out = decimal{Unscaled: new(big.Int).Mul(unscaled, pow10(missing)), Scale: out.Scale + int32(missing)}
	}
	return out, nil
}
