package fn

import (
	"errors"
	"math"
	"math/big"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// Negation is the name of unary minus. Like those of the other operations it cannot be written in CQL without quotes.
const Negation = "_negate"

// operators are the binary operators and the functions behind them.
var operators = []struct{ op, name string }{
	{"+", "_add"}, {"-", "_substract"}, {"*", "_multiply"}, {"/", "_divide"}, {"%", "_modulo"},
}

// Operation is the function behind an operator.
func Operation(op byte) Name {
	for _, o := range operators {
		if o.op[0] == op {
			return Name{SystemKeyspace, o.name}
		}
	}
	return Name{}
}

// Operator is the operator that a function stands for, "-" for the negation too; empty for others.
func Operator(f *Function) string { return f.operator }

// operator is the binary operator of that function name, or empty.
func operator(name string) string {
	for _, o := range operators {
		if o.name == name {
			return o.op
		}
	}
	return ""
}

func operations() []*Function {
	var list []*Function
	for _, left := range numericTypes {
		for _, right := range numericTypes {
			for _, o := range operators {
				list = append(list, numericOperation(o.name, o.op, left, right))
			}
		}
		list = append(list, negation(left))
	}
	for _, s := range [][3]cqltype.Type{
		{cqltype.Text, cqltype.Text, cqltype.Text},
		{cqltype.Ascii, cqltype.Ascii, cqltype.Ascii},
		{cqltype.Text, cqltype.Ascii, cqltype.Text},
		{cqltype.Ascii, cqltype.Text, cqltype.Text},
	} {
		list = append(list, newOperation("_add", "+", s[0], s[1], s[2], func(a, b []byte) ([]byte, error) {
			return append(append(make([]byte, 0, len(a)+len(b)), a...), b...), nil
		}))
	}
	for _, t := range []cqltype.Type{cqltype.Timestamp, cqltype.Date} {
		list = append(list, temporalOperation("_add", "+", t, 1), temporalOperation("_substract", "-", t, -1))
	}
	return list
}

// newOperation wraps compute: null gives null, and errors are told in the words of OperationExecutionException.
func newOperation(name, op string, left, right, ret cqltype.Type, compute func(a, b []byte) ([]byte, error)) *Function {
	f := &Function{
		Keyspace: SystemKeyspace, Name: name, Args: []cqltype.Type{left, right}, Return: ret, Native: true, Deterministic: true, operator: op,
		column: func(args []string) string { return args[0] + " " + op + " " + args[1] },
	}
	f.Call = func(_ *Context, args [][]byte) ([]byte, error) {
		if args[0] == nil || args[1] == nil {
			return nil, nil
		}
		v, err := compute(args[0], args[1])
		if err == nil || cqlerr.As(err) != nil {
			return v, err
		}
		e := cqlerr.New(cqlerr.FunctionFailure, "the operation '%s %s %s' failed: %s", left, op, right, err.Error())
		e.Detail = &cqlerr.Function{Keyspace: SystemKeyspace, Name: name, ArgTypes: []string{left.String(), right.String()}}
		return nil, e
	}
	return f
}

// resultType is the type of an operation on two numbers: the larger size, with fractions when one has them.
func resultType(left, right cqltype.Type) cqltype.Type {
	n := max(size(left), size(right))
	if isFloating(left) || isFloating(right) {
		switch n {
		case 4:
			return cqltype.Float
		case 8:
			return cqltype.Double
		}
		return cqltype.Decimal
	}
	switch n {
	case 1:
		return cqltype.Tinyint
	case 2:
		return cqltype.Smallint
	case 4:
		return cqltype.Int
	case 8:
		return cqltype.Bigint
	}
	return cqltype.Varint
}

func numericOperation(name, op string, left, right cqltype.Type) *Function {
	ret := resultType(left, right)
	return newOperation(name, op, left, right, ret, func(a, b []byte) ([]byte, error) {
		if empty(a) || empty(b) {
			return nil, nil
		}
		switch ret.Kind() {
		case cqltype.KindFloat:
			x, y := toFloat32(left, a), toFloat32(right, b)
			return cqltype.EncodeFloat(operateFloat32(op, x, y)), nil
		case cqltype.KindDouble:
			return cqltype.EncodeDouble(operateFloat64(op, toFloat64(left, a), toFloat64(right, b))), nil
		case cqltype.KindVarint:
			i, err := operateBig(op, toVarint(left, a), toVarint(right, b))
			if err != nil {
				return nil, err
			}
			return cqltype.EncodeVarint(i), nil
		case cqltype.KindDecimal:
			return operateDecimal(op, left, right, a, b)
		}
		i, err := operateInt(op, toInt64(left, a), toInt64(right, b))
		return encodeInt64(ret, i), err
	})
}

var errDivideByZero = errors.New("/ by zero")

func operateInt(op string, a, b int64) (int64, error) {
	switch op {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	}
	if b == 0 {
		return 0, errDivideByZero
	}
	if op == "/" {
		return a / b, nil
	}
	return a % b, nil
}

func operateFloat32(op string, a, b float32) float32 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	return float32(math.Mod(float64(a), float64(b)))
}

func operateFloat64(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	return math.Mod(a, b)
}

func operateBig(op string, a, b *big.Int) (*big.Int, error) {
	switch op {
	case "+":
		return new(big.Int).Add(a, b), nil
	case "-":
		return new(big.Int).Sub(a, b), nil
	case "*":
		return new(big.Int).Mul(a, b), nil
	}
	if b.Sign() == 0 {
		return nil, errors.New("BigInteger divide by zero")
	}
	if op == "/" {
		return new(big.Int).Quo(a, b), nil
	}
	return new(big.Int).Rem(a, b), nil
}

func operateDecimal(op string, left, right cqltype.Type, a, b []byte) ([]byte, error) {
	x, err := toDecimal(left, a)
	if err != nil {
		return nil, err
	}
	y, err := toDecimal(right, b)
	if err != nil {
		return nil, err
	}
	operate := map[string]func(a, b decimal) (decimal, error){"+": addDecimal, "-": subDecimal, "*": mulDecimal, "/": divDecimal, "%": remDecimal}[op]
	d, err := operate(x, y)
	if err != nil {
		return nil, err
	}
	return cqltype.EncodeDecimal(d), nil
}

func negation(t cqltype.Type) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: Negation, Args: []cqltype.Type{t}, Return: t, Native: true, Deterministic: true,
		column: func(args []string) string { return "-" + args[0] },
		Call: call1(func(v []byte) ([]byte, error) {
			switch {
			case empty(v):
				return nil, nil
			case t.Kind() == cqltype.KindFloat:
				return cqltype.EncodeFloat(-cqltype.DecodeFloat(v)), nil
			case t.Kind() == cqltype.KindDouble:
				return cqltype.EncodeDouble(-cqltype.DecodeDouble(v)), nil
			case t.Kind() == cqltype.KindVarint:
				return cqltype.EncodeVarint(new(big.Int).Neg(cqltype.DecodeVarint(v))), nil
			case t.Kind() == cqltype.KindDecimal:
				d := cqltype.DecodeDecimal(v)
				return cqltype.EncodeDecimal(decimal{Unscaled: new(big.Int).Neg(d.Unscaled), Scale: d.Scale}), nil
			}
			return encodeInt64(t, -toInt64(t, v)), nil
		}),
	}
}

func temporalOperation(name, op string, t cqltype.Type, sign int64) *Function {
	return newOperation(name, op, t, cqltype.Duration, t, func(v, d []byte) ([]byte, error) {
		if empty(v) || empty(d) {
			return nil, nil
		}
		duration, err := cqltype.DecodeDuration(d)
		if err != nil {
			return nil, err
		}
		if t.Kind() == cqltype.KindDate {
			if duration.Nanos != 0 {
				return nil, errors.New("The duration must have a day precision. Was: " + duration.String())
			}
			return cqltype.EncodeDate(cqltype.MillisDate(addDuration(cqltype.DateMillis(cqltype.DecodeDate(v)), duration, sign))), nil
		}
		if duration.Nanos%nanosPerMilli != 0 {
			return nil, errors.New("The duration must have a millisecond precision. Was: " + duration.String())
		}
		return cqltype.EncodeTimestamp(addDuration(cqltype.DecodeTimestamp(v), duration, sign)), nil
	})
}
