package cqltype

import (
	"math"
	"strconv"
	"strings"
)

// FormatDouble prints f as Java's Double.toString.
func FormatDouble(f float64) string { return formatJavaFloat(f, 64) }

// FormatFloat prints f as Java's Float.toString.
func FormatFloat(f float32) string { return formatJavaFloat(float64(f), 32) }

// formatJavaFloat prints the shortest digits that read back as f, the way Java
// does: plain between 1e-3 and 1e7, else with an exponent, always with a digit
// on both sides of the point.
func formatJavaFloat(f float64, bits int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0 && math.Signbit(f):
		return "-0.0"
	case f == 0:
		return "0.0"
	}
	if abs := math.Abs(f); abs >= 1e-3 && abs < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, bits)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	s := strconv.FormatFloat(f, 'e', -1, bits)
	if !strings.Contains(s, ".") {
		// Java takes the nearest of two digits, not the shortest one.
		s = strconv.FormatFloat(f, 'e', 1, bits)
	}
	mantissa, exponent, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(exp)
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
