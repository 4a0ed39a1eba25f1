package parse

import (
	"strings"

	"alexandra/internal/cql/ast"
)

// orReplace reads CREATE [OR REPLACE].
func (p *parser) orReplace() bool {
	p.match(kwCreate)
	if !p.accept(kwOr) {
		return false
	}
	p.match(kwReplace)
	return true
}

func (p *parser) createFunction() ast.Statement {
	s := &ast.CreateFunction{OrReplace: p.orReplace()}
	p.match(kwFunction)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.functionName()
	p.match(tokLParen)
	if p.at(1).is(isName) {
		p.list(func() { s.Args = append(s.Args, p.fieldDef()) })
	}
	p.match(tokRParen)
	switch p.at(1) {
	case kwReturns:
		p.words(kwReturns, kwNull)
	case kwCalled:
		p.next()
		s.CalledOnNullInput = true
	default:
		p.noViable(1)
	}
	p.words(kwOn, kwNull, kwInput, kwReturns)
	s.Returns = p.comparatorType()
	p.match(kwLanguage)
	s.Language = strings.ToLower(p.source(p.match(tokIdent)))
	p.match(kwAs)
	s.Body = p.stringLiteral()
	return s
}

func (p *parser) createAggregate() ast.Statement {
	s := &ast.CreateAggregate{OrReplace: p.orReplace()}
	p.match(kwAggregate)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.functionName()
	s.Args = p.typeList()
	p.match(kwSfunc)
	s.StateFunc = p.allowedFunctionName()
	p.match(kwStype)
	s.StateType = p.comparatorType()
	if p.accept(kwFinalfunc) {
		s.FinalFunc = p.allowedFunctionName()
	}
	if p.accept(kwInitcond) {
		s.InitCond = p.term()
	}
	return s
}

// signature reads a function's name and, perhaps, the types of its arguments.
func (p *parser) signature() (name ast.QualifiedName, hasArgs bool, args []ast.Type) {
	name = p.functionName()
	if p.at(1) != tokLParen {
		return name, false, nil
	}
	return name, true, p.typeList()
}

func (p *parser) dropFunction() ast.Statement {
	s := &ast.DropFunction{}
	p.words(kwDrop, kwFunction)
	s.IfExists = p.ifExists()
	s.Name, s.HasArgs, s.Args = p.signature()
	return s
}

func (p *parser) dropAggregate() ast.Statement {
	s := &ast.DropAggregate{}
	p.words(kwDrop, kwAggregate)
	s.IfExists = p.ifExists()
	s.Name, s.HasArgs, s.Args = p.signature()
	return s
}
