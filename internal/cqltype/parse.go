package cqltype

import (
	"strconv"
	"strings"

	"alexandra/internal/cqlerr"
)

// NoUserTypes is a Resolver that finds nothing.
type NoUserTypes struct{}

// UserType implements [Resolver].
func (NoUserTypes) UserType(string) (Type, bool) { return nil, false }

// ParseCQL reads the text of a type as String writes it and as system_schema
// holds it: "frozen<map<text, int>>", "vector<float, 3>", 'a.marshal.Class'.
func ParseCQL(s string, resolver Resolver) (Type, error) {
	p := cqlParser{text: s, resolver: resolver}
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

type cqlParser struct {
	text     string
	pos      int
	resolver Resolver
}

func (p *cqlParser) fail() error {
	return cqlerr.Syntax("Could not parse type '%s' at char %d", p.text, p.pos)
}

func (p *cqlParser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *cqlParser) accept(c byte) bool {
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// quoted reads up to the closing quote, of which two stand for one.
func (p *cqlParser) quoted(quote byte) (string, bool) {
	var b strings.Builder
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		p.pos++
		if c == quote {
			if p.pos >= len(p.text) || p.text[p.pos] != quote {
				return b.String(), true
			}
			p.pos++
		}
		b.WriteByte(c)
	}
	return "", false
}

func (p *cqlParser) word() string {
	p.space()
	start := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] == '_' || isClassChar(p.text[p.pos]) && p.text[p.pos] != '.') {
		p.pos++
	}
	return p.text[start:p.pos]
}

func (p *cqlParser) parse(depth int) (Type, error) {
	if depth > maxDepth {
		return nil, p.fail()
	}
	switch {
	case p.accept('\''):
		class, ok := p.quoted('\'')
		if !ok {
			return nil, p.fail()
		}
		return ParseClass(class)
	case p.accept('"'):
		name, ok := p.quoted('"')
		if !ok {
			return nil, p.fail()
		}
		return p.userType(name)
	}
	name := strings.ToLower(p.word())
	if name == "" {
		return nil, p.fail()
	}
	if p.accept('<') {
		return p.composite(name, depth+1)
	}
	if t, ok := Native(name); ok {
		return t, nil
	}
	return p.userType(name)
}

// userType resolves a name, of which a keyspace in front is dropped.
func (p *cqlParser) userType(name string) (Type, error) {
	if p.accept('.') {
		if !p.accept('"') {
			name = strings.ToLower(p.word())
		} else if quoted, ok := p.quoted('"'); ok {
			name = quoted
		} else {
			return nil, p.fail()
		}
	}
	if t, ok := p.resolver.UserType(name); ok {
		return t, nil
	}
	return nil, cqlerr.Invalid("Unknown type %s", name)
}

// composite reads the parameters after "name<".
func (p *cqlParser) composite(name string, depth int) (Type, error) {
	var params []Type
	for {
		t, err := p.parse(depth)
		if err != nil {
			return nil, err
		}
		params = append(params, t)
		if name == "vector" {
			return p.vector(t)
		}
		if p.accept('>') {
			break
		}
		if !p.accept(',') {
			return nil, p.fail()
		}
	}
	switch {
	case name == "frozen" && len(params) == 1:
		return params[0].Freeze(), nil
	case name == "list" && len(params) == 1:
		return NewList(params[0], false), nil
	case name == "set" && len(params) == 1:
		return NewSet(params[0], false), nil
	case name == "map" && len(params) == 2:
		return NewMap(params[0], params[1], false), nil
	case name == "tuple":
		return NewTuple(params...), nil
	}
	return nil, p.fail()
}

// vector reads ", dimension>".
func (p *cqlParser) vector(elem Type) (Type, error) {
	if !p.accept(',') {
		return nil, p.fail()
	}
	dim, err := strconv.ParseInt(p.word(), 10, 32)
	if err != nil || dim <= 0 || !p.accept('>') {
		return nil, p.fail()
	}
	return NewVector(elem, int(dim)), nil
}
