package parse

import "alexandra/internal/cql/ast"

// startsSelector reports whether a selector may begin with the kind.
func startsSelector(k kind) bool { return startsTerm(k) }

// groupFollow are the tokens that may follow a selector's group.
var groupFollow = setOf(tokPercent, tokRParen, tokPlus, tokComma, tokMinus, tokSlash, tokColon, tokSemi, tokStar,
	tokRBracket, tokRBrace, tokEOF, kwAllow, kwAs, kwFrom, kwLimit, kwOrder, kwPer)

// selectors reads * (none) or selectors with aliases.
func (p *parser) selectors() []ast.Selection {
	if p.accept(tokStar) {
		return nil
	}
	if !startsSelector(p.at(1)) {
		p.noViable(1)
		return nil
	}
	var list []ast.Selection
	p.list(func() {
		s := ast.Selection{Selector: p.selector()}
		if p.accept(kwAs) {
			s.Alias = p.ident()
		}
		list = append(list, s)
	})
	return list
}

// selectorList reads selectors with commas between them.
func (p *parser) selectorList() []ast.Selector {
	var list []ast.Selector
	p.list(func() { list = append(list, p.selector()) })
	return list
}

func (p *parser) selector() ast.Selector {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	left := p.selectorProduct()
	for {
		op := ast.ArithmeticOp(0)
		switch p.at(1) {
		case tokPlus:
			op = ast.Add
		case tokMinus:
			op = ast.Subtract
		default:
			return left
		}
		p.next()
		left = ast.ArithmeticSelector{Op: op, Left: left, Right: p.selectorProduct()}
	}
}

func (p *parser) selectorProduct() ast.Selector {
	left := p.selectorGroup()
	for {
		op := productOp(p.at(1))
		if op == 0 {
			return left
		}
		p.next()
		left = ast.ArithmeticSelector{Op: op, Left: left, Right: p.selectorGroup()}
	}
}

// selectorGroup reads a selector without operators. Cassandra tries it with what may follow it ([key], .field) and,
// where that fails, takes it without.
func (p *parser) selectorGroup() ast.Selector {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	k := p.at(1)
	if k == tokMinus {
		p.saw(1)
		p.next()
		return ast.NegationSelector{Of: p.selectorGroup()}
	}
	if !startsSelector(k) {
		p.noViable(1)
		return nil
	}
	p.saw(2)
	s := p.bareGroup()
	with := s
	if p.try(func() { with = p.modifiers(s) }) {
		return with
	}
	return s
}

// modifiers reads [key], [from..to] and .field after a selector.
func (p *parser) modifiers(s ast.Selector) ast.Selector {
	for {
		switch k := p.at(1); {
		case k == tokDot:
			p.next()
			s = ast.FieldSelector{Of: s, Field: p.ident()}
		case k == tokLBracket:
			p.next()
			s = p.subSelection(s)
			p.match(tokRBracket)
		case groupFollow.has(k) && k != tokSemi: // the semicolon is not in Cassandra's set here
			return s
		default:
			p.noViable(1)
			return nil
		}
		if p.failed {
			return nil
		}
	}
}

// subSelection reads key, from..to, from.. or ..to.
func (p *parser) subSelection(of ast.Selector) ast.Selector {
	if p.at(1) == tokRange {
		p.next()
		return ast.SliceSelector{Of: of, To: p.term()}
	}
	if !startsTerm(p.at(1)) {
		p.noViable(1)
		return nil
	}
	first := p.term()
	if !p.accept(tokRange) {
		return ast.ElementSelector{Of: of, Key: first}
	}
	s := ast.SliceSelector{Of: of, From: first}
	if startsTerm(p.at(1)) {
		s.To = p.term()
	}
	return s
}

// bareGroup reads a selector without operators and modifiers.
func (p *parser) bareGroup() ast.Selector {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	switch p.at(1) {
	case tokLParen:
		return p.parenthesis()
	case tokLBracket:
		p.saw(1)
		return p.listSelector()
	case tokLBrace:
		p.saw(1)
		return p.bracesSelector()
	}
	p.saw(1)
	return p.simpleSelector()
}

// parenthesis reads (type)selector, (selector) or a tuple.
func (p *parser) parenthesis() ast.Selector {
	p.saw(2)
	var hint ast.TypeHintSelector
	if p.try(func() {
		p.next()
		hint.Type = p.comparatorType()
		p.match(tokRParen)
		hint.Of = p.hinted()
	}) {
		return hint
	}
	p.match(tokLParen)
	t := ast.TupleSelector{Elements: p.selectorList()}
	p.match(tokRParen)
	return t
}

// hinted reads what follows a type in parentheses.
func (p *parser) hinted() ast.Selector {
	k := p.at(1)
	if k == tokMinus || !startsSelector(k) {
		p.noViable(1)
		return nil
	}
	return p.bareGroup()
}

func (p *parser) listSelector() ast.Selector {
	var l ast.ListSelector
	p.next()
	if startsSelector(p.at(1)) {
		l.Elements = p.selectorList()
	}
	p.match(tokRBracket)
	return l
}

func (p *parser) bracesSelector() ast.Selector {
	if k := p.at(2); k != tokRBrace && !startsSelector(k) {
		p.noViable(2)
		return nil
	}
	p.next()
	if p.accept(tokRBrace) {
		return ast.SetSelector{}
	}
	first := p.selector()
	switch p.at(1) {
	case tokColon:
		return p.mapSelector(first)
	case tokComma, tokRBrace:
	default:
		p.noViable(1)
		return nil
	}
	s := ast.SetSelector{Elements: []ast.Selector{first}}
	for p.accept(tokComma) {
		s.Elements = append(s.Elements, p.selector())
	}
	p.match(tokRBrace)
	return s
}

func (p *parser) mapSelector(key ast.Selector) ast.Selector {
	p.match(tokColon)
	m := ast.MapSelector{Entries: []ast.SelectorEntry{{Key: key, Value: p.selector()}}}
	for p.accept(tokComma) {
		key = p.selector()
		p.match(tokColon)
		m.Entries = append(m.Entries, ast.SelectorEntry{Key: key, Value: p.selector()})
	}
	p.match(tokRBrace)
	return m
}

// simpleSelector reads a column, a constant, a marker or a function.
func (p *parser) simpleSelector() ast.Selector {
	switch p.predictSelector() {
	case formName:
		return ast.ColumnSelector{Name: p.ident()}
	case formTerm:
		return p.literalSelector()
	case formFunction:
		return p.functionSelector()
	}
	return nil
}

// The alternatives of a simple selector.
type selectorForm uint8

const (
	noForm selectorForm = iota
	formName
	formTerm
	formFunction
)

// selectorEnds reports whether the n-th token may follow a simple selector; a bracket may open a modifier.
func (p *parser) selectorEnds(n int) bool {
	k := p.at(n)
	if k != tokLBracket && !groupFollow.has(k) {
		return false
	}
	if k != tokEOF {
		p.saw(n)
	}
	return true
}

func (p *parser) stuckSelector(n int) selectorForm {
	p.noViable(n)
	return noForm
}

func (p *parser) predictSelector() selectorForm {
	k := p.at(1)
	switch {
	case k == kwToken:
		p.saw(1)
		return formFunction
	case k.is(isConstant) || k == tokColon || k == kwNull:
		p.saw(1)
		return formTerm
	case k == tokQMark:
		if p.at(2) == tokDot {
			return p.predictDotted(formTerm)
		}
		if p.selectorEnds(2) {
			return formTerm
		}
		return p.stuckSelector(2)
	case !k.is(isName):
		return p.stuckSelector(1)
	}
	switch p.at(2) {
	case tokDot:
		return p.predictDotted(formName)
	case tokLParen:
		if !k.in(kwDistinct, kwJson, kwKey) {
			p.saw(2)
			return formFunction
		}
	}
	if p.selectorEnds(2) {
		return formName
	}
	return p.stuckSelector(2)
}

// predictDotted decides at name . : a field of it, or a function of that keyspace.
func (p *parser) predictDotted(field selectorForm) selectorForm {
	k := p.at(3)
	switch {
	case k == kwToken:
		p.saw(3)
		return formFunction
	case k.is(isSpecial) && k != kwCount:
		p.saw(3)
		return field
	case !k.is(isName):
		return p.stuckSelector(3)
	case p.at(4) == tokLParen:
		p.saw(4)
		return formFunction
	case p.at(4) == tokDot:
		p.saw(4)
		return field
	case p.selectorEnds(4):
		return field
	}
	return p.stuckSelector(4)
}

func (p *parser) literalSelector() ast.Selector {
	switch k := p.at(1); {
	case k == kwNull:
		p.next()
		return ast.TermSelector{Term: ast.Literal{Kind: ast.Null}}
	case k.is(isConstant):
		return ast.TermSelector{Term: p.constant()}
	}
	return ast.TermSelector{Term: p.bindMarker()}
}

func (p *parser) functionSelector() ast.Selector {
	k := p.at(1)
	if k.in(kwCount, kwMaxWriteTime, kwWriteTime, kwTtl, kwCast) && p.at(2) == tokLParen {
		if s := p.builtIn(k); s != nil || p.failed {
			return s
		}
	} else {
		p.saw(1)
	}
	f := ast.FunctionSelector{Function: p.functionName()}
	p.match(tokLParen)
	if startsSelector(p.at(1)) {
		f.Args = p.selectorList()
	}
	p.match(tokRParen)
	return f
}

// builtIn reads the calls with a syntax of their own; nil means an ordinary call of count.
func (p *parser) builtIn(k kind) ast.Selector {
	p.saw(2)
	switch k {
	case kwCount:
		switch n := p.at(3); {
		case n == tokStar:
			p.saw(3)
			p.words(kwCount, tokLParen, tokStar, tokRParen)
			return ast.CountRowsSelector{}
		case n != tokRParen && !startsSelector(n):
			p.noViable(3)
		default:
			p.saw(3)
		}
		return nil
	case kwCast:
		p.words(kwCast, tokLParen)
		c := ast.CastSelector{Of: p.selector()}
		p.match(kwAs)
		c.Type = p.nativeType()
		p.match(tokRParen)
		return c
	}
	info := ast.TTL
	switch k {
	case kwWriteTime:
		info = ast.WriteTime
	case kwMaxWriteTime:
		info = ast.MaxWriteTime
	}
	p.words(k, tokLParen)
	s := p.modifiers(ast.ColumnSelector{Name: p.ident()})
	p.match(tokRParen)
	return ast.CellInfoSelector{Info: info, Of: s}
}
