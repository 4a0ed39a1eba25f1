package parse

import "alexandra/internal/cql/ast"

func (p *parser) delete() *ast.Delete {
	s := &ast.Delete{}
	p.match(kwDelete)
	if k := p.at(1); k == tokEmptyQuotedName || k.is(isName) {
		p.list(func() { s.Targets = append(s.Targets, p.deletion()) })
	}
	p.match(kwFrom)
	s.Table = p.tableName()
	if p.accept(kwUsing) {
		p.match(kwTimestamp)
		s.Using.Timestamp = p.integerValue()
	}
	p.match(kwWhere)
	s.Where = p.where()
	s.IfExists, s.If = p.ifClause()
	return s
}

// deletion reads column, column[key] or column.field.
func (p *parser) deletion() ast.Deletion {
	var d ast.Deletion
	if k := p.at(1); k != tokEmptyQuotedName && !k.is(isName) {
		p.noViable(1)
		return d
	}
	k := p.at(2)
	if !k.in(tokComma, kwFrom, tokLBracket, tokDot) {
		p.noViable(2)
		return d
	}
	p.saw(2)
	d.Column = p.columnIdent()
	switch k {
	case tokLBracket:
		p.next()
		d.Key = p.term()
		p.match(tokRBracket)
	case tokDot:
		p.next()
		d.Field = p.ident()
	}
	return d
}
