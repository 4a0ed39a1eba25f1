package parse

import "alexandra/internal/cql/ast"

func (p *parser) insert() *ast.Insert {
	s := &ast.Insert{}
	p.words(kwInsert, kwInto)
	s.Table = p.tableName()
	switch p.at(1) {
	case tokLParen:
		s.Columns = p.columnTuple()
		p.match(kwValues)
		p.match(tokLParen)
		s.Values = p.termList()
		p.match(tokRParen)
	case kwJson:
		p.next()
		p.jsonValue(s)
	default:
		p.noViable(1)
		return s
	}
	s.IfNotExists = p.ifNotExists()
	s.Using = p.using()
	return s
}

// jsonValue reads what follows INSERT INTO table JSON.
func (p *parser) jsonValue(s *ast.Insert) {
	if p.at(1) == tokString {
		s.JSON = p.constant()
	} else {
		s.JSON = p.bindMarker()
	}
	if !p.accept(kwDefault) {
		return
	}
	switch p.at(1) {
	case kwNull, kwUnset:
		s.DefaultUnset = p.next().kind == kwUnset
	default:
		p.noViable(1)
	}
}

// using reads USING with TIMESTAMP and TTL in any order if it is there; of two equal ones the last counts.
func (p *parser) using() ast.Using {
	var u ast.Using
	if !p.accept(kwUsing) {
		return u
	}
	for {
		switch p.at(1) {
		case kwTimestamp:
			p.next()
			u.Timestamp = p.integerValue()
		case kwTtl:
			p.next()
			u.TTL = p.integerValue()
		default:
			p.noViable(1)
		}
		if !p.accept(kwAnd) {
			return u
		}
	}
}
