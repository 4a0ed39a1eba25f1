package parse

import "alexandra/internal/cql/ast"

var operators = map[kind]ast.Operator{
	tokEQ: ast.EQ, tokLT: ast.LT, tokLE: ast.LTE, tokGT: ast.GT, tokGE: ast.GTE, tokNE: ast.NEQ,
}

// operator reads a comparison.
func (p *parser) operator() ast.Operator {
	if !p.at(1).is(isComparison) {
		p.noViable(1)
		return 0
	}
	return operators[p.next().kind]
}

// where reads relations with AND between them.
func (p *parser) where() []ast.Relation {
	list := []ast.Relation{p.relationOrExpression()}
	for p.accept(kwAnd) {
		list = append(list, p.relationOrExpression())
	}
	return list
}

// optionalWhere reads WHERE relations if it is there.
func (p *parser) optionalWhere() []ast.Relation {
	if !p.accept(kwWhere) {
		return nil
	}
	return p.where()
}

func (p *parser) relationOrExpression() ast.Relation {
	if !p.accept(tokExpr) {
		return p.relation()
	}
	r := ast.Relation{Kind: ast.IndexExpression}
	r.Index.Name = p.unbound("index")
	p.match(tokComma)
	r.Value = p.term()
	p.match(tokRParen)
	return r
}

// relation reads one relation; parentheses may stand around it.
func (p *parser) relation() ast.Relation {
	if !p.enter() {
		return ast.Relation{}
	}
	defer p.leave()
	k := p.at(1)
	switch {
	case k == kwToken:
		p.saw(1)
		p.next()
		r := ast.Relation{Kind: ast.TokenRelation, Columns: p.columnTuple(), Op: p.operator()}
		r.Value = p.term()
		return r
	case k == tokLParen:
		return p.relationParenthesis()
	case k == tokEmptyQuotedName || k.is(isName):
		return p.columnRelation()
	}
	p.noViable(1)
	return ast.Relation{}
}

// columnRelation reads a relation that begins with a column.
func (p *parser) columnRelation() ast.Relation {
	r := ast.Relation{Kind: ast.ColumnRelation}
	k := p.at(2)
	switch {
	case k.is(isComparison) || k.in(kwLike, kwIs, kwContains, tokLBracket):
		p.saw(2)
	case k == kwIn:
		if n := p.at(3); !n.in(tokColon, tokQMark, tokLParen) {
			p.noViable(3)
			return r
		}
		p.saw(3)
	default:
		p.noViable(2)
		return r
	}
	r.Columns = []string{p.columnIdent()}
	switch k {
	case kwIn:
		p.next()
		r.Op = ast.In
		r.Value, r.Values = p.inValues()
	case kwIs:
		p.next()
		p.words(kwNot, kwNull)
		r.Op, r.Value = ast.IsNot, ast.Literal{Kind: ast.Null}
	case kwLike:
		p.next()
		r.Op, r.Value = ast.Like, p.term()
	case kwContains:
		r.Op, r.Value = p.contains()
	case tokLBracket:
		p.next()
		r.Kind, r.Key = ast.ElementRelation, p.term()
		p.match(tokRBracket)
		r.Op = p.operator()
		r.Value = p.term()
	default:
		r.Op = p.operator()
		r.Value = p.term()
	}
	return r
}

// contains reads CONTAINS [KEY] term; KEY is the keyword unless it can only be a function's keyspace.
func (p *parser) contains() (ast.Operator, ast.Term) {
	p.match(kwContains)
	op := ast.Contains
	if p.at(1) == kwKey && p.at(2) != tokDot {
		if !startsTerm(p.at(2)) {
			p.noViable(2)
		}
		p.next()
		op = ast.ContainsKey
	}
	return op, p.term()
}

// inValues reads a marker, or a list in parentheses, of which nothing may be inside.
func (p *parser) inValues() (ast.Term, []ast.Term) {
	if p.at(1) != tokLParen {
		return p.bindMarker(), nil
	}
	p.next()
	var list []ast.Term
	if startsTerm(p.at(1)) {
		list = p.termList()
	}
	p.match(tokRParen)
	return nil, list
}

// columnTuple reads (c1, c2).
func (p *parser) columnTuple() []string {
	var list []string
	p.match(tokLParen)
	p.list(func() { list = append(list, p.columnIdent()) })
	p.match(tokRParen)
	return list
}

// relationParenthesis tells (c1, c2) op value from a relation in parentheses.
func (p *parser) relationParenthesis() ast.Relation {
	k := p.at(2)
	nested := k == tokLParen || k == kwToken
	switch {
	case nested:
		p.saw(2)
	case k == tokEmptyQuotedName || k.is(isName):
		n := p.at(3)
		nested = n.is(isComparison) || n.in(tokLBracket, kwContains, kwIn, kwIs, kwLike)
		if !nested && n != tokRParen && n != tokComma {
			p.noViable(3)
			return ast.Relation{}
		}
		p.saw(3)
	default:
		p.noViable(2)
		return ast.Relation{}
	}
	if !nested {
		return p.tupleRelation()
	}
	p.next()
	r := p.relation()
	p.match(tokRParen)
	return r
}

func (p *parser) tupleRelation() ast.Relation {
	r := ast.Relation{Kind: ast.TupleRelation, Columns: p.columnTuple()}
	switch k := p.at(1); {
	case k == kwIn:
		p.saw(1)
		p.next()
		r.Op = ast.In
		r.Value, r.Values = p.tupleInValues()
	case k.is(isComparison):
		n := p.at(2)
		if !n.in(tokLParen, tokColon, tokQMark) {
			p.noViable(2)
			return r
		}
		p.saw(2)
		r.Op = p.operator()
		if n == tokLParen {
			r.Value = p.tupleLiteral()
		} else {
			r.Value = p.bindMarker()
		}
	default:
		p.noViable(1)
	}
	return r
}

// tupleInValues reads a marker, (), tuples in parentheses or markers in parentheses.
func (p *parser) tupleInValues() (ast.Term, []ast.Term) {
	if k := p.at(1); k != tokLParen {
		return p.bindMarker(), nil
	}
	k := p.at(2)
	if !k.in(tokRParen, tokLParen, tokColon, tokQMark) {
		p.noViable(2)
		return nil, nil
	}
	p.next()
	var list []ast.Term
	switch k {
	case tokLParen:
		p.list(func() { list = append(list, p.tupleLiteral()) })
	case tokColon, tokQMark:
		p.list(func() { list = append(list, p.bindMarker()) })
	}
	p.match(tokRParen)
	return nil, list
}
