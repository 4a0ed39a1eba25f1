package fn_test

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// arg is an argument with a type of its own, or a marker when it has none.
type arg struct {
	typ  cqltype.Type
	text string
}

func (a arg) Test(recv cqltype.Type) (fn.Match, error) {
	if a.typ == nil {
		return fn.WeaklyAssignable, nil
	}
	return fn.Assign(a.typ, recv), nil
}
func (a arg) Type() cqltype.Type { return a.typ }
func (a arg) ArrayLen() int      { return -1 }
func (a arg) IsMarker() bool     { return a.typ == nil }
func (a arg) String() string     { return a.text }

func resolve(t *testing.T, name string, types ...cqltype.Type) *fn.Function {
	t.Helper()
	f, err := fn.Resolve(fn.Call{Name: fn.Name{Name: name}, Args: args(types...)})
	require.NoError(t, err)
	require.NotNil(t, f, name)
	return f
}

func args(types ...cqltype.Type) []fn.Arg {
	out := make([]fn.Arg, len(types))
	for i, t := range types {
		out[i] = arg{t, string(rune('a' + i))}
	}
	return out
}

func TestResolveRefusals(t *testing.T) {
	for _, c := range []struct {
		name  string
		types []cqltype.Type
		msg   string
	}{
		{"int_as_blob", nil, "Invalid number of arguments in call to function system.int_as_blob: 1 required but 0 provided"},
		{"int_as_blob", []cqltype.Type{cqltype.Text}, "Type error: a cannot be passed as argument 0 of function system.int_as_blob of type int"},
		{"to_date", []cqltype.Type{cqltype.Text}, "Invalid call to function to_date, none of its type signatures match (known type signatures: system.to_date : (timeuuid) -> date, system.to_date : (timestamp) -> date)"},
		{"to_date", []cqltype.Type{nil}, "Ambiguous call to function to_date (can be matched by following signatures: system.to_date : (timeuuid) -> date, system.to_date : (timestamp) -> date): use type casts to disambiguate"},
		{"_add", []cqltype.Type{cqltype.Text, cqltype.Int}, "the '+' operation is not supported between a and b"},
		{"_add", []cqltype.Type{cqltype.Int, nil}, "Ambiguous '+' operation with args a and b: use type hint to disambiguate, example '(int) ?'"},
		{"max", nil, "Invalid number of arguments for function system.max(any)"},
		{"max", []cqltype.Type{nil}, "Cannot infer type of argument a in call to function system.max(any): use type casts to disambiguate"},
		{"map_keys", []cqltype.Type{cqltype.Int}, "Function system.map_keys requires a map argument, but found argument a of type int"},
		{"mask_inner", []cqltype.Type{cqltype.Text}, "Invalid number of arguments for function system.mask_inner([text|varchar|ascii], int, int, [text])"},
		{"from_json", []cqltype.Type{cqltype.Text}, "from_json() cannot be used in the selection clause of a SELECT statement"},
		{"similarity_cosine", []cqltype.Type{cqltype.NewVector(cqltype.Float, 2), cqltype.NewVector(cqltype.Float, 3)}, "All arguments must have the same vector dimensions"},
	} {
		_, err := fn.Resolve(fn.Call{Name: fn.Name{Name: c.name}, Args: args(c.types...)})
		require.EqualError(t, err, c.msg)
	}
	f, err := fn.Resolve(fn.Call{Name: fn.Name{Name: "nosuch"}})
	require.NoError(t, err)
	require.Nil(t, f)
}

func TestEveryFunctionTakesNull(t *testing.T) {
	ctx := &fn.Context{Now: time.Unix(1, 0), TimeUUID: func() (u [16]byte) { u[6] = 0x10; return u }, UUID: func() (u [16]byte) { return u }}
	for _, name := range fn.NativeNames() {
		for _, t1 := range []cqltype.Type{cqltype.Int, cqltype.Text, cqltype.Blob, cqltype.Timestamp, cqltype.Double, cqltype.Decimal, cqltype.Timeuuid} {
			for n := range 4 {
				types := make([]cqltype.Type, n)
				for i := range types {
					types[i] = t1
				}
				f, err := fn.Resolve(fn.Call{Name: fn.Name{Name: name}, Args: args(types...)})
				if err != nil || f == nil || f.Call == nil {
					continue
				}
				v, err := f.Call(ctx, make([][]byte, n))
				require.NoError(t, err, name)
				if v != nil {
					require.NoError(t, f.Return.Validate(v), name)
				}
			}
		}
	}
}

func TestArithmetic(t *testing.T) {
	number := func(typ cqltype.Type, text string) []byte {
		v, err := typ.Parse(text)
		require.NoError(t, err)
		return v
	}
	for _, c := range []struct {
		op          byte
		left, right cqltype.Type
		a, b        string
		ret         cqltype.Type
		want        string
	}{
		{'+', cqltype.Tinyint, cqltype.Tinyint, "100", "100", cqltype.Tinyint, "-56"},
		{'+', cqltype.Int, cqltype.Bigint, "1", "2", cqltype.Bigint, "3"},
		{'-', cqltype.Bigint, cqltype.Int, "-9223372036854775808", "1", cqltype.Bigint, "9223372036854775807"},
		{'*', cqltype.Int, cqltype.Float, "7", "1.5", cqltype.Float, "10.5"},
		{'/', cqltype.Int, cqltype.Int, "-7", "2", cqltype.Int, "-3"},
		{'%', cqltype.Int, cqltype.Int, "-7", "4", cqltype.Int, "-3"},
		{'+', cqltype.Float, cqltype.Bigint, "1.5", "10", cqltype.Double, "11.5"},
		{'*', cqltype.Varint, cqltype.Decimal, "3", "1.25", cqltype.Decimal, "3.75"},
		{'*', cqltype.Int, cqltype.Decimal, "7", "2.5", cqltype.Decimal, "17.50"},
		{'/', cqltype.Decimal, cqltype.Int, "1.25", "3", cqltype.Decimal, "0.41666666666666666666666666666667"},
		{'/', cqltype.Decimal, cqltype.Decimal, "123456789012345678901234567890123456789", "7", cqltype.Decimal, "17636684144620811271604938270017636684.14285714285714285714285714285714"},
		{'%', cqltype.Decimal, cqltype.Decimal, "100", "2.5", cqltype.Decimal, "0"},
		{'%', cqltype.Decimal, cqltype.Decimal, "100.00", "3", cqltype.Decimal, "1.00"},
		{'%', cqltype.Decimal, cqltype.Bigint, "3", "7", cqltype.Decimal, "3"},
		{'+', cqltype.Text, cqltype.Ascii, "a", "b", cqltype.Text, "'ab'"},
	} {
		f := resolve(t, fn.Operation(c.op).Name, c.left, c.right)
		require.True(t, cqltype.Equal(c.ret, f.Return), f)
		v, err := f.Call(nil, [][]byte{number(c.left, c.a), number(c.right, c.b)})
		require.NoError(t, err)
		require.Equal(t, c.want, f.Return.Format(v), "%s %c %s", c.a, c.op, c.b)
	}
}

func TestArithmeticFailures(t *testing.T) {
	nan := cqltype.EncodeDouble(math.NaN())
	for _, c := range []struct {
		op          byte
		left, right cqltype.Type
		a, b        []byte
		msg         string
	}{
		{'/', cqltype.Int, cqltype.Int, cqltype.EncodeInt(1), cqltype.EncodeInt(0), "the operation 'int / int' failed: / by zero"},
		{'%', cqltype.Varint, cqltype.Int, []byte{1}, cqltype.EncodeInt(0), "the operation 'varint % int' failed: BigInteger divide by zero"},
		{'/', cqltype.Decimal, cqltype.Int, []byte{0, 0, 0, 0, 1}, cqltype.EncodeInt(0), "the operation 'decimal / int' failed: BigInteger divide by zero"},
		{'%', cqltype.Decimal, cqltype.Int, []byte{0, 0, 0, 0, 1}, cqltype.EncodeInt(0), "the operation 'decimal % int' failed: Division by zero"},
		{'+', cqltype.Double, cqltype.Decimal, nan, []byte{0, 0, 0, 0, 1}, "the operation 'double + decimal' failed: A NaN cannot be converted into a decimal"},
	} {
		_, err := resolve(t, fn.Operation(c.op).Name, c.left, c.right).Call(nil, [][]byte{c.a, c.b})
		require.EqualError(t, err, c.msg)
		require.True(t, cqlerr.Is(err, cqlerr.FunctionFailure))
	}
}

// TestIntegerLaw: (a / b) * b + a % b is a, whatever overflows.
func TestIntegerLaw(t *testing.T) {
	div, mod := resolve(t, "_divide", cqltype.Bigint, cqltype.Bigint), resolve(t, "_modulo", cqltype.Bigint, cqltype.Bigint)
	rapid.Check(t, func(r *rapid.T) {
		a, b := rapid.Int64().Draw(r, "a"), rapid.Int64().Filter(func(i int64) bool { return i != 0 }).Draw(r, "b")
		pair := [][]byte{cqltype.EncodeBigint(a), cqltype.EncodeBigint(b)}
		q, err := div.Call(nil, pair)
		require.NoError(r, err)
		m, err := mod.Call(nil, pair)
		require.NoError(r, err)
		require.Equal(r, a, cqltype.DecodeBigint(q)*b+cqltype.DecodeBigint(m))
	})
}

// TestDecimalLaw: a sum minus one of its parts is the other.
func TestDecimalLaw(t *testing.T) {
	add, sub := resolve(t, "_add", cqltype.Decimal, cqltype.Decimal), resolve(t, "_substract", cqltype.Decimal, cqltype.Decimal)
	draw := rapid.Custom(func(r *rapid.T) []byte {
		return cqltype.EncodeDecimal(cqltype.BigDecimal{Unscaled: big.NewInt(rapid.Int64().Draw(r, "unscaled")), Scale: rapid.Int32Range(-40, 40).Draw(r, "scale")})
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b := draw.Draw(r, "a"), draw.Draw(r, "b")
		sum, err := add.Call(nil, [][]byte{a, b})
		require.NoError(r, err)
		back, err := sub.Call(nil, [][]byte{sum, b})
		require.NoError(r, err)
		require.Zero(r, cqltype.Decimal.Compare(a, back))
	})
}

func TestAggregates(t *testing.T) {
	for _, c := range []struct {
		name   string
		typ    cqltype.Type
		values string
		want   string
	}{
		{"sum", cqltype.Tinyint, "100 100", "-56"},
		{"avg", cqltype.Tinyint, "100 101", "100"},
		{"avg", cqltype.Int, "-7 0", "-3"},
		{"sum", cqltype.Int, "", "0"},
		{"avg", cqltype.Decimal, "1.10 2.205", "1.652"},
		{"sum", cqltype.Double, "0.1 0.2", "0.30000000000000004"},
		{"avg", cqltype.Double, "1e308 1e308", "1.0E308"},
		{"max", cqltype.Text, "a c b", "'c'"},
		{"min", cqltype.Inet, "10.0.0.1 9.9.9.9", "'9.9.9.9'"},
		{"min", cqltype.Int, "", "null"},
		{"count", cqltype.Int, "1 2 3", "3"},
	} {
		f := resolve(t, c.name, c.typ)
		s := f.New()
		require.NoError(t, s.Add([][]byte{nil}))
		for _, text := range strings.Fields(c.values) {
			v, err := c.typ.Parse(text)
			require.NoError(t, err)
			require.NoError(t, s.Add([][]byte{v}))
		}
		v, err := s.Result()
		require.NoError(t, err)
		require.Equal(t, c.want, f.Return.Format(v), "%s(%s)", c.name, c.values)
	}
}

func TestDecimalFunctions(t *testing.T) {
	for _, c := range [][3]string{
		{"exp", "1", "2.7182818284590452353602874713527"},
		{"exp", "0", "1"},
		{"exp", "-2.5", "0.082084998623898795169528674467160"},
		{"exp", "100.5", "4.4319559098458954160107061979565E+43"},
		{"log", "10.125", "2.3150076129926028373292845833156"},
		{"log10", "1000", "3.0000000000000000000000000000000"},
		{"round", "-2.5", "-3"},
		{"abs", "-1.50", "1.50"},
	} {
		v, err := cqltype.Decimal.Parse(c[1])
		require.NoError(t, err)
		got, err := resolve(t, c[0], cqltype.Decimal).Call(nil, [][]byte{v})
		require.NoError(t, err)
		require.Equal(t, c[2], cqltype.Decimal.Format(got), "%s(%s)", c[0], c[1])
	}
}

func TestUserFunctionCannotRun(t *testing.T) {
	user := fn.UserFunction("ks", "f", []cqltype.Type{cqltype.Int}, cqltype.Int, false)
	f, err := fn.Resolve(fn.Call{Name: fn.Name{Name: "f"}, Args: args(cqltype.Int), Users: []*fn.Function{user}})
	require.NoError(t, err)
	v, err := f.Call(nil, [][]byte{nil})
	require.NoError(t, err)
	require.Nil(t, v)
	_, err = f.Call(nil, [][]byte{cqltype.EncodeInt(1)})
	require.True(t, cqlerr.Is(err, cqlerr.FunctionFailure))
}
