package parse

import "alexandra/internal/cql/ast"

// ifClause reads IF EXISTS or IF conditions if it is there.
func (p *parser) ifClause() (exists bool, list []ast.Condition) {
	if !p.accept(kwIf) {
		return false, nil
	}
	if p.at(1) == kwExists && !p.conditionGoesOn(2) {
		if !p.at(2).in(tokSemi, tokEOF, kwApply, kwInsert, kwUpdate, kwDelete) {
			p.noViable(2)
		}
		p.next()
		return true, nil
	}
	if k := p.at(1); k != tokEmptyQuotedName && !k.is(isName) {
		p.noViable(1)
	}
	list = append(list, p.condition())
	for p.accept(kwAnd) {
		list = append(list, p.condition())
	}
	return false, list
}

// conditionGoesOn reports whether the n-th token may follow the column of a condition.
func (p *parser) conditionGoesOn(n int) bool {
	k := p.at(n)
	return k.is(isComparison) || k.in(kwIn, kwContains, tokLBracket, tokDot)
}

func (p *parser) condition() ast.Condition {
	c := ast.Condition{Target: ast.WholeColumn, Column: p.columnIdent()}
	switch p.at(1) {
	case kwContains:
		c.Op, c.Value = p.contains()
		return c
	case tokLBracket:
		p.next()
		c.Target, c.Key = ast.ColumnElement, p.term()
		p.match(tokRBracket)
	case tokDot:
		p.next()
		c.Target, c.Field = ast.ColumnField, p.ident()
	}
	if !p.accept(kwIn) {
		c.Op = p.operator()
		c.Value = p.term()
		return c
	}
	c.Op = ast.In
	c.Value, c.Values = p.inValues()
	return c
}
