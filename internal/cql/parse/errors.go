package parse

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"alexandra/internal/cqlerr"
)

// reject fails with a message that has no position: Cassandra's parser makes these in its actions.
func (p *parser) reject(format string, args ...any) {
	if p.failed {
		return
	}
	p.failed = true
	p.err = cqlerr.Syntax(format, args...)
}

// check fails unless ok holds. Cassandra makes no such checks while it tries an alternative, so that the failure waits
// until the attempt has succeeded.
func (p *parser) check(ok bool, format string, args ...any) {
	if !ok {
		p.refuse(cqlerr.Syntax(format, args...))
	}
}

// crash fails the way Cassandra does when an action throws a Java exception.
func (p *parser) crash(class, message string) {
	p.check(false, "Failed parsing statement: [%s] reason: %s %s", p.lex.text, class, message)
}

// pendingCheck is check for a failure that only counts once the rule is complete: Cassandra looks at maps of options
// after it has read them. flush lets it count.
func (p *parser) pendingCheck(ok bool, format string, args ...any) {
	if !ok && p.pending == nil {
		p.pending = cqlerr.Syntax(format, args...)
	}
}

func (p *parser) flush() {
	if p.pending != nil && p.trying == 0 {
		p.refuse(p.pending)
	}
}

// stumble turns the failure of a rule into what Cassandra makes of it where it goes on without the rule's result.
func (p *parser) stumble(message string) {
	if p.failed && p.lex.err == "" && p.trying == 0 {
		p.failed, p.err = false, nil
		p.crash("NullPointerException", message)
	}
}

func (p *parser) refuse(err *cqlerr.Error) {
	switch {
	case p.failed:
	case p.trying == 0:
		p.failed = true
		p.err = err
	case p.pending == nil:
		p.pending = err
	}
}

// noViable fails at the n-th token, where a prediction got stuck. It returns false, for predictions that return a bool.
func (p *parser) noViable(n int) bool {
	p.unexpected(n, "no viable alternative at input ", "")
	return false
}

// mismatch fails at the current token, where another one had to be.
func (p *parser) mismatch(want string) { p.unexpected(1, "mismatched input ", " expecting "+want) }

func (p *parser) unexpected(n int, reason, tail string) {
	if p.failed {
		return
	}
	t := p.token(n)
	if p.failed { // a lexical error on the way
		return
	}
	p.failed = true
	if p.trying > 0 {
		return
	}
	around, crash := p.snippet()
	if crash != "" {
		p.failed = false
		p.crash("StringIndexOutOfBoundsException", crash)
		return
	}
	place, shown := "0:-1", "<EOF>"
	if t.kind != tokEOF {
		line, column := position(p.lex.text, int(t.start))
		place, shown = fmt.Sprintf("%d:%d", line, column), p.shown(t)
	}
	p.err = cqlerr.Syntax("line %s %s'%s'%s%s", place, reason, shown, tail, around)
}

// shown is a token in a message.
func (p *parser) shown(t token) string {
	if t.kind == tokEmptyQuotedName {
		return `""`
	}
	return escape.Replace(p.text(t))
}

var escape = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`)

func (p *parser) lexicalError() {
	p.failed = true
	if p.err == nil {
		line, column := position(p.lex.text, p.lex.at)
		p.err = cqlerr.Syntax("%s", fmt.Sprintf("line %d:%d %s", line, column, p.lex.err))
	}
}

// position is the line of an offset, from 1, and its column, from 0 in UTF-16 units.
func position(text string, offset int) (line, column int) {
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), units(before[start:])
}

// units is the length of a text in UTF-16 units, which are Java's characters.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// Cassandra shows this many tokens (space and comments count) around the current one.
const (
	tokensBefore = 10
	tokensAfter  = 2
)

// place is a token in the lines of the text. The length is that of its meaning: strings have no quotes.
type place struct{ line, column, length int }

// snippet is the query around the current token, with a space before it. There is none where it would touch the end of
// the text. Lines are joined without their breaks. Instead of it, crash is what Java's exception says when the current
// token does not end in the line where it begins.
func (p *parser) snippet() (text, crash string) {
	all := p.readAgain()
	current := 0
	for seen := 0; current < len(all); current++ {
		if k := all[current].kind; k != tokSpace && k != tokComment {
			if seen++; seen > p.pos {
				break
			}
		}
	}
	current = min(current, len(all)-1)
	first, last := max(0, current-tokensBefore), min(len(all)-1, current+tokensAfter)
	if all[last].kind == tokEOF {
		return "", ""
	}
	from, to, here := p.place(all[first]), p.place(all[last]), p.place(all[current])
	lines := javaLines(p.lex.text)
	atStart := from.line == 0 && from.column == 0
	atEnd := to.line == len(lines)-1 && to.column+to.length == len(lines[to.line])
	if max(to.line, here.line) >= len(lines) {
		return "", ""
	}
	lines[to.line] = lines[to.line][:min(len(lines[to.line]), to.column+to.length)]
	for _, mark := range []struct {
		at   int
		char uint16
	}{{here.column + here.length, ']'}, {here.column, '['}} {
		l := lines[here.line]
		if mark.at > len(l) { // a token of several lines
			return "", fmt.Sprintf("begin 0, end %d, length %d", mark.at, len(l))
		}
		lines[here.line] = append(append(append([]uint16{}, l[:mark.at]...), mark.char), l[mark.at:]...)
	}
	lines[from.line] = lines[from.line][min(from.column, len(lines[from.line])):]

	var b strings.Builder
	b.WriteString(" (")
	if !atStart {
		b.WriteString("...")
	}
	for i := from.line; i <= to.line; i++ {
		// A cut may halve a character beyond U+FFFF; Java's encoder makes a question mark of each half.
		b.WriteString(strings.ReplaceAll(string(utf16.Decode(lines[i])), "\uFFFD", "?"))
	}
	if !atEnd {
		b.WriteString("...")
	}
	b.WriteByte(')')
	return b.String(), ""
}

// readAgain lists the tokens read so far, hidden ones included.
func (p *parser) readAgain() []token {
	l := lexer{text: p.lex.text}
	all := make([]token, 0, 2*len(p.tokens))
	for seen := 0; seen < len(p.tokens); {
		t := l.next()
		all = append(all, t)
		if t.kind != tokSpace && t.kind != tokComment {
			seen++
		}
	}
	return all
}

func (p *parser) place(t token) place {
	line, column := position(p.lex.text, int(t.start))
	return place{line: line - 1, column: column, length: units(p.text(t))}
}

// javaLines splits the text as Java does: empty lines at the end do not count.
func javaLines(text string) [][]uint16 {
	var lines [][]uint16
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		lines = append(lines, utf16.Encode([]rune(l)))
	}
	return lines
}
