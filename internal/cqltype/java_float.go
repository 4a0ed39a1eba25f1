package cqltype

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// FormatDouble prints f as Double.toString of Java 11 and 17 does.
func FormatDouble(f float64) string {
	if s, ok := formatSpecial(f); ok {
		return s
	}
	u := math.Float64bits(f)
	return formatJava(u>>63 == 1, int(u>>52&0x7FF), u&(1<<52-1), 52, 1023)
}

// FormatFloat prints f as Float.toString of Java 11 and 17 does.
func FormatFloat(f float32) string {
	if s, ok := formatSpecial(float64(f)); ok {
		return s
	}
	u := math.Float32bits(f)
	return formatJava(u>>31 == 1, int(u>>23&0xFF), uint64(u&(1<<23-1)), 23, 127)
}

func formatSpecial(f float64) (string, bool) {
	switch {
	case math.IsNaN(f):
		return "NaN", true
	case math.IsInf(f, 1):
		return "Infinity", true
	case math.IsInf(f, -1):
		return "-Infinity", true
	case f == 0 && math.Signbit(f):
		return "-0.0", true
	case f == 0:
		return "0.0", true
	}
	return "", false
}

// binaryFloat is fraction * 2^(exponent+1-width), where width is the number of
// bits in fraction, which is odd; precision counts the bits that the format has
// for a number of this size.
type binaryFloat struct {
	fraction         uint64
	width, precision int
	exponent         int
}

func formatJava(negative bool, biased int, mantissa uint64, mantissaBits, bias int) string {
	b := binaryFloat{mantissa | 1<<mantissaBits, mantissaBits + 1, mantissaBits + 1, biased - bias}
	if biased == 0 {
		b = binaryFloat{mantissa, bits.Len64(mantissa), bits.Len64(mantissa), bits.Len64(mantissa) - bias - mantissaBits}
	}
	zeros := bits.TrailingZeros64(b.fraction)
	b.fraction, b.width = b.fraction>>zeros, b.width-zeros
	digits, point := b.digits()
	s := layoutJava(digits, point)
	if negative {
		return "-" + s
	}
	return s
}

// layoutJava prints 0.digits * 10^point: plain between 1e-3 and 1e7, else with
// an exponent, always with a digit on both sides of the point.
func layoutJava(digits string, point int) string {
	switch {
	case point > 0 && point < 8 && point >= len(digits):
		return digits + strings.Repeat("0", point-len(digits)) + ".0"
	case point > 0 && point < 8:
		return digits[:point] + "." + digits[point:]
	case point > -3 && point <= 0:
		return "0." + strings.Repeat("0", -point) + digits
	}
	rest := digits[1:]
	if rest == "" {
		rest = "0"
	}
	return digits[:1] + "." + rest + "E" + strconv.Itoa(point-1)
}

// digits returns decimal digits without trailing zeros, to be read as 0.digits
// times 10^point. They are those of Java before 19, which are not always the
// shortest ones that read back as the same number.
func (b binaryFloat) digits() (digits string, point int) {
	if b.exponent >= b.width-1 && b.exponent <= 62 {
		digits, point = b.integerDigits()
	} else {
		digits, point = b.generate()
	}
	return strings.TrimRight(digits, "0"), point
}

// integerDigits prints an integer, of which the digits that lie below half a
// unit of the last place are rounded away.
func (b binaryFloat) integerDigits() (digits string, point int) {
	value := b.fraction << (b.exponent + 1 - b.width)
	drop := 0
	if excess := b.exponent - b.precision - 1; excess > 1 {
		drop = int(float64(excess) * math.Log10(2))
	}
	unit := uint64(1)
	for range drop {
		unit *= 10
	}
	rounded := value / unit
	if drop > 0 && value%unit >= unit/2 {
		rounded++
	}
	digits = strconv.FormatUint(rounded, 10)
	return digits, len(digits) + drop
}

// generate finds digit after digit until what is left is smaller than half a
// unit in the last place of the binary number.
func (b binaryFloat) generate() (digits string, point int) {
	g := newGenerator(b)
	var out []byte
	for {
		q := g.next()
		low, high := g.stops()
		if len(out) == 0 && q == 0 && !high {
			g.exponent--
			continue
		}
		out = append(out, '0'+q)
		if len(out) == 1 && (g.exponent < -3 || g.exponent >= 8) {
			continue // numbers with an exponent have two digits at least
		}
		if !low && !high {
			continue
		}
		if high && (!low || g.roundsUp(q)) {
			return roundUpDigits(out, g.exponent+1)
		}
		return string(out), g.exponent + 1
	}
}

// roundUpDigits adds one to the last digit.
func roundUpDigits(digits []byte, point int) (string, int) {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] != '9' {
			digits[i]++
			return string(digits[:i+1]), point
		}
	}
	return "1", point + 1
}

// generator holds value / scale, margin and the power of ten of the next digit.
type generator struct {
	value, scale, margin, ten *big.Int
	exponent                  int
	inclusive                 bool // a value as far from ten as the margin stops
}

func newGenerator(b binaryFloat) *generator {
	exponent := b.estimate()
	marginExp := b.exponent - b.precision
	if b.width == 1 {
		marginExp-- // below a power of two the next number is nearer
	}
	valueExp := b.exponent + 1 - b.width
	shift := max(0, -valueExp, -marginExp)
	g := &generator{
		value:    new(big.Int).Lsh(new(big.Int).SetUint64(b.fraction), uint(valueExp+shift)),
		margin:   new(big.Int).Lsh(big.NewInt(1), uint(marginExp+shift)),
		scale:    new(big.Int).Lsh(big.NewInt(1), uint(shift)),
		exponent: exponent,
	}
	if power := pow10(magnitude(int64(exponent))); exponent < 0 {
		g.value.Mul(g.value, power)
		g.margin.Mul(g.margin, power)
	} else {
		g.scale.Mul(g.scale, power)
	}
	g.ten = new(big.Int).Mul(g.scale, big.NewInt(10))
	g.inclusive = !b.fitsWords(exponent)
	return g
}

func pow10(n uint64) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), new(big.Int).SetUint64(n), nil)
}

// estimate is the power of ten of the first digit, or one more.
func (b binaryFloat) estimate() int {
	fraction := math.Ldexp(float64(b.fraction), 1-b.width)
	return int(math.Floor((fraction-1.5)*0.289529654 + 0.176091259 + float64(b.exponent)*0.301029995663981))
}

// fitsWords says that Java computes with longs, where the test for stopping is
// another one than with big integers.
func (b binaryFloat) fitsWords(exponent int) bool {
	tiny := max(0, b.width-b.exponent-1)
	five, tenFive := max(0, -exponent), max(0, exponent)
	valueTwo, scaleTwo := five+tiny+b.exponent, tenFive+tiny
	marginTwo := valueTwo - b.precision
	valueTwo -= b.width - 1
	common := min(valueTwo, scaleTwo)
	valueTwo, scaleTwo, marginTwo = valueTwo-common, scaleTwo-common, marginTwo-common
	if b.width == 1 {
		marginTwo--
	}
	if marginTwo < 0 {
		valueTwo, scaleTwo = valueTwo-marginTwo, scaleTwo-marginTwo
	}
	return b.width+valueTwo+bitsOfPow5(five) < 64 && scaleTwo+1+bitsOfPow5(tenFive+1) < 64
}

// bitsOfPow5 is about the number of bits in 5^n.
func bitsOfPow5(n int) int {
	if n == 0 || n > 26 {
		return 3 * n
	}
	return int(float64(n)*math.Log2(5)) + 1
}

// next takes the digit off the value.
func (g *generator) next() byte {
	q, r := new(big.Int).QuoRem(g.value, g.scale, new(big.Int))
	g.value.Mul(r, big.NewInt(10))
	g.margin.Mul(g.margin, big.NewInt(10))
	return byte(q.Uint64())
}

// stops says whether the rest is within the margin of 0 or of ten.
func (g *generator) stops() (low, high bool) {
	c := new(big.Int).Add(g.value, g.margin).Cmp(g.ten)
	return g.value.Cmp(g.margin) < 0, c > 0 || c == 0 && g.inclusive
}

// roundsUp says that the rest is nearer to ten than to 0; in the middle the
// last digit becomes even.
func (g *generator) roundsUp(last byte) bool {
	c := new(big.Int).Lsh(g.value, 1).Cmp(g.ten)
	return c > 0 || c == 0 && last%2 == 1
}

// parseJavaFloat reads what Java's Double.parseDouble reads: spaces around it,
// a type suffix, NaN and Infinity, hexadecimal floats; no underscores.
func parseJavaFloat(text string, bits int) (float64, bool) {
	s := strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
	unsigned := strings.TrimLeft(s, "+-")
	if len(s)-len(unsigned) > 1 {
		return 0, false
	}
	switch unsigned {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if strings.HasPrefix(s, "-") {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	hex := strings.HasPrefix(unsigned, "0x") || strings.HasPrefix(unsigned, "0X")
	if n := len(s); n > 0 && strings.ContainsRune("fFdD", rune(s[n-1])) {
		if !hex || strings.ContainsAny(s, "pP") {
			s = s[:n-1]
		}
	}
	if strings.ContainsAny(s, "_nNiI") || hex && !strings.ContainsAny(s, "pP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, bits)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}
