package parse

import "alexandra/internal/cql/ast"

func (p *parser) createKeyspace() ast.Statement {
	s := &ast.CreateKeyspace{}
	p.words(kwCreate, kwKeyspace)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.keyspaceName()
	p.match(kwWith)
	s.Properties = p.properties()
	return s
}

func (p *parser) alterKeyspace() ast.Statement {
	s := &ast.AlterKeyspace{}
	p.words(kwAlter, kwKeyspace)
	s.IfExists = p.ifExists()
	s.Name = p.keyspaceName()
	p.match(kwWith)
	s.Properties = p.properties()
	return s
}

func (p *parser) dropKeyspace() ast.Statement {
	s := &ast.DropKeyspace{}
	p.words(kwDrop, kwKeyspace)
	s.IfExists = p.ifExists()
	s.Name = p.keyspaceName()
	return s
}
