package parse

import "alexandra/internal/cql/ast"

func (p *parser) selectStatement() ast.Statement {
	s := &ast.Select{}
	p.match(kwSelect)
	p.selectClause(s)
	p.match(kwFrom)
	s.From = p.tableName()
	s.Where = p.optionalWhere()
	if p.accept(kwGroup) {
		p.match(kwBy)
		s.GroupBy = p.selectorList()
	}
	if p.accept(kwOrder) {
		p.match(kwBy)
		p.list(func() { s.OrderBy = append(s.OrderBy, p.ordering()) })
	}
	if p.accept(kwPer) {
		p.words(kwPartition, kwLimit)
		s.PerPartitionLimit = p.integerValue()
	}
	if p.accept(kwLimit) {
		s.Limit = p.integerValue()
	}
	if p.accept(kwAllow) {
		p.match(kwFiltering)
		s.AllowFiltering = true
	}
	return s
}

// selectClause reads [JSON] [DISTINCT] selectors. Both words are also names of columns: they are keywords where what
// follows them makes sense.
func (p *parser) selectClause(s *ast.Select) {
	k := p.at(1)
	switch {
	case k == kwJson:
		p.saw(2)
		if p.try(func() { p.next(); s.JSON = true; p.distinctClause(s) }) {
			return
		}
		*s = ast.Select{}
	case k == tokStar || startsSelector(k):
		p.saw(1)
	default:
		p.noViable(1)
		return
	}
	p.distinctClause(s)
}

func (p *parser) distinctClause(s *ast.Select) {
	k := p.at(1)
	switch {
	case k == kwDistinct:
		p.saw(2)
		if p.try(func() { p.next(); s.Selections = p.selectors() }) {
			s.Distinct = true
			return
		}
	case k == tokStar || startsSelector(k):
		p.saw(1)
	default:
		p.noViable(1)
		return
	}
	s.Selections = p.selectors()
}

func (p *parser) ordering() ast.Ordering {
	o := ast.Ordering{Column: p.columnIdent()}
	if p.accept(kwAnn) {
		p.match(kwOf)
		o.Near = p.term()
	}
	if !p.accept(kwAsc) {
		o.Desc = p.accept(kwDesc)
	}
	return o
}
