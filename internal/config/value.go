package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// value is what one option is set to.
type value struct {
	// Null is Java's null; V and Text mean nothing then.
	Null bool
	// V is a bool, int64 (int, long, storage in bytes, rate in bytes per second), float64, time.Duration, string,
	// []string, ParameterizedClass or tree, by the option's type.
	V any
	// Text is how system_views.settings shows it: durations and sizes keep the unit they were written with.
	Text string
}

// tree is the content of a free-form map: strings, []any and tree, in the order of the file.
type tree []branch

type branch struct {
	key   string
	value any
}

// String prints as java.util.Map does.
func (t tree) String() string {
	parts := make([]string, len(t))
	for i, b := range t {
		parts[i] = b.key + "=" + fmt.Sprint(b.value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// parseText reads a scalar for an option that is not a collection or a class.
func parseText(o *option, text string) (value, error) {
	switch o.Type {
	case "bool":
		b, ok := parseBool(text)
		if !ok {
			return value{}, fmt.Errorf("Can not set boolean field org.apache.cassandra.config.Config.%s to null value", o.full)
		}
		return value{V: b, Text: strconv.FormatBool(b)}, nil
	case "int", "long":
		n, err := parseInt(text, o.Type == "long")
		return value{V: n, Text: strconv.FormatInt(n, 10)}, err
	case "float", "double":
		f, err := parseFloat(text)
		return value{V: f, Text: javaFloat(f, o.Type == "float")}, err
	case "string":
		return value{V: text, Text: text}, nil
	case "enum":
		if !slices.Contains(o.Values, text) {
			return value{}, unknownWord(o, text)
		}
		return value{V: text, Text: text}, nil
	case "duration", "storage", "rate":
		return parseQuantity(o, text)
	}
	return value{}, fmt.Errorf("No single argument constructor found for %s : null", javaCollection(o))
}

func unknownWord(o *option, text string) error {
	return fmt.Errorf("Unable to find enum value '%s' for enum class: %s", text, o.Class)
}

func javaCollection(o *option) string {
	switch o.Type {
	case "list":
		return "class [Ljava.lang.String;"
	case "set":
		return "interface java.util.Set"
	}
	return "interface java.util.Map"
}

func parseQuantity(o *option, text string) (value, error) {
	q := quantities[o.Type]
	if o.Bare != "" && isDigits(text) {
		text += o.Bare
	}
	amount, err := q.parse(text, o)
	if err != nil {
		return value{}, err
	}
	return quantityValue(o, amount, text), nil
}

// quantityValue is an amount in the family's base, shown as text.
func quantityValue(o *option, amount int64, text string) value {
	if o.Type == "duration" {
		return value{V: time.Duration(amount), Text: text}
	}
	return value{V: amount, Text: text}
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// parseBool takes the words of YAML 1.1, in lower case, upper case or capitalised.
func parseBool(text string) (result, ok bool) {
	lower := strings.ToLower(text)
	if text != lower && text != strings.ToUpper(text) && text != strings.ToUpper(text[:1])+lower[1:] {
		return false, false
	}
	switch lower {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// parseInt takes the integers of YAML 1.1: 7_000, 0x1B58, 0b11 and octal with a leading 0. Not the 1:30 ones.
func parseInt(text string, long bool) (int64, error) {
	digits := strings.ReplaceAll(text, "_", "")
	bits := 32
	if long {
		bits = 64
	}
	if strings.HasPrefix(strings.TrimLeft(digits, "+-"), "0o") || strings.HasPrefix(text, "_") {
		return 0, notANumber(text)
	}
	n, err := strconv.ParseInt(digits, 0, bits)
	if err != nil {
		return 0, notANumber(text)
	}
	return n, nil
}

func parseFloat(text string) (float64, error) {
	switch strings.ToLower(strings.TrimPrefix(text, "+")) {
	case ".inf":
		return math.Inf(1), nil
	case "-.inf":
		return math.Inf(-1), nil
	case ".nan":
		return math.NaN(), nil
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil || strings.ContainsAny(text, "xXpPiInN") {
		return 0, notANumber(text)
	}
	return f, nil
}

// javaFloat prints as Double.toString does, Float.toString when narrow: always with a fraction, and with an
// exponent outside of 10^-3 to 10^7.
func javaFloat(f float64, narrow bool) string {
	bits := 64
	if narrow {
		bits = 32
	}
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, 64), "+") + "inity"
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-3 || abs >= 1e7) {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, bits), "E")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		n, _ := strconv.Atoi(exponent)
		return mantissa + "E" + strconv.Itoa(n)
	}
	text := strconv.FormatFloat(f, 'f', -1, bits)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// render prints a Go value of an option as system_views.settings does, when no written text is at hand.
func render(o *option, v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case time.Duration:
		return quantities["duration"].text(int64(v), o)
	case int64:
		if q, ok := quantities[o.Type]; ok {
			return q.text(v, o)
		}
		return strconv.FormatInt(v, 10)
	case float64:
		return javaFloat(v, o.Type == "float")
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	}
	return fmt.Sprint(v)
}
