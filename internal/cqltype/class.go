package cqltype

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"alexandra/internal/cqlerr"
)

// className is the marshal class text of t. Inside a frozen type nothing else
// says that it is frozen.
func className(t Type, insideFrozen bool) string {
	switch t := t.(type) {
	case *ListType:
		return freezeClass(t.Frozen && !insideFrozen, classCall("ListType", t.Frozen || insideFrozen, t.Elem))
	case *SetType:
		return freezeClass(t.Frozen && !insideFrozen, classCall("SetType", t.Frozen || insideFrozen, t.Elem))
	case *MapType:
		return freezeClass(t.Frozen && !insideFrozen, classCall("MapType", t.Frozen || insideFrozen, t.Key, t.Value))
	case *TupleType:
		return classCall("TupleType", true, t.Elems...)
	case *VectorType:
		return classPrefix + "VectorType(" + className(t.Elem, insideFrozen) + " , " + strconv.Itoa(t.Dim) + ")"
	case *UserType:
		var b strings.Builder
		b.WriteString(classPrefix + "UserType(" + t.Keyspace + "," + hex.EncodeToString([]byte(t.Name)))
		for _, f := range t.Fields {
			b.WriteString("," + hex.EncodeToString([]byte(f.Name)) + ":" + className(f.Type, t.Frozen || insideFrozen))
		}
		b.WriteString(")")
		return freezeClass(t.Frozen && !insideFrozen, b.String())
	}
	return t.Class()
}

func classCall(name string, insideFrozen bool, params ...Type) string {
	texts := make([]string, len(params))
	for i, p := range params {
		texts[i] = className(p, insideFrozen)
	}
	return classPrefix + name + "(" + strings.Join(texts, ",") + ")"
}

func freezeClass(frozen bool, class string) string {
	if frozen {
		return classPrefix + "FrozenType(" + class + ")"
	}
	return class
}

// maxDepth bounds how deep type names may nest.
const maxDepth = 64

// ParseClass reads a marshal class name with its parameters, with or without
// Cassandra's package; no text is BytesType, and what follows the name is not
// looked at. A reversed type gives the type itself, see [IsReversed]. The error
// is the one of a statement that names such a type.
func ParseClass(s string) (Type, error) {
	p := classParser{text: s}
	p.space()
	if p.pos == len(s) {
		return Blob, nil
	}
	t, err := p.parse(0)
	if err != nil {
		return nil, cqlerr.Syntax("Error setting type %s: %s", s, err)
	}
	return t, nil
}

// IsReversed says that a class name asks for descending order.
func IsReversed(class string) bool {
	name, _, _ := strings.Cut(class, "(")
	return strings.TrimPrefix(strings.TrimSpace(name), classPrefix) == "ReversedType"
}

type classParser struct {
	text string
	pos  int
}

func (p *classParser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// accept skips space and then c, if it comes next.
func (p *classParser) accept(c byte) bool {
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// word reads letters, digits and the other characters of class names.
func (p *classParser) word() string {
	p.space()
	start := p.pos
	for p.pos < len(p.text) && isClassChar(p.text[p.pos]) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func isClassChar(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-+._&$", c) >= 0
}

func (p *classParser) parse(depth int) (Type, error) {
	name := p.word()
	if !strings.Contains(name, ".") {
		name = classPrefix + name
	}
	short, ours := strings.CutPrefix(name, classPrefix)
	read := p.params(short)
	t, isNative := nativeClass(name)
	if !ours || read == nil && !isNative && !opaque[short] {
		return nil, fmt.Errorf("Unable to find abstract-type class '%s'", name)
	}
	broken := fmt.Errorf("Invalid definition for comparator %s.", name)
	if depth > maxDepth {
		return nil, broken
	}
	if read != nil {
		t, ok, err := read(depth + 1)
		if err == nil && !ok {
			err = broken
		}
		return t, err
	}
	params, ok := p.skipParameters()
	switch {
	case !ok:
		return nil, broken
	case isNative:
		return t, nil
	}
	return NewCustom(name + params), nil
}

// opaque are Cassandra's classes whose values are only bytes here.
var opaque = wordSet(`LexicalUUIDType PartitionerDefinedOrder`)

// reader reads the parameters of a class; ok is false when they do not fit it,
// err when one of them is no class.
type reader func(depth int) (t Type, ok bool, err error)

// params finds the reader of a class with parameters, or nil.
func (p *classParser) params(short string) reader {
	switch short {
	case "FrozenType":
		return p.call(1, func(ts []Type) Type { return ts[0].Freeze() })
	case "ReversedType":
		return p.call(1, func(ts []Type) Type { return ts[0] })
	case "ListType":
		return p.call(1, func(ts []Type) Type { return NewList(ts[0].Freeze(), false) })
	case "SetType":
		return p.call(1, func(ts []Type) Type { return NewSet(ts[0].Freeze(), false) })
	case "MapType":
		return p.call(2, func(ts []Type) Type { return NewMap(ts[0].Freeze(), ts[1].Freeze(), false) })
	case "TupleType":
		return p.call(0, func(ts []Type) Type { return NewTuple(ts...) })
	case "VectorType":
		return p.vector
	case "UserType":
		return p.userType
	case "CompositeType":
		return p.composite
	case "DynamicCompositeType":
		return p.dynamicComposite
	}
	return nil
}

// call reads want parameters, any number of them if 0.
func (p *classParser) call(want int, build func([]Type) Type) reader {
	return func(depth int) (Type, bool, error) {
		if !p.accept('(') {
			return nil, false, nil
		}
		var params []Type
		for !p.accept(')') {
			if len(params) > 0 && !p.accept(',') {
				return nil, false, nil
			}
			t, err := p.parse(depth)
			if err != nil {
				return nil, false, err
			}
			params = append(params, t)
		}
		if want > 0 && len(params) != want {
			return nil, false, nil
		}
		return build(params), true, nil
	}
}

func (p *classParser) vector(depth int) (Type, bool, error) {
	if !p.accept('(') {
		return nil, false, nil
	}
	elem, err := p.parse(depth)
	if err != nil {
		return nil, false, err
	}
	if !p.accept(',') {
		return nil, false, nil
	}
	dim, err := strconv.ParseInt(p.word(), 10, 32)
	if err != nil || dim <= 0 || !p.accept(')') {
		return nil, false, nil
	}
	return NewVector(elem.Freeze(), int(dim)), true, nil
}

func (p *classParser) userType(depth int) (Type, bool, error) {
	if !p.accept('(') {
		return nil, false, nil
	}
	keyspace := p.word()
	if !p.accept(',') {
		return nil, false, nil
	}
	name, err := hex.DecodeString(p.word())
	if err != nil {
		return nil, false, nil
	}
	var fields []Field
	for p.accept(',') {
		field, err := hex.DecodeString(p.word())
		if err != nil || !p.accept(':') {
			return nil, false, nil
		}
		t, err := p.parse(depth)
		if err != nil {
			return nil, false, err
		}
		fields = append(fields, Field{string(field), t})
	}
	if !p.accept(')') {
		return nil, false, nil
	}
	return NewUserType(keyspace, string(name), fields, false), true, nil
}

// skipParameters passes over balanced parentheses, if any come next, and
// returns them.
func (p *classParser) skipParameters() (params string, ok bool) {
	if !p.accept('(') {
		return "", true
	}
	start := p.pos - 1
	for depth := 1; depth > 0; p.pos++ {
		if p.pos >= len(p.text) {
			return "", false
		}
		switch p.text[p.pos] {
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	return p.text[start:p.pos], true
}
