package parse

import "alexandra/internal/cql/ast"

func (p *parser) update() *ast.Update {
	s := &ast.Update{}
	p.match(kwUpdate)
	s.Table = p.tableName()
	s.Using = p.using()
	p.match(kwSet)
	s.Set = p.assignments()
	p.match(kwWhere)
	s.Where = p.where()
	s.IfExists, s.If = p.ifClause()
	return s
}
