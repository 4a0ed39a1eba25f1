package parse

import "alexandra/internal/cql/ast"

func (p *parser) createView() ast.Statement {
	s := &ast.CreateView{}
	p.words(kwCreate, kwMaterialized, kwView)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.tableName()
	p.words(kwAs, kwSelect)
	s.Selections = p.selectors()
	p.match(kwFrom)
	s.From = p.tableName()
	s.Where = p.optionalWhere()
	s.PrimaryKey = p.primaryKey()
	if !p.accept(kwWith) {
		return s
	}
	var options propertyList
	for {
		if p.tableProperty(&options, &s.ClusteringOrder) {
			p.check(false, "COMPACT STORAGE tables are not allowed starting with version 4.0")
		}
		if !p.accept(kwAnd) {
			s.Properties = options.items
			return s
		}
	}
}

func (p *parser) alterView() ast.Statement {
	s := &ast.AlterView{}
	p.words(kwAlter, kwMaterialized, kwView)
	s.IfExists = p.ifExists()
	s.Name = p.tableName()
	p.match(kwWith)
	s.Properties = p.properties()
	return s
}

func (p *parser) dropView() ast.Statement {
	s := &ast.DropView{}
	p.words(kwDrop, kwMaterialized, kwView)
	s.IfExists = p.ifExists()
	s.Name = p.tableName()
	return s
}
