package parse

import (
	"fmt"
	"strconv"
	"strings"

	"alexandra/internal/cql/ast"
)

// typeFollow are the tokens that may follow a type.
var typeFollow = setOf(tokRParen, tokComma, tokSemi, tokGT, tokEOF, kwFinalfunc, kwInitcond, kwLanguage, kwMasked,
	kwPrimary, kwStatic)

// comparatorType reads a type.
func (p *parser) comparatorType() ast.Type {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	k := p.at(1)
	switch {
	case k == tokString:
		p.saw(1)
		return ast.CustomType{Class: p.text(p.next())}
	case k.is(isNativeType) && p.at(2) != tokDot:
		if !p.typeEndsAt(2) {
			return nil
		}
		return p.nativeType()
	case k == kwSet:
		p.saw(1)
		return p.collectionType(k)
	case k.in(kwMap, kwList, kwTuple, kwVector, kwFrozen) && p.at(2) != tokDot:
		if p.at(2) != tokLT {
			if !p.typeEndsAt(2) {
				return nil
			}
			break
		}
		p.saw(2)
		return p.parametrized(k)
	case !k.is(isName):
		p.noViable(1)
		return nil
	default:
		p.saw(1)
	}
	return ast.UserType{Name: p.userTypeName()}
}

// typeEndsAt fails unless the n-th token may follow a type.
func (p *parser) typeEndsAt(n int) bool {
	k := p.at(n)
	if !typeFollow.has(k) {
		p.noViable(n)
		return false
	}
	if k != tokEOF {
		p.saw(n)
	}
	return true
}

func (p *parser) nativeType() ast.NativeType {
	if !p.at(1).is(isNativeType) {
		p.noViable(1)
		return ast.NativeType{}
	}
	return ast.NativeType{Name: strings.ToLower(p.source(p.next()))}
}

func (p *parser) parametrized(k kind) ast.Type {
	switch k {
	case kwTuple:
		return p.tupleType()
	case kwVector:
		return p.vectorType()
	case kwFrozen:
		return p.frozenType()
	}
	return p.collectionType(k)
}

func (p *parser) collectionType(k kind) ast.Type {
	t := ast.CollectionType{Kind: ast.List}
	p.next()
	p.match(tokLT)
	switch k {
	case kwSet:
		t.Kind = ast.Set
	case kwMap:
		t.Kind = ast.Map
		t.Key = p.comparatorType()
		p.match(tokComma)
	}
	t.Value = p.comparatorType()
	p.match(tokGT)
	return t
}

func (p *parser) tupleType() ast.Type {
	var t ast.TupleType
	p.next()
	p.match(tokLT)
	p.list(func() {
		if p.at(1).in(tokGT, tokComma) {
			p.nullType("supportsFreezing", "t")
		}
		t.Elements = append(t.Elements, p.comparatorType())
	})
	p.match(tokGT)
	return t
}

// nullType fails where a type is missing: Cassandra's parser goes on without it and stumbles over the null.
func (p *parser) nullType(method, variable string) {
	p.crash("NullPointerException", fmt.Sprintf(
		`Cannot invoke "org.apache.cassandra.cql3.CQL3Type$Raw.%s()" because "%s" is null`, method, variable))
}

func (p *parser) vectorType() ast.Type {
	var t ast.VectorType
	p.next()
	p.match(tokLT)
	t.Element = p.comparatorType()
	p.match(tokComma)
	d := p.match(tokInteger)
	p.match(tokGT)
	if p.failed {
		return nil
	}
	n, err := strconv.ParseInt(p.source(d), 10, 32)
	if err != nil {
		p.crash("NumberFormatException", fmt.Sprintf("For input string: %q", p.source(d)))
	}
	t.Dimension = int(n)
	return t
}

func (p *parser) frozenType() ast.Type {
	p.next()
	p.match(tokLT)
	if p.at(1) == tokGT {
		p.nullType("freeze", "f")
	}
	inner := p.comparatorType()
	p.match(tokGT)
	switch inner.(type) {
	case ast.NativeType, ast.CustomType:
		p.check(false, "frozen<> is only allowed on collections, tuples, and user-defined types (got %s)", inner)
	}
	return ast.FrozenType{Inner: inner}
}

// typeList reads types with commas between them, up to the closing parenthesis; there may be none.
func (p *parser) typeList() []ast.Type {
	var list []ast.Type
	p.match(tokLParen)
	if k := p.at(1); k == tokString || k == kwSet || k.is(isName) {
		p.list(func() { list = append(list, p.comparatorType()) })
	}
	p.match(tokRParen)
	return list
}
