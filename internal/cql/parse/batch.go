package parse

import "alexandra/internal/cql/ast"

func (p *parser) batch() ast.Statement {
	s := &ast.Batch{Kind: ast.LoggedBatch}
	p.match(kwBegin)
	switch p.at(1) {
	case kwUnlogged:
		p.next()
		s.Kind = ast.UnloggedBatch
	case kwCounter:
		p.next()
		s.Kind = ast.CounterBatch
	}
	p.match(kwBatch)
	s.Using = p.using()
	for {
		switch p.at(1) {
		case kwInsert:
			s.Statements = append(s.Statements, p.insert())
		case kwUpdate:
			s.Statements = append(s.Statements, p.update())
		case kwDelete:
			s.Statements = append(s.Statements, p.delete())
		default:
			p.words(kwApply, kwBatch)
			return s
		}
		p.accept(tokSemi)
	}
}
