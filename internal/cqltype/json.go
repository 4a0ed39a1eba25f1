package cqltype

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"alexandra/internal/cqlerr"
)

// A JSON value that [ParseJSON] returns is one of nil, bool, string, int64,
// *big.Int, float64, []any and *JSONObject: what Jackson makes of it in Java.

// JSONObject is a JSON object with its members in the order of the text; of
// members with the same name the last value counts, at the place of the first.
type JSONObject struct {
	Keys   []string
	Values []any
}

// Get finds a member.
func (o *JSONObject) Get(key string) (any, bool) {
	for i, k := range o.Keys {
		if k == key {
			return o.Values[i], true
		}
	}
	return nil, false
}

// javaClass is the simple name of the Java class that Jackson makes.
func javaClass(j any) string {
	switch j := j.(type) {
	case bool:
		return "Boolean"
	case string:
		return "String"
	case int64:
		if j == int64(int32(j)) {
			return "Integer"
		}
		return "Long"
	case *big.Int:
		return "BigInteger"
	case float64:
		return "Double"
	case []any:
		return "ArrayList"
	case *JSONObject:
		return "LinkedHashMap"
	}
	return "null"
}

// javaPackage is the package of that class, with a dot behind it.
func javaPackage(j any) string {
	switch j.(type) {
	case *big.Int:
		return "java.math."
	case []any, *JSONObject:
		return "java.util."
	}
	return "java.lang."
}

// javaString is toString of that Java object.
func javaString(j any) string {
	switch j := j.(type) {
	case bool:
		return strconv.FormatBool(j)
	case string:
		return j
	case int64:
		return strconv.FormatInt(j, 10)
	case *big.Int:
		return j.String()
	case float64:
		return FormatDouble(j)
	case []any:
		parts := make([]string, len(j))
		for i, e := range j {
			parts[i] = javaString(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *JSONObject:
		parts := make([]string, len(j.Keys))
		for i, k := range j.Keys {
			parts[i] = k + "=" + javaString(j.Values[i])
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "null"
}

func isJSONNumber(j any) bool {
	_, ok := jsonNumber(j)
	return ok
}

// jsonNumber is Number.doubleValue.
func jsonNumber(j any) (float64, bool) {
	switch j := j.(type) {
	case int64:
		return float64(j), true
	case float64:
		return j, true
	case *big.Int:
		f, _ := new(big.Float).SetInt(j).Float64()
		return f, true
	}
	return math.NaN(), false
}

func jsonExpected(what string, j any) error {
	return invalid("Expected %s, but got a %s: %s", what, javaClass(j), javaString(j))
}

// What Cassandra stumbles over is a server error there.
func errShortJSON() error { return cqlerr.Server("java.lang.IndexOutOfBoundsException") }

func errNull(call, what string) error {
	return cqlerr.Server("java.lang.NullPointerException: Cannot invoke \"%s\" because %s is null", call, what)
}

// errEmptyJSON is for the empty value of types that do not print it.
func errEmptyJSON(class string) error {
	return errNull(class+".toString()", "the return value of \"org.apache.cassandra.serializers.TypeSerializer.deserialize(java.nio.ByteBuffer)\"")
}

// jsonOdd is the JSON of what is not a well-formed value: null, and an empty
// string for the empty value.
func jsonOdd(v []byte) ([]byte, error) {
	switch {
	case v == nil:
		return []byte("null"), nil
	case len(v) == 0:
		return []byte(`""`), nil
	}
	return nil, errShortJSON()
}

// jsonPlain is the JSON of types that print alike in CQL, without quotes.
func jsonPlain(t Type, v []byte) ([]byte, error) {
	if len(v) == 0 {
		return jsonOdd(v)
	}
	return []byte(t.Format(v)), nil
}

// jsonText is jsonPlain between quotes.
func jsonText(t Type, v []byte) ([]byte, error) {
	if len(v) == 0 {
		return jsonOdd(v)
	}
	return jsonQuoted(t.Format(v)), nil
}

// jsonNullable is the JSON of a component that may be null.
func jsonNullable(t Type, v []byte) ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}
	return t.ToJSON(v)
}

// jsonQuoted is s as a JSON string, escaped as Jackson does.
func jsonQuoted(s string) []byte {
	const hexDigits = "0123456789ABCDEF"
	out := make([]byte, 0, len(s)+2)
	out = append(out, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\b':
			out = append(out, '\\', 'b')
		case '\t':
			out = append(out, '\\', 't')
		case '\n':
			out = append(out, '\\', 'n')
		case '\f':
			out = append(out, '\\', 'f')
		case '\r':
			out = append(out, '\\', 'r')
		default:
			if c < 0x20 {
				out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			} else {
				out = append(out, c)
			}
		}
	}
	return append(out, '"')
}

// QuoteJSON is s as a JSON string.
func QuoteJSON(s string) string { return string(jsonQuoted(s)) }

// JSONName is how a column or field is called in JSON: in double quotes, which
// are part of the name, when it has upper case letters.
func JSONName(name string) string {
	if name == strings.ToLower(name) {
		return name
	}
	return `"` + name + `"`
}

func jsonFieldName(name string) string { return JSONName(name) }

// NormalizeJSONName turns a name in JSON into that of a column or field: as it
// stands between double quotes, else in lower case.
func NormalizeJSONName(key string) string {
	if n := len(key); n > 1 && key[0] == '"' && key[n-1] == '"' {
		return key[1 : n-1]
	}
	return strings.ToLower(key)
}

// unquoteJSON reads a collection, tuple or user type that came as a string.
func unquoteJSON(j any) (any, error) {
	s, ok := j.(string)
	if !ok {
		return j, nil
	}
	inner, err := ParseJSON(s)
	if err != nil {
		return nil, invalid("Error decoding JSON string: %s", err)
	}
	return inner, nil
}

// parseJSONText reads a collection from JSON text, as Cassandra's tools do.
func parseJSONText(t Type, text string) ([]byte, error) {
	j, err := ParseJSON(text)
	if err != nil {
		return nil, invalid("Could not decode JSON string as %s: %s", t.Kind(), err)
	}
	return t.FromJSON(j)
}

// elemsToJSON is the JSON of a list or set.
func elemsToJSON(elem Type, v []byte) ([]byte, error) {
	elems, err := DecodeList(v)
	if err != nil {
		return jsonOdd(v)
	}
	return listToJSON(elem, elems)
}

func listToJSON(elem Type, elems [][]byte) ([]byte, error) {
	out := []byte{'['}
	for i, e := range elems {
		if i > 0 {
			out = append(out, ", "...)
		}
		if e == nil {
			return nil, errNull("java.nio.ByteBuffer.duplicate()", "\"buffer\"")
		}
		j, err := elem.ToJSON(e)
		if err != nil {
			return nil, err
		}
		out = append(out, j...)
	}
	return append(out, ']'), nil
}

// elemsFromJSON reads the elements of a list, set or vector; nil means null.
func elemsFromJSON(elem Type, j any, what, expected string) ([][]byte, error) {
	j, err := unquoteJSON(j)
	if err != nil || j == nil {
		return nil, err
	}
	items, ok := j.([]any)
	if !ok {
		return nil, jsonExpected(expected, j)
	}
	elems := make([][]byte, 0, len(items))
	for _, item := range items {
		if item == nil {
			return nil, invalid("Invalid null element in %s", what)
		}
		e, err := elem.FromJSON(item)
		if err != nil {
			return nil, err
		}
		elems = append(elems, e)
	}
	return elems, nil
}
