package parse

import (
	"strings"

	"alexandra/internal/cql/ast"
)

// properties reads properties with AND between them.
func (p *parser) properties() []ast.Property {
	var list propertyList
	p.property(&list)
	for p.accept(kwAnd) {
		p.property(&list)
	}
	return list.items
}

// propertyList collects properties whose names differ.
type propertyList struct {
	items []ast.Property
	names map[string]bool
}

// property reads name = value.
func (p *parser) property(list *propertyList) {
	if !p.at(1).is(isName) {
		p.noViable(1)
		return
	}
	if p.at(2) != tokEQ {
		p.noViable(2)
		return
	}
	k := p.at(3)
	if k != tokLBrace && !k.is(isConstant|isUnreserved|isNativeType|isSpecial) {
		p.noViable(3)
		return
	}
	p.saw(3)
	o := ast.Property{Name: p.ident()}
	p.match(tokEQ)
	if k == tokLBrace {
		o.IsMap, o.Map = true, p.optionMap()
	} else {
		o.Text = p.propertyText()
	}
	if p.failed {
		return
	}
	p.check(!list.names[o.Name], "Multiple definitions for property '%s'", o.Name)
	if list.names == nil {
		list.names = map[string]bool{}
	}
	list.names[o.Name] = true
	list.items = append(list.items, o)
}

func (p *parser) propertyText() string {
	k := p.at(1)
	switch {
	case k.is(isConstant):
		return p.constant().Text
	case k.is(isNativeType):
		return strings.ToLower(p.source(p.next()))
	}
	return p.source(p.next())
}

// optionMap reads a map of constants.
func (p *parser) optionMap() []ast.MapOption {
	var list []ast.MapOption
	keys := map[string]bool{}
	valid := true // Cassandra stops looking at the first entry that is wrong
	p.match(tokLBrace)
	if startsTerm(p.at(1)) {
		p.list(func() {
			key := p.term()
			p.match(tokColon)
			value := p.term()
			if p.failed || !valid {
				return
			}
			var o ast.MapOption
			if o, valid = p.mapOption(key, value); !valid {
				return
			}
			p.pendingCheck(!keys[o.Key], "Multiple definition for property %s", o.Key)
			keys[o.Key] = true
			list = append(list, o)
		})
	}
	p.match(tokRBrace)
	p.flush()
	return list
}

func (p *parser) mapOption(key, value ast.Term) (ast.MapOption, bool) {
	k, ok := key.(ast.Literal)
	if !ok || k.Kind == ast.Null {
		p.pendingCheck(false, "Invalid property name: %s%s", rawText(key), bindHint(key))
		return ast.MapOption{}, false
	}
	v, ok := value.(ast.Literal)
	if !ok || v.Kind == ast.Null {
		p.pendingCheck(false, "Invalid property value: %s for property: %s%s", rawText(value), rawText(key), bindHint(value))
		return ast.MapOption{}, false
	}
	return ast.MapOption{Key: k.Text, Value: v.Text}, true
}

func bindHint(t ast.Term) string {
	if _, ok := t.(ast.Bind); ok {
		return " (bind variables are not supported in DDL queries)"
	}
	return ""
}

// rawText is a term as Cassandra shows it.
func rawText(t ast.Term) string {
	if _, ok := t.(ast.Bind); ok {
		return "?"
	}
	return t.String()
}
