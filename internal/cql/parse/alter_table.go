package parse

import (
	"fmt"
	"strconv"

	"alexandra/internal/cql/ast"
)

func (p *parser) alterTable() ast.Statement {
	s := &ast.AlterTable{}
	p.words(kwAlter, kwTable)
	s.IfExists = p.ifExists()
	s.Name = p.tableName()
	switch p.at(1) {
	case kwAlter:
		s.Action = p.alterColumn()
	case kwAdd:
		p.saw(1)
		s.Action = p.addColumns()
	case kwDrop:
		s.Action = p.dropColumns()
	case kwRename:
		p.saw(1)
		p.next()
		a := ast.RenameColumns{IfExists: p.ifExists()}
		a.Renames = p.renames()
		s.Action = a
	case kwWith:
		p.saw(1)
		p.next()
		s.Action = ast.AlterOptions{Properties: p.properties()}
	default:
		p.noViable(1)
	}
	return s
}

// alterColumn reads ALTER column with its new type or mask.
func (p *parser) alterColumn() ast.AlterTableAction {
	k := p.at(2)
	switch {
	case k == kwIf:
		p.saw(2)
	case k == tokEmptyQuotedName || k.is(isName):
		if !p.at(3).in(kwType, kwDrop, kwMasked) {
			p.noViable(3)
			return nil
		}
		p.saw(3)
	default:
		p.noViable(2)
		return nil
	}
	p.next()
	m := ast.AlterColumnMask{IfExists: p.ifExists()}
	m.Column = p.columnIdent()
	switch k := p.at(1); {
	case k == kwType && !m.IfExists:
		p.next()
		return ast.AlterColumnType{Column: m.Column, Type: p.comparatorType()}
	case k == kwMasked:
		m.Mask = p.mask()
	case k == kwDrop:
		p.next()
		p.match(kwMasked)
	default:
		p.noViable(1)
	}
	return m
}

func (p *parser) addColumns() ast.AlterTableAction {
	p.next()
	a := ast.AddColumns{IfNotExists: p.ifNotExists()}
	p.oneOrMany(func() { a.Columns = append(a.Columns, p.columnDef()) })
	return a
}

// oneOrMany reads an element, or a list of them in parentheses.
func (p *parser) oneOrMany(element func()) {
	switch k := p.at(1); {
	case k == tokLParen:
		p.next()
		p.list(element)
		p.match(tokRParen)
	case k.is(isName):
		element()
	default:
		p.noViable(1)
	}
}

// dropColumns reads DROP columns or DROP COMPACT STORAGE.
func (p *parser) dropColumns() ast.AlterTableAction {
	switch k := p.at(2); {
	case k == kwCompact:
		if n := p.at(3); n == kwStorage {
			p.saw(3)
			p.words(kwDrop, kwCompact, kwStorage)
			return ast.DropCompactStorage{}
		} else if !n.in(tokSemi, tokEOF, kwUsing) {
			p.noViable(3)
			return nil
		}
	case k == tokLParen || k == kwIf || k.is(isName):
		p.saw(2)
	default:
		p.noViable(2)
		return nil
	}
	p.next()
	a := ast.DropColumns{IfExists: p.ifExists()}
	p.oneOrMany(func() { a.Columns = append(a.Columns, p.ident()) })
	if p.accept(kwUsing) {
		p.match(kwTimestamp)
		a.Timestamp = p.timestamp()
	}
	return a
}

func (p *parser) timestamp() *int64 {
	t := p.match(tokInteger)
	if p.failed {
		return nil
	}
	n, err := strconv.ParseInt(p.source(t), 10, 64)
	if err != nil {
		p.crash("NumberFormatException", fmt.Sprintf("For input string: %q", p.source(t)))
	}
	return &n
}

// renames reads a TO b AND c TO d.
func (p *parser) renames() []ast.Rename {
	var list []ast.Rename
	for {
		r := ast.Rename{From: p.ident()}
		p.match(kwTo)
		r.To = p.ident()
		list = append(list, r)
		if !p.accept(kwAnd) {
			return list
		}
	}
}
