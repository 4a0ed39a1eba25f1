package parse

import "alexandra/internal/cql/ast"

// assignment reads one change of SET.
func (p *parser) assignment() ast.Assignment {
	a := ast.Assignment{Column: p.columnIdent()}
	switch k := p.at(1); k {
	case tokEQ:
		p.next()
		p.assignedValue(&a)
	case tokPlusEq, tokMinusEq:
		p.next()
		a.Kind = ast.AssignAdd
		if k == tokMinusEq {
			a.Kind = ast.AssignSubtract
		}
		a.Value = p.term()
	case tokLBracket:
		p.next()
		a.Kind, a.Key = ast.AssignElement, p.term()
		p.words(tokRBracket, tokEQ)
		a.Value = p.term()
	case tokDot:
		p.next()
		a.Kind, a.Field = ast.AssignField, p.ident()
		p.match(tokEQ)
		a.Value = p.term()
	default:
		p.noViable(1)
	}
	return a
}

// assignedValue reads what follows "column =": a term, a term and the column, or the column and a term.
func (p *parser) assignedValue(a *ast.Assignment) {
	k := p.at(1)
	switch {
	case k == tokEmptyQuotedName || k.is(isName):
		switch n := p.at(2); {
		case n == tokPlus || n == tokMinus:
			p.saw(2)
			p.addedToColumn(a)
			return
		case n == tokInteger:
			p.saw(2)
			p.integerAfterColumn(a)
			return
		case k != tokEmptyQuotedName && n == tokDot || isCallable(k) && n == tokLParen:
			p.saw(2)
		default:
			p.noViable(2)
			return
		}
	case startsTerm(k):
		p.saw(1)
	default:
		p.noViable(1)
		return
	}
	a.Kind, a.Value = ast.AssignValue, p.term()
	if !p.accept(tokPlus) {
		return
	}
	a.Kind = ast.AssignPrepend
	c := p.columnIdent()
	p.check(p.failed || c == a.Column, "Only expressions of the form X = <value> + X are supported.")
}

func (p *parser) addedToColumn(a *ast.Assignment) {
	c := p.columnIdent()
	sign := p.next()
	a.Kind = ast.AssignAdd
	if sign.kind == tokMinus {
		a.Kind = ast.AssignSubtract
	}
	a.Value = p.term()
	p.check(p.failed || c == a.Column, "Only expressions of the form X = X %s<value> are supported.", p.source(sign))
}

// integerAfterColumn reads "column -3": the lexer makes one number of sign and digits.
func (p *parser) integerAfterColumn(a *ast.Assignment) {
	c := p.columnIdent()
	n := p.constant()
	a.Kind, a.Value = ast.AssignAdd, n
	sign := "+"
	if n.Text != "" && n.Text[0] == '-' {
		sign = "-"
	}
	p.check(c == a.Column, "Only expressions of the form X = X %s <value> are supported.", sign)
}

// compatible reports whether both assignments may stand in one statement, if they change the same column.
func compatible(earlier, later ast.Assignment) bool {
	switch {
	case earlier.Kind == ast.AssignValue || later.Kind == ast.AssignValue:
		return false
	case earlier.Kind == ast.AssignField && later.Kind == ast.AssignField:
		return earlier.Field != later.Field
	}
	return true
}

// assignments reads SET's list and checks that no column is set twice.
func (p *parser) assignments() []ast.Assignment {
	var list []ast.Assignment
	whole := map[string]bool{} // columns that are set; true: by AssignValue or AssignField
	p.list(func() {
		a := p.assignment()
		if p.failed {
			return
		}
		mark, seen := whole[a.Column]
		if seen && (mark || a.Kind == ast.AssignValue) {
			for _, b := range list {
				p.check(a.Column != b.Column || compatible(b, a), "Multiple incompatible setting of column %s", a.Column)
			}
		}
		whole[a.Column] = mark || a.Kind == ast.AssignValue || a.Kind == ast.AssignField
		list = append(list, a)
	})
	return list
}
