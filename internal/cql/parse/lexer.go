package parse

import (
	"strings"
	"unicode/utf8"
)

// lexer cuts the text into tokens. The zero position is the start of the text.
type lexer struct {
	text string
	pos  int
	err  string // the first lexical error, without its position
	at   int    // where it is
}

const eof = -1

// peek is the byte at an offset from the position, or eof.
func (l *lexer) peek(n int) int {
	if i := l.pos + n; i < len(l.text) {
		return int(l.text[i])
	}
	return eof
}

// next returns the next token, hidden ones (space and comments) included. After an error it returns tokNone for ever.
func (l *lexer) next() token {
	if l.err != "" {
		return token{}
	}
	start := l.pos
	k := l.scan()
	if l.err != "" {
		return token{}
	}
	return token{kind: k, start: int32(start), end: int32(l.pos)}
}

func (l *lexer) scan() kind {
	c := l.peek(0)
	switch {
	case c == eof:
		return tokEOF
	case isSpace(c):
		for isSpace(l.peek(0)) {
			l.pos++
		}
		return tokSpace
	case isLetter(c):
		return l.word()
	case isDigit(c):
		return l.number()
	}
	return l.symbol(c)
}

// single are the tokens of one character that begin no longer token.
var single = [128]kind{
	'%': tokPercent, '(': tokLParen, ')': tokRParen, ',': tokComma, ':': tokColon, ';': tokSemi, '=': tokEQ,
	'[': tokLBracket, ']': tokRBracket, '*': tokStar, '{': tokLBrace, '}': tokRBrace, '?': tokQMark,
}

func (l *lexer) symbol(c int) kind {
	if c < 128 && single[c] != tokNone {
		l.pos++
		return single[c]
	}
	switch c {
	case '\'':
		return l.quoted('\'', tokString)
	case '"':
		return l.quotedName()
	case '$':
		return l.dollarString()
	case '+':
		return l.oneOrTwo('=', tokPlus, tokPlusEq)
	case '<':
		return l.oneOrTwo('=', tokLT, tokLE)
	case '>':
		return l.oneOrTwo('=', tokGT, tokGE)
	case '.':
		return l.oneOrTwo('.', tokDot, tokRange)
	case '!':
		l.pos++
		return l.expect("=", tokNE)
	case '-':
		return l.minus()
	case '/':
		return l.slash()
	}
	return l.noViable()
}

// oneOrTwo reads a character that stands alone or before second.
func (l *lexer) oneOrTwo(second int, alone, both kind) kind {
	l.pos++
	if l.peek(0) != second {
		return alone
	}
	l.pos++
	return both
}

func (l *lexer) minus() kind {
	switch c := l.peek(1); {
	case c == '=':
		l.pos += 2
		return tokMinusEq
	case c == '-':
		return l.lineComment()
	case isDigit(c):
		return l.number()
	case c == 'P':
		l.pos++
		return l.signedPeriod()
	case c == 'n' || c == 'N':
		l.pos++
		return l.fold("nan", tokNegNaN)
	case c == 'i' || c == 'I':
		l.pos++
		return l.fold("infinity", tokNegInfinity)
	}
	l.pos++
	return tokMinus
}

func (l *lexer) slash() kind {
	switch l.peek(1) {
	case '/':
		return l.lineComment()
	case '*':
		return l.blockComment()
	}
	l.pos++
	return tokSlash
}

// lineComment reads -- or // to the end of the line, which must not be the end of the text.
func (l *lexer) lineComment() kind {
	n := strings.IndexAny(l.text[l.pos:], "\n\r")
	if n < 0 {
		l.pos = len(l.text)
		return l.mismatch("set null")
	}
	l.pos += n + 1
	return tokComment
}

func (l *lexer) blockComment() kind {
	n := strings.Index(l.text[l.pos+2:], "*/")
	if n < 0 {
		want := "'*'"
		if l.pos+2 < len(l.text) && l.text[len(l.text)-1] == '*' {
			want = "'/'"
		}
		l.pos = len(l.text)
		return l.mismatch(want)
	}
	l.pos += n + 4
	return tokComment
}

// quoted reads a text between quotes; a doubled quote stands for itself.
func (l *lexer) quoted(quote byte, k kind) kind {
	l.pos++
	for {
		n := strings.IndexByte(l.text[l.pos:], quote)
		if n < 0 {
			l.pos = len(l.text)
			return l.mismatch("'" + string(rune(quote)) + "'")
		}
		l.pos += n + 1
		if l.peek(0) != int(quote) {
			return k
		}
		l.pos++
	}
}

func (l *lexer) quotedName() kind {
	if l.peek(1) == eof {
		l.pos++
		return l.noViable()
	}
	if l.peek(1) == '"' && l.peek(2) != '"' {
		l.pos += 2
		return tokEmptyQuotedName
	}
	return l.quoted('"', tokQuotedName)
}

// dollarString reads $$text$$. Without an end, the error is at the last character.
func (l *lexer) dollarString() kind {
	l.pos++
	if l.peek(0) != '$' {
		return l.mismatch("'$'")
	}
	l.pos++
	if n := strings.Index(l.text[l.pos:], "$$"); n >= 0 {
		l.pos += n + 2
		return tokString
	}
	if l.pos < len(l.text) {
		_, size := utf8.DecodeLastRuneInString(l.text)
		l.pos = len(l.text) - size
		if l.peek(0) == '$' {
			l.pos++
		}
	}
	return l.mismatch("'$'")
}

// word reads a keyword, an identifier, or what else begins with a letter: a UUID, a period, expr(.
func (l *lexer) word() kind {
	if l.atUUID() {
		return l.uuid()
	}
	start := l.pos
	end := start + 1
	for end < len(l.text) && isWordByte(l.text[end]) {
		end++
	}
	l.pos = end
	w := l.text[start:end]
	if w[0] == 'P' && len(w) > 1 && (isDigit(int(w[1])) || w[1] == 'T') {
		if len(w) == 5 && allDigits(w[1:]) && l.peek(0) == '-' {
			l.pos = start
			return l.periodAlternative()
		}
		if isPeriod(w) {
			return tokDuration
		}
		return tokIdent
	}
	if w == "expr" && l.peek(0) == '(' {
		l.pos++
		return tokExpr
	}
	if k := lookupKeyword(w); k != tokNone {
		return k
	}
	return tokIdent
}

const longestKeyword = len("columnfamilies")

func lookupKeyword(w string) kind {
	if len(w) < 2 || len(w) > longestKeyword {
		return tokNone
	}
	var buf [longestKeyword]byte
	for i := range len(w) {
		c := w[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	return keywords[string(buf[:len(w)])]
}

// expect reads a fixed text.
func (l *lexer) expect(text string, k kind) kind {
	for i := range len(text) {
		if l.peek(0) != int(text[i]) {
			return l.mismatch("'" + text[i:i+1] + "'")
		}
		l.pos++
	}
	return k
}

// fold reads a fixed lower-case text in any case.
func (l *lexer) fold(text string, k kind) kind {
	for i := range len(text) {
		if c := l.peek(0); c == eof || c|0x20 != int(text[i]) {
			return l.mismatch("set null")
		}
		l.pos++
	}
	return k
}

func (l *lexer) fail(format, tail string) kind {
	l.err = format + l.display() + tail
	l.at = l.pos
	return tokNone
}

func (l *lexer) mismatch(want string) kind {
	return l.fail("mismatched character ", " expecting "+want)
}

func (l *lexer) noViable() kind { return l.fail("no viable alternative at character ", "") }

func (l *lexer) emptyLoop() kind {
	return l.fail("required (...)+ loop did not match anything at character ", "")
}

// display shows the character at the position the way ANTLR does. Java sees half of a character beyond U+FFFF, and its
// encoder makes a question mark of it.
func (l *lexer) display() string {
	if l.pos >= len(l.text) {
		return "'<EOF>'"
	}
	r, _ := utf8.DecodeRuneInString(l.text[l.pos:])
	switch {
	case r == '\n':
		return `'\n'`
	case r == '\r':
		return `'\r'`
	case r == '\t':
		return `'\t'`
	case r > 0xFFFF:
		return "'?'"
	}
	return "'" + string(r) + "'"
}

func isSpace(c int) bool  { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
func isDigit(c int) bool  { return c >= '0' && c <= '9' }
func isLetter(c int) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' && c < 128 && c > 0 }

func isHex(c int) bool {
	return isDigit(c) || c > 0 && c|0x20 >= 'a' && c|0x20 <= 'f'
}

func isWordByte(c byte) bool { return isLetter(int(c)) || isDigit(int(c)) || c == '_' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(int(s[i])) {
			return false
		}
	}
	return s != ""
}
