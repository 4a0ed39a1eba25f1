package parse

import (
	"math"
	"strconv"
	"strings"

	"alexandra/internal/cql/ast"
)

// startsTerm reports whether a term may begin with the kind.
func startsTerm(k kind) bool {
	return k.is(isConstant|isName) || k.in(tokLParen, tokMinus, tokColon, tokLBracket, tokLBrace, kwNull, kwToken, tokQMark)
}

// termFollow are the tokens that may follow a sum of terms.
var termFollow = setOf(tokRParen, tokComma, tokColon, tokSemi, tokRBracket, tokRBrace, tokEOF, kwAllow, kwAnd, kwApply,
	kwAsc, kwDelete, kwDesc, kwGroup, kwIf, kwInsert, kwLimit, kwOrder, kwPer, kwPrimary, kwUpdate, kwWhere, tokRange)

// simpleTermFollow are those that may follow a factor, besides the operators.
var simpleTermFollow = func() kindSet {
	s := termFollow
	for _, k := range []kind{tokPercent, tokPlus, tokMinus, tokSlash, tokStar, kwAs} {
		s[k] = true
	}
	return s
}()

// castlessFollow are those that may follow a string in parentheses that is no type.
var castlessFollow = func() kindSet {
	s := simpleTermFollow
	for _, k := range []kind{tokColon, kwAs, kwGroup, kwPer} {
		s[k] = false
	}
	return s
}()

func (p *parser) term() ast.Term {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	left := p.product()
	for op := p.predictSum(); op != 0; op = p.predictSum() {
		p.next()
		left = ast.Arithmetic{Op: op, Left: left, Right: p.product()}
	}
	return left
}

// predictSum decides whether the sum goes on: after "c = term + c" the column belongs to the assignment.
func (p *parser) predictSum() ast.ArithmeticOp {
	switch k := p.at(1); {
	case k == tokMinus:
		p.saw(1)
		return ast.Subtract
	case k == tokPlus:
		return p.predictPlus()
	case !termFollow.has(k):
		p.noViable(1)
	case k != tokEOF:
		p.saw(1)
	}
	return 0
}

func (p *parser) predictPlus() ast.ArithmeticOp {
	k := p.at(2)
	switch {
	case k == tokEmptyQuotedName:
		p.saw(2)
		return 0
	case k.is(isName):
		switch p.at(3) {
		case tokComma, kwWhere:
			p.saw(3)
			return 0
		case tokDot:
			p.saw(3)
			return ast.Add
		case tokLParen:
			if isCallable(k) {
				p.saw(3)
				return ast.Add
			}
		}
		p.noViable(3)
		return 0
	case startsTerm(k):
		p.saw(2)
		return ast.Add
	}
	p.noViable(2)
	return 0
}

func (p *parser) product() ast.Term {
	left := p.factor()
	for {
		op := productOp(p.at(1))
		if op == 0 {
			return left
		}
		p.next()
		left = ast.Arithmetic{Op: op, Left: left, Right: p.factor()}
	}
}

func productOp(k kind) ast.ArithmeticOp {
	switch k {
	case tokStar:
		return ast.Multiply
	case tokSlash:
		return ast.Divide
	case tokPercent:
		return ast.Modulo
	}
	return 0
}

func (p *parser) factor() ast.Term {
	switch k := p.at(1); {
	case k == tokMinus:
		p.next()
		return ast.Negation{Term: p.simpleTerm()}
	case startsTerm(k):
		return p.simpleTerm()
	}
	p.noViable(1)
	return nil
}

// The alternatives of a simple term.
type termForm uint8

const (
	formNone termForm = iota
	formValue
	formCall
	formHint
	formCast
)

func (p *parser) simpleTerm() ast.Term {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	switch p.predictSimpleTerm() {
	case formValue:
		return p.value()
	case formCall:
		return p.call()
	case formHint:
		p.next()
		t := p.comparatorType()
		p.match(tokRParen)
		return ast.TypeHint{Type: t, Term: p.simpleTerm()}
	case formCast:
		p.next()
		p.match(tokLParen)
		t := p.simpleTerm()
		p.match(kwAs)
		n := p.nativeType()
		p.match(tokRParen)
		return ast.CastTerm{Term: t, Type: n}
	}
	return nil
}

// chose ends a prediction that saw n tokens.
func (p *parser) chose(form termForm, n int) termForm {
	if p.at(n) != tokEOF {
		p.saw(n)
	}
	return form
}

func (p *parser) stuck(n int) termForm {
	p.noViable(n)
	return formNone
}

func (p *parser) predictSimpleTerm() termForm {
	k := p.at(1)
	switch {
	case k.is(isConstant) || k.in(tokColon, tokLBracket, tokLBrace, kwNull):
		return p.chose(formValue, 1)
	case k == tokLParen:
		return p.predictParenthesis()
	case k == tokQMark:
		if p.at(2) == tokDot {
			return p.chose(formCall, 2)
		}
		if !simpleTermFollow.has(p.at(2)) {
			return p.stuck(2)
		}
		return p.chose(formValue, 2)
	case k == kwCast:
		switch p.at(2) {
		case tokDot:
			return p.chose(formCall, 2)
		case tokLParen:
			return p.chose(formCast, 2)
		}
		return p.stuck(2)
	case k.is(isName) || k == kwToken:
		return p.chose(formCall, 1)
	}
	return p.stuck(1)
}

// predictParenthesis tells (type)term from the tuple (a, b).
func (p *parser) predictParenthesis() termForm {
	k := p.at(2)
	switch {
	case k == tokString:
		return p.predictString()
	case k == kwSet:
		return p.chose(formHint, 2)
	case k.is(isName):
		return p.predictName(k)
	case startsTerm(k):
		return p.chose(formValue, 2)
	}
	return p.stuck(2)
}

// predictName decides at ( name.
func (p *parser) predictName(k kind) termForm {
	parametrized := k.in(kwFrozen, kwList, kwMap, kwTuple, kwVector)
	typeName := k.is(isIdent|isUnreserved|isNativeType) || k == kwKey
	switch p.at(3) {
	case tokDot:
		return p.predictQualified()
	case tokLParen:
		if isCallable(k) {
			return p.chose(formValue, 3)
		}
	case tokRParen:
		if typeName {
			return p.chose(formHint, 3)
		}
	case tokLT:
		if parametrized {
			return p.chose(formHint, 3)
		}
	}
	return p.stuck(3)
}

// predictQualified decides at ( keyspace . name.
func (p *parser) predictQualified() termForm {
	k := p.at(4)
	switch {
	case k.is(isNativeType) || k.in(kwCount, kwToken):
		return p.chose(formValue, 4)
	case k == kwKey:
		return p.chose(formHint, 4)
	case k.is(isIdent | isUnreserved):
		switch p.at(5) {
		case tokLParen:
			return p.chose(formValue, 5)
		case tokRParen:
			return p.chose(formHint, 5)
		}
		return p.stuck(5)
	}
	return p.stuck(4)
}

// predictString decides at ( 'string': a custom type or a tuple.
func (p *parser) predictString() termForm {
	k := p.at(3)
	if k.in(tokPercent, tokPlus, tokComma, tokMinus, tokSlash, tokStar) {
		return p.chose(formValue, 3)
	}
	if k != tokRParen {
		return p.stuck(3)
	}
	k = p.at(4)
	switch {
	case k == kwPer:
		return p.predictKeyword(kwPartition)
	case k == kwGroup:
		return p.predictKeyword(kwBy)
	case k == kwAs:
		if p.at(5).is(isNativeType) {
			return p.chose(formValue, 5)
		}
		return p.predictKeyword(tokNone)
	case k == tokColon:
		return p.predictColon()
	case castlessFollow.has(k):
		return p.chose(formValue, 4)
	case k.is(isConstant|isName) || k.in(tokLParen, tokLBracket, tokLBrace, kwNull, kwToken, tokQMark):
		return p.chose(formHint, 4)
	}
	return p.stuck(4)
}

// predictKeyword decides at ( 'string' ) keyword: the clause that begins with it, or a function of that name.
func (p *parser) predictKeyword(second kind) termForm {
	switch k := p.at(5); {
	case k == second && k != tokNone:
		return p.chose(formValue, 5)
	case k == tokLParen || k == tokDot:
		return p.chose(formHint, 5)
	}
	return p.stuck(5)
}

// predictColon decides at ( 'string' ) : , where a value of a map follows, or a named marker.
func (p *parser) predictColon() termForm {
	k := p.at(5)
	switch {
	case k.is(isName):
		n := p.at(6)
		switch {
		case n == tokDot || n == tokLParen && isCallable(k):
			return p.chose(formValue, 6)
		case simpleTermFollow.has(n):
			return p.chose(formHint, 6)
		}
		return p.stuck(6)
	case startsTerm(k):
		return p.chose(formValue, 5)
	}
	return p.stuck(5)
}

// call reads function(args).
func (p *parser) call() ast.Term {
	if !p.predictCall() {
		return nil
	}
	f := ast.FunctionCall{Function: p.functionName()}
	p.match(tokLParen)
	if p.at(1) != tokRParen {
		f.Args = p.termList()
	}
	p.match(tokRParen)
	return f
}

// predictCall reads ahead to the first argument, to tell f() from f(args).
func (p *parser) predictCall() bool {
	n, k := 1, p.at(1)
	switch {
	case k == kwToken:
	case isCallable(k) && k != kwCast:
		if p.at(2) == tokDot {
			n = 3
		}
	case k == tokQMark || k.is(isSpecial):
		if p.at(2) != tokDot {
			return p.noViable(2)
		}
		n = 3
	default:
		return p.noViable(1)
	}
	if k = p.at(n); n == 3 && (!isCallable(k) || k == kwCast) && k != kwToken {
		return p.noViable(3)
	}
	if p.at(n+1) != tokLParen {
		return p.noViable(n + 1)
	}
	if k = p.at(n + 2); k != tokRParen && !startsTerm(k) {
		return p.noViable(n + 2)
	}
	p.saw(n + 2)
	return true
}

// isCallable reports whether a call may begin with the kind and a parenthesis.
func isCallable(k kind) bool {
	return k.is(isIdent|isUnreserved|isNativeType) || k == kwCast || k == kwCount
}

// termList reads one term or more.
func (p *parser) termList() []ast.Term {
	var list []ast.Term
	p.list(func() { list = append(list, p.term()) })
	return list
}

func (p *parser) value() ast.Term {
	k := p.at(1)
	switch {
	case k.is(isConstant):
		p.saw(1)
		return p.constant()
	case k == kwNull:
		p.saw(1)
		p.next()
		return ast.Literal{Kind: ast.Null}
	case k == tokLBracket:
		p.saw(1)
		return p.listLiteral()
	case k == tokLBrace:
		return p.braces()
	case k == tokLParen:
		p.saw(1)
		return p.tupleLiteral()
	case k == tokColon || k == tokQMark:
		p.saw(1)
		return p.bindMarker()
	}
	p.noViable(1)
	return nil
}

var literalKinds = map[kind]ast.LiteralKind{
	tokString: ast.String, tokInteger: ast.Integer, tokFloat: ast.Float, tokBoolean: ast.Boolean,
	tokDuration: ast.Duration, tokUUID: ast.UUID, tokHexNumber: ast.Hex,
}

func (p *parser) constant() ast.Literal {
	t := p.next()
	switch t.kind {
	case kwNan, tokNegNaN:
		return ast.Literal{Kind: ast.Float, Text: "NaN"}
	case kwInfinity:
		return ast.Literal{Kind: ast.Float, Text: "Infinity"}
	case tokNegInfinity:
		return ast.Literal{Kind: ast.Float, Text: "-Infinity"}
	}
	l := ast.Literal{Kind: literalKinds[t.kind], Text: p.text(t)}
	if l.Kind == ast.Float {
		p.checkFloat(l.Text)
	}
	return l
}

// checkFloat fails for floats that Java's BigDecimal and double cannot hold.
func (p *parser) checkFloat(text string) {
	const class = "NumberFormatException"
	e := strings.IndexAny(text, "eE")
	if e < 0 && len(text) < 300 {
		return
	}
	if e >= 0 {
		exponent := strings.TrimLeft(strings.TrimLeft(text[e+1:], "+-"), "0")
		if len(exponent) > 10 {
			p.crash(class, "Too many nonzero exponent digits.")
		}
		if n, _ := strconv.ParseInt(exponent, 10, 64); n > math.MaxInt32 {
			p.crash(class, "Exponent overflow.")
		}
	}
	if v, _ := strconv.ParseFloat(text, 64); math.IsInf(v, 0) {
		p.crash(class, `Character I is neither a decimal digit number, decimal point, nor "e" notation exponential mark.`)
	}
}

func (p *parser) listLiteral() ast.Term {
	var l ast.ListLiteral
	p.next()
	if startsTerm(p.at(1)) {
		l.Elements = p.termList()
	}
	p.match(tokRBracket)
	return l
}

func (p *parser) tupleLiteral() ast.TupleLiteral {
	p.match(tokLParen)
	t := ast.TupleLiteral{Elements: p.termList()}
	p.match(tokRParen)
	return t
}

// braces reads a set, a map or a user type.
func (p *parser) braces() ast.Term {
	k := p.at(2)
	switch {
	case k.is(isName):
		switch n := p.at(3); {
		case n == tokColon:
			p.saw(3)
			return p.userTypeLiteral()
		case n == tokDot || n == tokLParen && isCallable(k):
			p.saw(3)
		default:
			p.noViable(3)
			return nil
		}
	case k == tokRBrace || startsTerm(k):
		p.saw(2)
	default:
		p.noViable(2)
		return nil
	}
	p.next()
	if p.accept(tokRBrace) {
		return ast.SetLiteral{}
	}
	first := p.term()
	switch p.at(1) {
	case tokColon:
		return p.mapLiteral(first)
	case tokComma, tokRBrace:
		return p.setLiteral(first)
	}
	p.noViable(1)
	return nil
}

func (p *parser) mapLiteral(key ast.Term) ast.Term {
	p.match(tokColon)
	m := ast.MapLiteral{Entries: []ast.MapEntry{{Key: key, Value: p.term()}}}
	for p.accept(tokComma) {
		key = p.term()
		p.match(tokColon)
		m.Entries = append(m.Entries, ast.MapEntry{Key: key, Value: p.term()})
	}
	p.match(tokRBrace)
	return m
}

func (p *parser) setLiteral(first ast.Term) ast.Term {
	s := ast.SetLiteral{Elements: []ast.Term{first}}
	for p.accept(tokComma) {
		s.Elements = append(s.Elements, p.term())
	}
	p.match(tokRBrace)
	return s
}

func (p *parser) userTypeLiteral() ast.Term {
	var u ast.UserTypeLiteral
	p.next()
	p.list(func() {
		f := ast.UserTypeField{Name: p.ident()}
		p.match(tokColon)
		f.Value = p.term()
		u.Fields = append(u.Fields, f)
	})
	p.match(tokRBrace)
	return u
}

// integerValue reads an integer or a bind marker.
func (p *parser) integerValue() ast.Term {
	if p.at(1) == tokInteger {
		return p.constant()
	}
	return p.bindMarker()
}
