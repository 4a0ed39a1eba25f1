package fn

import (
	"math"
	"math/big"

	"alexandra/internal/cqltype"
)

// CountRows is the name of count(*).
const CountRows = "count_rows"

// aggregates are count, sum and avg; max and min take any type and are made by factories.
func aggregates() []*Function {
	list := []*Function{
		{
			Keyspace: SystemKeyspace, Name: CountRows, Return: cqltype.Bigint, Native: true, Deterministic: true,
			New:    func() State { return &countState{rows: true} },
			column: func([]string) string { return "count" },
		},
		{
			Keyspace: SystemKeyspace, Name: "count", Args: []cqltype.Type{cqltype.Blob}, Return: cqltype.Bigint, Native: true, Deterministic: true,
			New: func() State { return &countState{} },
		},
	}
	for _, t := range numericTypes {
		list = append(list,
			&Function{
				Keyspace: SystemKeyspace, Name: "sum", Args: []cqltype.Type{t}, Return: t, Native: true, Deterministic: true,
				New: func() State { return newSum(t, false) },
			},
			&Function{
				Keyspace: SystemKeyspace, Name: "avg", Args: []cqltype.Type{t}, Return: t, Native: true, Deterministic: true,
				New: func() State { return newSum(t, true) },
			})
	}
	return list
}

// countState counts rows, or the values that are not null.
type countState struct {
	rows bool
	n    int64
}

// Add implements State.
func (s *countState) Add(args [][]byte) error {
	if s.rows || args[0] != nil {
		s.n++
	}
	return nil
}

// Result implements State.
func (s *countState) Result() ([]byte, error) { return cqltype.EncodeBigint(s.n), nil }

func newSum(t cqltype.Type, average bool) State {
	switch {
	case t.Kind() == cqltype.KindFloat || t.Kind() == cqltype.KindDouble:
		return &floatSum{typ: t, average: average}
	case t.Kind() == cqltype.KindDecimal && average:
		return &decimalMean{mean: decimal{Unscaled: new(big.Int)}}
	case t.Kind() == cqltype.KindDecimal:
		return &decimalSum{sum: decimal{Unscaled: new(big.Int)}}
	default:
		return &integerSum{typ: t, average: average}
	}
}

// integerSum adds without overflow and cuts the sum to the type in the end: what wraps on the way does so there too.
// Averages are cut towards zero.
type integerSum struct {
	typ     cqltype.Type
	average bool
	n       int64
	sum     big.Int
}

// Add implements State.
func (s *integerSum) Add(args [][]byte) error {
	if empty(args[0]) {
		return nil
	}
	s.n++
	s.sum.Add(&s.sum, toVarint(s.typ, args[0]))
	return nil
}

// Result implements State.
func (s *integerSum) Result() ([]byte, error) {
	result := new(big.Int).Set(&s.sum)
	if s.average && s.n > 0 {
		result.Quo(result, big.NewInt(s.n))
	}
	if s.typ.Kind() == cqltype.KindVarint {
		return cqltype.EncodeVarint(result), nil
	}
	return encodeInt64(s.typ, lowBits(result)), nil
}

// decimalSum averages with the scale of the sum and rounds one half to even.
type decimalSum struct {
	average bool
	n       int64
	sum     decimal
}

// Add implements State.
func (s *decimalSum) Add(args [][]byte) (err error) {
	if empty(args[0]) {
		return nil
	}
	s.n++
	s.sum, err = addDecimal(s.sum, cqltype.DecodeDecimal(args[0]))
	return err
}

// Result implements State.
func (s *decimalSum) Result() ([]byte, error) {
	if !s.average || s.n == 0 {
		return cqltype.EncodeDecimal(s.sum), nil
	}
	q, err := quotient(s.sum, decimal{Unscaled: big.NewInt(s.n)}, int64(s.sum.Scale), halfEven)
	if err != nil {
		return nil, err
	}
	return cqltype.EncodeDecimal(decimal{Unscaled: q, Scale: s.sum.Scale}), nil
}

// decimalMean is moved towards each value, at the larger of the two scales, one half rounded to even: what is rounded on the way
// depends on the order of the values.
type decimalMean struct {
	n    int64
	mean decimal
}

// Add implements State.
func (m *decimalMean) Add(args [][]byte) error {
	if empty(args[0]) {
		return nil
	}
	m.n++
	step, err := subDecimal(cqltype.DecodeDecimal(args[0]), m.mean)
	if err != nil {
		return err
	}
	q, err := quotient(step, decimal{Unscaled: big.NewInt(m.n)}, int64(step.Scale), halfEven)
	if err != nil {
		return err
	}
	m.mean, err = addDecimal(m.mean, decimal{Unscaled: q, Scale: step.Scale})
	return err
}

// Result implements State.
func (m *decimalMean) Result() ([]byte, error) { return cqltype.EncodeDecimal(m.mean), nil }

// floatSum is Kahan's summation in doubles, with the plain sum for infinities. An average whose sum overflows is
// computed in decimals.
type floatSum struct {
	typ                       cqltype.Type
	average                   bool
	n                         int64
	sum, compensation, simple float64
	big                       *decimalSum
}

// Add implements State.
func (s *floatSum) Add(args [][]byte) error {
	if empty(args[0]) {
		return nil
	}
	f := toFloat64(s.typ, args[0])
	s.n++
	s.simple += f
	if s.big != nil {
		return s.big.Add([][]byte{exactDecimal(f)})
	}
	before := s.sum
	step := f - s.compensation
	rounded := s.sum + step
	s.compensation = (rounded - s.sum) - step
	s.sum = rounded
	if s.average && math.IsInf(s.sum, 0) && !math.IsInf(f, 0) && !math.IsInf(before, 0) {
		s.big = &decimalSum{average: true, sum: decimal{Unscaled: new(big.Int)}}
		_ = s.big.Add([][]byte{exactDecimal(before)})
		return s.big.Add([][]byte{exactDecimal(f)})
	}
	return nil
}

// exactDecimal is a finite double as a decimal; others count as zero.
func exactDecimal(f float64) []byte {
	d, ok := cqltype.ParseDecimal(cqltype.FormatDouble(f))
	if !ok {
		d = decimal{Unscaled: new(big.Int)}
	}
	return cqltype.EncodeDecimal(d)
}

// Result implements State.
func (s *floatSum) Result() ([]byte, error) {
	total := s.sum + s.compensation
	if total != total && math.IsInf(s.simple, 0) {
		total = s.simple
	}
	switch {
	case s.big != nil:
		s.big.n = s.n
		v, err := s.big.Result()
		if err != nil {
			return nil, err
		}
		total = toFloat64(cqltype.Decimal, v)
	case s.average && s.n > 0:
		total /= float64(s.n)
	}
	if s.typ.Kind() == cqltype.KindFloat {
		return cqltype.EncodeFloat(float32(total)), nil
	}
	return cqltype.EncodeDouble(total), nil
}
