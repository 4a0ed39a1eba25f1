package cqltype

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseJSON reads one JSON value the way Jackson does for Cassandra: what
// follows the value is not looked at. The error's text is Jackson's.
func ParseJSON(text string) (any, error) {
	p := jsonParser{text: text}
	v, err := p.value(0)
	if err == nil && isJSONNumber(v) && p.pos < len(text) && !strings.ContainsRune(" \t\r\n", rune(text[p.pos])) {
		return nil, p.unexpected("Expected space separating root-level values", "Number", 0)
	}
	return v, err
}

type jsonParser struct {
	text string
	pos  int
}

// place is Jackson's description of a position in the text.
func (p *jsonParser) place(pos int) string {
	line, column := 1, 1
	for i := range min(pos, len(p.text)) {
		column++
		if p.text[i] == '\n' {
			line, column = line+1, 1
		}
	}
	if p.text == "" {
		column = 0
	}
	return fmt.Sprintf("[Source: (String)\"%s\"; line: %d, column: %d]", p.text, line, column)
}

// fail is a JsonParseException at the place of the parser.
func (p *jsonParser) fail(format string, args ...any) error {
	return fmt.Errorf("%s\n at %s", fmt.Sprintf(format, args...), p.place(p.pos))
}

// unclosed says that the text ends inside what began at start.
func (p *jsonParser) unclosed(what string, start int) error {
	return p.fail("Unexpected end-of-input: expected close marker for %s (start marker at %s)", what, p.place(start))
}

func (p *jsonParser) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\r', '\n':
			p.pos++
		default:
			return
		}
	}
}

func (p *jsonParser) value(depth int) (any, error) {
	p.space()
	switch {
	case p.pos >= len(p.text):
		return nil, p.fail("No content to map due to end-of-input")
	case depth > maxDepth*16:
		return nil, p.fail("Document nesting depth (%d) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)", depth)
	}
	switch c := p.text[p.pos]; {
	case c == '"':
		p.pos++
		return p.str()
	case c == '[':
		p.pos++
		return p.array(depth)
	case c == '{':
		p.pos++
		return p.object(depth)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	return p.word()
}

// word reads true, false and null.
func (p *jsonParser) word() (any, error) {
	start := p.pos
	for p.pos < len(p.text) && (isClassChar(p.text[p.pos]) || p.text[p.pos] >= 0x80) {
		p.pos++
	}
	switch word := p.text[start:p.pos]; word {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	case "":
		p.pos++
		r, _ := utf8.DecodeRuneInString(p.text[start:])
		return nil, p.fail("Unexpected character ('%c' (code %d)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", r, r)
	default:
		return nil, p.fail("Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", word)
	}
}

func (p *jsonParser) array(depth int) (any, error) {
	items, start := []any{}, p.pos-1
	if p.accept(']') {
		return items, nil
	}
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if p.accept(']') {
			return items, nil
		}
		if !p.accept(',') {
			return nil, p.unexpected("was expecting comma to separate Array entries", "Array", start)
		}
	}
}

func (p *jsonParser) object(depth int) (any, error) {
	o, start := &JSONObject{}, p.pos-1
	if p.accept('}') {
		return o, nil
	}
	index := map[string]int{}
	for {
		if !p.accept('"') {
			return nil, p.unexpected("was expecting double-quote to start field name", "Object", start)
		}
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if !p.accept(':') {
			return nil, p.unexpected("was expecting a colon to separate field name and value", "Object", start)
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if i, ok := index[key]; ok {
			o.Values[i] = value
		} else {
			index[key] = len(o.Keys)
			o.Keys, o.Values = append(o.Keys, key), append(o.Values, value)
		}
		if p.accept('}') {
			return o, nil
		}
		if !p.accept(',') {
			return nil, p.unexpected("was expecting comma to separate Object entries", "Object", start)
		}
	}
}

func (p *jsonParser) accept(c byte) bool {
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// unexpected complains about the next character, inside what began at start.
func (p *jsonParser) unexpected(expecting, what string, start int) error {
	if p.pos >= len(p.text) {
		p.pos++
		return p.unclosed(what, start)
	}
	r, n := utf8.DecodeRuneInString(p.text[p.pos:])
	p.pos += n
	return p.fail("Unexpected character ('%c' (code %d)): %s", r, r, expecting)
}

// str reads up to the closing quote.
func (p *jsonParser) str() (string, error) {
	var out []byte
	for {
		if p.pos >= len(p.text) {
			return "", p.fail("Unexpected end-of-input in VALUE_STRING")
		}
		c := p.text[p.pos]
		p.pos++
		switch {
		case c == '"':
			return string(out), nil
		case c < 0x20:
			return "", p.fail("Illegal unquoted character ((CTRL-CHAR, code %d)): has to be escaped using backslash to be included in string value", c)
		case c != '\\':
			out = append(out, c)
			continue
		}
		r, err := p.escape()
		if err != nil {
			return "", err
		}
		out = utf8.AppendRune(out, r)
	}
}

// escape reads what follows a backslash.
func (p *jsonParser) escape() (rune, error) {
	if p.pos >= len(p.text) {
		return 0, p.fail("Unexpected end-of-input in character escape sequence")
	}
	c := p.text[p.pos]
	p.pos++
	switch c {
	case 'b':
		return '\b', nil
	case 't':
		return '\t', nil
	case 'n':
		return '\n', nil
	case 'f':
		return '\f', nil
	case 'r':
		return '\r', nil
	case '"', '/', '\\':
		return rune(c), nil
	case 'u':
		return p.unicode()
	}
	return 0, p.fail("Unrecognized character escape '%c' (code %d)", c, c)
}

// unicode reads the digits of \uXXXX and, after the first half of a surrogate
// pair, the second half.
func (p *jsonParser) unicode() (rune, error) {
	r, ok := p.hex4()
	if !ok {
		return 0, p.fail("Unexpected character in \\u escape: expected a hex-digit for character escape sequence")
	}
	if utf16.IsSurrogate(r) && p.pos+2 <= len(p.text) && p.text[p.pos:p.pos+2] == `\u` {
		before := p.pos
		p.pos += 2
		if low, ok := p.hex4(); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return utf16.DecodeRune(r, low), nil
		}
		p.pos = before
	}
	if utf16.IsSurrogate(r) {
		return '?', nil // as Java encodes a lone surrogate
	}
	return r, nil
}

func (p *jsonParser) hex4() (rune, bool) {
	if p.pos+4 > len(p.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(p.text[p.pos:p.pos+4], 16, 32)
	if err != nil {
		return 0, false
	}
	p.pos += 4
	return rune(n), true
}

// number reads an integer of any size, or a double.
func (p *jsonParser) number() (any, error) {
	start := p.pos
	if p.text[p.pos] == '-' {
		p.pos++
	}
	first := p.pos
	whole := p.digits()
	if whole == 0 {
		return nil, p.unexpected("expected digit (0-9) to follow minus sign, for valid numeric value", "Number", start)
	}
	if whole > 1 && p.text[first] == '0' {
		p.pos = first + 2
		return nil, p.fail("Invalid numeric value: Leading zeroes not allowed")
	}
	isFloat := false
	if p.pos < len(p.text) && p.text[p.pos] == '.' {
		isFloat = true
		p.pos++
		if p.digits() == 0 {
			return nil, p.unexpected("Decimal point not followed by a digit", "Number", start)
		}
	}
	if p.pos < len(p.text) && (p.text[p.pos] == 'e' || p.text[p.pos] == 'E') {
		isFloat = true
		p.pos++
		if p.pos < len(p.text) && (p.text[p.pos] == '-' || p.text[p.pos] == '+') {
			p.pos++
		}
		if p.digits() == 0 {
			return nil, p.unexpected("Exponent indicator not followed by a digit", "Number", start)
		}
	}
	return numberValue(p.text[start:p.pos], isFloat), nil
}

func (p *jsonParser) digits() int {
	start := p.pos
	for p.pos < len(p.text) && p.text[p.pos] >= '0' && p.text[p.pos] <= '9' {
		p.pos++
	}
	return p.pos - start
}

func numberValue(text string, isFloat bool) any {
	if isFloat {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(f, 0) {
			return math.NaN()
		}
		return f
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i
	}
	i, _ := new(big.Int).SetString(text, 10)
	return i
}
