package cqltype

import (
	"encoding/hex"
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
// Cassandra's package. A reversed type gives the type itself; see IsReversed.
// Its errors are ConfigurationExceptions.
func ParseClass(s string) (Type, error) {
	p := classParser{text: s}
	t, err := p.parse(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.pos < len(s) {
		return nil, p.fail()
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

func (p *classParser) fail() error {
	return cqlerr.Syntax("Syntax error parsing '%s' at char %d", p.text, p.pos)
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
	start := p.pos
	name := p.word()
	if name == "" || depth > maxDepth {
		return nil, p.fail()
	}
	if !strings.Contains(name, ".") {
		name = classPrefix + name
	}
	short, ours := strings.CutPrefix(name, classPrefix)
	if ours {
		if read, ok := p.composite(short); ok {
			return read(depth + 1)
		}
		if t, ok := nativeClass(name); ok {
			return t, p.skipParameters()
		}
		if !opaque[short] {
			return nil, cqlerr.Config("Unable to find abstract-type class '%s'", name)
		}
	}
	if err := p.skipParameters(); err != nil {
		return nil, err
	}
	if !ours {
		return nil, cqlerr.Config("Unable to find abstract-type class '%s'", name)
	}
	return NewCustom(name + strings.TrimSpace(strings.TrimPrefix(p.text[start:p.pos], nameAt(p.text[start:p.pos])))), nil
}

// nameAt is the class name at the start of text.
func nameAt(text string) string {
	name, _, _ := strings.Cut(text, "(")
	return name
}

// opaque are Cassandra's classes whose values are only bytes here.
var opaque = wordSet(`CompositeType DynamicCompositeType ColumnToCollectionType DateType LexicalUUIDType PartitionerDefinedOrder`)

// composite finds the reader of a class with parameters.
func (p *classParser) composite(short string) (read func(depth int) (Type, error), ok bool) {
	switch short {
	case "FrozenType":
		read = func(depth int) (Type, error) {
			return p.call(depth, 1, func(ts []Type) Type { return ts[0].Freeze() })
		}
	case "ReversedType":
		read = func(depth int) (Type, error) {
			return p.call(depth, 1, func(ts []Type) Type { return ts[0] })
		}
	case "ListType":
		read = func(depth int) (Type, error) {
			return p.call(depth, 1, func(ts []Type) Type { return NewList(ts[0], false) })
		}
	case "SetType":
		read = func(depth int) (Type, error) {
			return p.call(depth, 1, func(ts []Type) Type { return NewSet(ts[0], false) })
		}
	case "MapType":
		read = func(depth int) (Type, error) {
			return p.call(depth, 2, func(ts []Type) Type { return NewMap(ts[0], ts[1], false) })
		}
	case "TupleType":
		read = func(depth int) (Type, error) {
			return p.call(depth, 0, func(ts []Type) Type { return NewTuple(ts...) })
		}
	case "VectorType":
		read = p.vector
	case "UserType":
		read = p.userType
	default:
		return nil, false
	}
	return read, true
}

// call reads the parameters of a class, want of them or, if 0, one or more.
func (p *classParser) call(depth, want int, build func([]Type) Type) (Type, error) {
	if !p.accept('(') {
		return nil, p.fail()
	}
	var params []Type
	for {
		t, err := p.parse(depth)
		if err != nil {
			return nil, err
		}
		params = append(params, t)
		if p.accept(')') {
			break
		}
		if !p.accept(',') {
			return nil, p.fail()
		}
	}
	if want > 0 && len(params) != want {
		return nil, cqlerr.Config("Invalid number of parameters for '%s'", p.text)
	}
	return build(params), nil
}

func (p *classParser) vector(depth int) (Type, error) {
	if !p.accept('(') {
		return nil, p.fail()
	}
	elem, err := p.parse(depth)
	if err != nil {
		return nil, err
	}
	if !p.accept(',') {
		return nil, p.fail()
	}
	dim, err := strconv.ParseInt(p.word(), 10, 32)
	if err != nil || dim <= 0 || !p.accept(')') {
		return nil, p.fail()
	}
	return NewVector(elem, int(dim)), nil
}

func (p *classParser) userType(depth int) (Type, error) {
	if !p.accept('(') {
		return nil, p.fail()
	}
	keyspace := p.word()
	if !p.accept(',') {
		return nil, p.fail()
	}
	name, err := hex.DecodeString(p.word())
	if err != nil {
		return nil, p.fail()
	}
	var fields []Field
	for p.accept(',') {
		field, err := hex.DecodeString(p.word())
		if err != nil || !p.accept(':') {
			return nil, p.fail()
		}
		t, err := p.parse(depth)
		if err != nil {
			return nil, err
		}
		fields = append(fields, Field{string(field), t})
	}
	if !p.accept(')') {
		return nil, p.fail()
	}
	return NewUserType(keyspace, string(name), fields, false), nil
}

// skipParameters passes over balanced parentheses, if any come next.
func (p *classParser) skipParameters() error {
	if !p.accept('(') {
		return nil
	}
	for depth := 1; depth > 0; p.pos++ {
		if p.pos >= len(p.text) {
			return p.fail()
		}
		switch p.text[p.pos] {
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	return nil
}
