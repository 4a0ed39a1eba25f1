package parse

import "alexandra/internal/cql/ast"

func (p *parser) createIndex() ast.Statement {
	s := &ast.CreateIndex{}
	p.match(kwCreate)
	s.Custom = p.accept(kwCustom)
	p.match(kwIndex)
	s.IfNotExists = p.ifNotExists()
	if k := p.at(1); k == tokQMark || k.is(isName) {
		s.Name.Name = p.unbound("index")
	}
	p.match(kwOn)
	s.Table = p.tableName()
	p.match(tokLParen)
	if k := p.at(1); k.in(tokEmptyQuotedName, kwEntries, kwFull) || k.is(isName) {
		p.list(func() { s.Targets = append(s.Targets, p.indexTarget()) })
	}
	p.match(tokRParen)
	if p.accept(kwUsing) {
		s.HasUsing = true
		s.Using = p.stringLiteral()
	}
	if p.accept(kwWith) {
		s.Properties = p.properties()
	}
	return s
}

// stringLiteral reads a string.
func (p *parser) stringLiteral() string {
	t := p.match(tokString)
	if p.failed {
		return ""
	}
	return p.text(t)
}

var indexTargets = map[kind]ast.IndexTargetKind{
	kwValues: ast.IndexValues, kwKeys: ast.IndexKeys, kwEntries: ast.IndexEntries, kwFull: ast.IndexFull,
}

// indexTarget reads column or part(column); VALUES and KEYS are names too.
func (p *parser) indexTarget() ast.IndexTarget {
	k := p.at(1)
	t := ast.IndexTarget{Kind: indexTargets[k]}
	if k.in(kwValues, kwKeys) {
		switch n := p.at(2); {
		case n == tokComma || n == tokRParen:
			t.Kind = 0
		case n != tokLParen:
			p.noViable(2)
			return t
		}
	}
	if t.Kind == 0 {
		t.Kind = ast.IndexSimple
		t.Column = p.columnIdent()
		return t
	}
	p.next()
	p.match(tokLParen)
	t.Column = p.columnIdent()
	p.match(tokRParen)
	return t
}

func (p *parser) dropIndex() ast.Statement {
	s := &ast.DropIndex{}
	p.words(kwDrop, kwIndex)
	s.IfExists = p.ifExists()
	s.Name = p.indexName()
	return s
}
