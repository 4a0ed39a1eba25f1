package parse

import "alexandra/internal/cql/ast"

func (p *parser) use() ast.Statement {
	p.match(kwUse)
	return &ast.Use{Keyspace: p.keyspaceName()}
}

func (p *parser) truncate() ast.Statement {
	p.match(kwTruncate)
	p.accept(kwTable)
	return &ast.Truncate{Table: p.tableName()}
}
