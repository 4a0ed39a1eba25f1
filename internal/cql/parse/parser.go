package parse

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// Result is a statement with what the parser alone knows of it.
type Result struct {
	Statement ast.Statement
	// Markers are the names of the bind markers in order of appearance, "" for ?. ast.Bind.Index indexes it.
	Markers []string
}

// maxDepth is how deep expressions, types and relations may nest. Cassandra runs out of stack at about the same depth.
const maxDepth = 5000

// parser reads one statement. Its first error sticks: from then on it sees only tokNone, so that every rule ends at
// once, without checks after each step.
type parser struct {
	lex    lexer
	tokens []token // those the grammar sees, as far as they were read
	pos    int     // the current token in tokens
	failed bool
	err    *cqlerr.Error
	// trying counts the attempts under way: then a failure has no message, and is taken back.
	trying  int
	pending *cqlerr.Error // what check found meanwhile
	depth   int
	markers []string
	inline  [48]token
}

// Statement parses one CQL statement; one or more semicolons may follow it. Errors are *cqlerr.Error.
func Statement(text string) (*Result, error) {
	p := &parser{lex: lexer{text: text}}
	p.tokens = p.inline[:0]
	stmt := p.statement()
	for p.accept(tokSemi) {
	}
	p.match(tokEOF)
	if p.err != nil {
		return nil, p.err
	}
	return &Result{Statement: stmt, Markers: p.markers}, nil
}

// Type parses a CQL type that stands alone, such as "map<text, frozen<address>>".
func Type(text string) (ast.Type, error) {
	p := &parser{lex: lexer{text: text}}
	p.tokens = p.inline[:0]
	t := p.comparatorType()
	p.match(tokEOF)
	if p.err != nil {
		return nil, p.err
	}
	return t, nil
}

// Term parses a term that stands alone, such as the INITCOND of an aggregate.
func Term(text string) (ast.Term, error) {
	p := &parser{lex: lexer{text: text}}
	p.tokens = p.inline[:0]
	t := p.term()
	p.match(tokEOF)
	if p.err != nil {
		return nil, p.err
	}
	return t, nil
}

// at is the kind of the n-th token from the current one, which is the first. It reads on as needed.
func (p *parser) at(n int) kind {
	if p.failed {
		return tokNone
	}
	return p.token(n).kind
}

func (p *parser) token(n int) token {
	i := p.pos + n - 1
	for i >= len(p.tokens) {
		if len(p.tokens) > 0 && p.tokens[len(p.tokens)-1].kind == tokEOF {
			return p.tokens[len(p.tokens)-1]
		}
		t := p.lex.next()
		switch t.kind {
		case tokNone:
			p.lexicalError()
			return token{}
		case tokSpace, tokComment:
		default:
			p.tokens = append(p.tokens, t)
		}
	}
	return p.tokens[i]
}

// saw is what a prediction ends with: ANTLR's automata read one token more than those they decide by.
func (p *parser) saw(n int) { p.at(n + 1) }

// next takes the current token.
func (p *parser) next() token {
	if p.failed {
		return token{}
	}
	t := p.token(1)
	if t.kind != tokEOF && t.kind != tokNone {
		p.pos++
		p.token(1)
	}
	return t
}

// accept takes the current token if it is of the kind.
func (p *parser) accept(k kind) bool {
	if p.at(1) != k {
		return false
	}
	p.next()
	return true
}

// match takes a token of the kind or fails.
func (p *parser) match(k kind) token {
	if p.at(1) == k {
		return p.next()
	}
	p.mismatch(k.name())
	return token{}
}

// words takes a row of keywords.
func (p *parser) words(kinds ...kind) {
	for _, k := range kinds {
		p.match(k)
	}
}

// list reads one element or more, with commas between them.
func (p *parser) list(element func()) {
	element()
	for p.accept(tokComma) {
		element()
	}
}

// ifExists reads IF EXISTS if it is there.
func (p *parser) ifExists() bool {
	if !p.accept(kwIf) {
		return false
	}
	p.match(kwExists)
	return true
}

// ifNotExists reads IF NOT EXISTS if it is there.
func (p *parser) ifNotExists() bool {
	if !p.accept(kwIf) {
		return false
	}
	p.words(kwNot, kwExists)
	return true
}

// try runs a rule and takes it back if it fails. A lexical error stays.
func (p *parser) try(rule func()) bool {
	if p.failed {
		return false
	}
	pos, markers, pending := p.pos, len(p.markers), p.pending
	p.trying++
	rule()
	p.trying--
	if !p.failed && p.trying == 0 && p.pending != nil {
		p.refuse(p.pending)
	}
	if !p.failed || p.err != nil {
		return !p.failed
	}
	p.failed = false
	p.pending = pending
	p.pos = pos
	p.markers = p.markers[:markers]
	return false
}

// enter counts a level of nesting, leave takes it back.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.reject("Statement is nested too deeply (more than %d levels)", maxDepth)
		return false
	}
	return !p.failed
}

func (p *parser) leave() { p.depth-- }

// source is the text of a token as it stands in the statement.
func (p *parser) source(t token) string { return p.lex.text[t.start:t.end] }

// text is the meaning of a token: the content of strings and quoted names, else its source.
func (p *parser) text(t token) string {
	s := p.source(t)
	switch t.kind {
	case tokString:
		if s[0] == '$' {
			return s[2 : len(s)-2]
		}
		return unquote(s, "'")
	case tokQuotedName:
		return unquote(s, `"`)
	}
	return s
}

func unquote(s, quote string) string {
	s = s[1 : len(s)-1]
	if strings.Contains(s, quote) {
		s = strings.ReplaceAll(s, quote+quote, quote)
	}
	return s
}

// folded is the text of a name: in lower case unless it is quoted.
func (p *parser) folded(t token) string {
	if t.kind == tokNone {
		return ""
	}
	if t.kind == tokQuotedName {
		return p.text(t)
	}
	return strings.ToLower(p.source(t))
}

// marker notes a bind marker.
func (p *parser) marker(name string) ast.Bind {
	p.markers = append(p.markers, name)
	return ast.Bind{Index: len(p.markers) - 1, Name: name}
}
