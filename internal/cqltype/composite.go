package cqltype

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"

	"alexandra/internal/cqlerr"
)

// CompositeType is CompositeType or, if Dynamic, DynamicCompositeType: parts
// one after the other, each with an end-of-component byte. Thrift's tables had
// such columns; CQL can declare them by their class only.
type CompositeType struct {
	Dynamic bool
	// Parts are the types of the parts, fewer of which may be there; none when
	// Dynamic, where each part brings its own.
	Parts []Type
	// Aliases are one-letter names that parts may use for their types.
	Aliases []Alias
}

// Alias is a letter that stands for a type.
type Alias struct {
	Letter byte
	Type   Type
}

// maxPart is the longest part, or name of a part's type.
const maxPart = math.MaxUint16

// aliasBit marks two bytes before a part as its type's letter; else they are
// the length of its type's name.
const aliasBit = 0x8000

func (t *CompositeType) Kind() Kind        { return KindCustom }
func (t *CompositeType) String() string    { return "'" + t.Class() + "'" }
func (t *CompositeType) IsMultiCell() bool { return false }

// Class implements [Type].
func (t *CompositeType) Class() string {
	if !t.Dynamic {
		return classCall("CompositeType", false, t.Parts...)
	}
	texts := make([]string, len(t.Aliases))
	for i, a := range t.Aliases {
		texts[i] = string(a.Letter) + "=>" + a.Type.Class()
	}
	return classPrefix + "DynamicCompositeType(" + strings.Join(texts, ",") + ")"
}

// Freeze implements [Type].
func (t *CompositeType) Freeze() Type { return t }

// Validate implements [Type]: Cassandra takes any bytes.
func (t *CompositeType) Validate([]byte) error { return nil }

// part is one part of a value.
type part struct {
	typ    Type
	header []byte // what names typ; nil unless dynamic
	value  []byte
	end    byte // 0, or 1 and 0xFF for bounds of slices
}

// decode splits a value; ok is false when it is malformed.
func (t *CompositeType) decode(v []byte) (parts []part, ok bool) {
	for i := 0; len(v) > 0; i++ {
		var p part
		if t.Dynamic {
			if p, v, ok = t.header(v); !ok {
				return nil, false
			}
		} else if i < len(t.Parts) {
			p.typ = t.Parts[i]
		} else {
			return nil, false
		}
		if len(v) < 3 {
			return nil, false
		}
		n := int(binary.BigEndian.Uint16(v))
		if len(v) < 2+n+1 {
			return nil, false
		}
		p.value, p.end, v = v[2:2+n], v[2+n], v[2+n+1:]
		parts = append(parts, p)
	}
	return parts, true
}

// header reads the type of a dynamic part.
func (t *CompositeType) header(v []byte) (p part, rest []byte, ok bool) {
	if len(v) < 2 {
		return p, nil, false
	}
	n := int(binary.BigEndian.Uint16(v))
	if n&aliasBit != 0 {
		p.typ, ok = t.alias(byte(n))
		p.header = v[:2]
		return p, v[2:], ok
	}
	if len(v) < 2+n {
		return p, nil, false
	}
	typ, err := ParseClass(string(v[2 : 2+n]))
	p.typ, p.header = typ, v[:2+n]
	return p, v[2+n:], err == nil
}

func (t *CompositeType) alias(letter byte) (Type, bool) {
	i := slices.IndexFunc(t.Aliases, func(a Alias) bool { return a.Letter == letter })
	if i < 0 {
		return nil, false
	}
	return t.Aliases[i].Type, true
}

func encodeParts(parts []part) []byte {
	v := []byte{}
	for _, p := range parts {
		v = append(v, p.header...)
		v = binary.BigEndian.AppendUint16(v, uint16(len(p.value)))
		v = append(v, p.value...)
		v = append(v, p.end)
	}
	return v
}

// endOrder is the order of end-of-component bytes, which are signed.
func endOrder(end byte) byte {
	switch {
	case end == 0:
		return 1
	case end < 0x80:
		return 2
	}
	return 0
}

// Compare orders part by part; parts of different types by their types' names.
// What has fewer parts is first.
func (t *CompositeType) Compare(a, b []byte) int {
	x, okX := t.decode(a)
	y, okY := t.decode(b)
	if len(a) == 0 || len(b) == 0 || !okX || !okY {
		return compareOdd(a, b, okX, okY)
	}
	for i := range min(len(x), len(y)) {
		if t.Dynamic {
			if c := strings.Compare(x[i].typ.Class(), y[i].typ.Class()); c != 0 {
				return c
			}
		}
		if c := x[i].typ.Compare(x[i].value, y[i].value); c != 0 {
			return c
		}
		if c := int(endOrder(x[i].end)) - int(endOrder(y[i].end)); c != 0 {
			return c
		}
	}
	return len(x) - len(y)
}

// Exact implements [Type]: a part may name its type in more than one way.
func (t *CompositeType) Exact() bool { return false }

// AppendKey implements [Type].
func (t *CompositeType) AppendKey(dst, v []byte) []byte { return appendTailedKey(t, dst, v) }

// DecodeKey implements [Type].
func (t *CompositeType) DecodeKey(b []byte) (v, rest []byte, err error) {
	return decodeTailedKey(t, b)
}

// AppendOrder implements [Type].
func (t *CompositeType) AppendOrder(dst, v []byte) []byte {
	parts, ok := t.decode(v)
	if !ok || len(v) == 0 {
		return appendOdd(dst, v)
	}
	dst = append(dst, markValue)
	for _, p := range parts {
		dst = append(dst, keyMore)
		if t.Dynamic {
			dst = appendEscaped(dst, []byte(p.typ.Class()))
		}
		dst = append(p.typ.AppendOrder(dst, p.value), endOrder(p.end))
	}
	return append(dst, keyNull)
}

// DecodeOrder implements [Type].
func (t *CompositeType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue {
		return decodeOdd(b)
	}
	var parts []part
	for b = b[1:]; ; {
		switch {
		case len(b) == 0:
			return nil, nil, errKey
		case b[0] == keyNull && len(parts) > 0:
			return encodeParts(parts), b[1:], nil
		case b[0] != keyMore || !t.Dynamic && len(parts) == len(t.Parts):
			return nil, nil, errKey
		}
		var p part
		if p, b, err = t.decodePart(b[1:], len(parts)); err != nil {
			return nil, nil, err
		}
		parts = append(parts, p)
	}
}

func (t *CompositeType) decodePart(b []byte, i int) (p part, rest []byte, err error) {
	if t.Dynamic {
		var class []byte
		if class, b, err = decodeEscaped(b); err != nil {
			return p, nil, err
		}
		if p.typ, err = ParseClass(string(class)); err != nil || len(class) >= aliasBit {
			return p, nil, errKey
		}
		p.header = append(binary.BigEndian.AppendUint16(nil, uint16(len(class))), class...)
	} else {
		p.typ = t.Parts[i]
	}
	if p.value, b, err = p.typ.DecodeOrder(b); err != nil {
		return p, nil, err
	}
	if len(b) == 0 || b[0] > 2 || len(p.value) > maxPart {
		return p, nil, errKey
	}
	p.end = [...]byte{0xFF, 0, 1}[b[0]]
	return p, b[1:], nil
}

// Parse reads parts between colons, which a backslash escapes; "!" at the end
// makes the bound behind all values that begin so. Dynamic parts are
// "type@value".
func (t *CompositeType) Parse(text string) ([]byte, error) {
	var parts []part
	texts := splitParts(text)
	for i, s := range texts {
		if s == "!" && i > 0 && i == len(texts)-1 {
			parts[i-1].end = 1
			break
		}
		p, s, err := t.partType(i, s)
		if err != nil {
			return nil, err
		}
		if p.value, err = p.typ.Parse(unescapePart(s)); err != nil {
			return nil, err
		}
		if len(p.value) > maxPart {
			return nil, invalid("A part of %s is longer than %d bytes", t, maxPart)
		}
		parts = append(parts, p)
	}
	return encodeParts(parts), nil
}

// partType finds the type of part i and what is left of its text.
func (t *CompositeType) partType(i int, text string) (p part, value string, err error) {
	if !t.Dynamic {
		if i >= len(t.Parts) {
			return p, "", cqlerr.Server("java.lang.ArrayIndexOutOfBoundsException: Index %d out of bounds for length %d", i, len(t.Parts))
		}
		return part{typ: t.Parts[i]}, text, nil
	}
	name, value, _ := strings.Cut(text, "@")
	if len(name) == 1 {
		if typ, ok := t.alias(name[0]); ok {
			return part{typ: typ, header: binary.BigEndian.AppendUint16(nil, aliasBit|uint16(name[0]))}, value, nil
		}
	}
	parser := classParser{text: name}
	typ, err := parser.parse(0)
	if err != nil || len(name) >= aliasBit {
		return p, "", cqlerr.Server("java.lang.IllegalArgumentException: org.apache.cassandra.exceptions.ConfigurationException: %v", err)
	}
	return part{typ: typ, header: append(binary.BigEndian.AppendUint16(nil, uint16(len(name))), name...)}, value, nil
}

// splitParts splits at colons without a backslash before them.
func splitParts(text string) []string {
	if text == "" {
		return nil
	}
	var out []string
	start := 0
	for i := range len(text) {
		if text[i] == ':' && (i == 0 || text[i-1] != '\\') {
			out = append(out, text[start:i])
			start = i + 1
		}
	}
	return append(out, text[start:])
}

// unescapePart also drops what protects a part that ends in "!" or a backslash.
func unescapePart(text string) string {
	if strings.HasSuffix(text, "!") || strings.HasSuffix(text, `\`) {
		text = text[:len(text)-1]
	}
	return strings.ReplaceAll(text, `\:`, ":")
}

// Format implements [Type].
func (t *CompositeType) Format(v []byte) string { return "0x" + hex.EncodeToString(v) }

// ToJSON implements [Type]: Cassandra cannot.
func (t *CompositeType) ToJSON([]byte) ([]byte, error) { return nil, errUnsupported() }

// FromJSON implements [Type]: Cassandra cannot.
func (t *CompositeType) FromJSON(any) ([]byte, error) { return nil, errUnsupported() }

func errUnsupported() error { return cqlerr.Server("java.lang.UnsupportedOperationException") }

// composite reads the parameters of CompositeType.
func (p *classParser) composite(depth int) (Type, bool, error) {
	var parts []Type
	t, ok, err := p.call(0, func(ts []Type) Type {
		parts = ts
		return &CompositeType{Parts: ts}
	})(depth)
	return t, ok && err == nil && len(parts) > 0, nil
}

// dynamicComposite reads "(letter => type, ...)", which may be missing.
func (p *classParser) dynamicComposite(depth int) (Type, bool, error) {
	t := &CompositeType{Dynamic: true}
	if !p.accept('(') {
		return t, true, nil
	}
	for !p.accept(')') {
		if len(t.Aliases) > 0 && !p.accept(',') {
			return nil, false, nil
		}
		letter := p.word()
		if len(letter) != 1 || !p.accept('=') || !p.accept('>') {
			return nil, false, nil
		}
		typ, err := p.parse(depth)
		if err != nil {
			return nil, false, nil //nolint:nilerr // Cassandra names the outer class only
		}
		if _, twice := t.alias(letter[0]); twice {
			return nil, false, nil
		}
		t.Aliases = append(t.Aliases, Alias{letter[0], typ})
	}
	// The order of a Java HashMap, in which Cassandra prints them.
	slices.SortStableFunc(t.Aliases, func(a, b Alias) int { return int(a.Letter&15) - int(b.Letter&15) })
	return t, true, nil
}
