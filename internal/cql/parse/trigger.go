package parse

import "alexandra/internal/cql/ast"

func (p *parser) createTrigger() ast.Statement {
	s := &ast.CreateTrigger{}
	p.words(kwCreate, kwTrigger)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.ident()
	p.match(kwOn)
	s.Table = p.tableName()
	p.match(kwUsing)
	s.Class = p.stringLiteral()
	return s
}

func (p *parser) dropTrigger() ast.Statement {
	s := &ast.DropTrigger{}
	p.words(kwDrop, kwTrigger)
	s.IfExists = p.ifExists()
	s.Name = p.ident()
	p.match(kwOn)
	s.Table = p.tableName()
	return s
}
