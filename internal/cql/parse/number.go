package parse

import "strings"

// number reads what begins with a digit, or with a minus and a digit: an integer, a float, a duration, a hex number or
// a UUID. Cassandra's lexer first decides which, with at most a few characters of look-ahead, and then insists on it:
// 1abc is a bad UUID, 1e5 a float, 1d2 a bad duration.
func (l *lexer) number() kind {
	if l.peek(0) == '-' {
		return l.longNumber(1)
	}
	if l.peek(0) == '0' && (l.peek(1) == 'x' || l.peek(1) == 'X') {
		return l.hexNumber()
	}
	for n := 1; n < 8; n++ {
		switch c := l.peek(n); {
		case isDigit(c):
		case isUnit(c):
			return l.duration()
		case c == '.':
			return l.float()
		case c == 'e' || c == 'E':
			return l.afterE(n + 1)
		case c == 'd' || c == 'D':
			return l.afterD(n + 1)
		case isHex(c):
			return l.uuid()
		default:
			return l.integer()
		}
	}
	if l.peek(8) == '-' {
		return l.uuid()
	}
	return l.longNumber(8)
}

// isUnit reports whether a duration's unit may begin with c, other than the hex digit d.
func isUnit(c int) bool {
	return c >= 0 && (c == 0xC2 || c < 128 && strings.IndexByte("hmnsuwyHMNSUWY", byte(c)) >= 0)
}

// longNumber decides about a number that cannot be a UUID; n characters are known.
func (l *lexer) longNumber(n int) kind {
	for isDigit(l.peek(n)) {
		n++
	}
	switch c := l.peek(n); {
	case isUnit(c) || c == 'd' || c == 'D':
		return l.duration()
	case c == '.' || c == 'e' || c == 'E':
		return l.float()
	}
	return l.integer()
}

// afterE decides after digits and an e: a float, or a UUID of which n digits are known.
func (l *lexer) afterE(n int) kind {
	c := l.peek(n)
	switch {
	case c == '+':
		return l.float()
	case c == '-' && n == 8:
		return l.floatOrUUID()
	case c == '-':
		return l.float()
	case n < 8 && isHex(c) && !isDigit(c):
		return l.uuid()
	case !isDigit(c):
		l.pos += n
		return l.noViable()
	}
	for n++; n <= 8; n++ {
		c = l.peek(n)
		switch {
		case n == 8 && c == '-':
			return l.uuid()
		case n < 8 && isDigit(c):
		case n < 8 && isHex(c):
			return l.uuid()
		default:
			return l.float()
		}
	}
	return l.float()
}

// floatOrUUID decides about 1234567e-: four hex digits and another minus make it a UUID.
func (l *lexer) floatOrUUID() kind {
	for n := 9; n < 13; n++ {
		c := l.peek(n)
		switch {
		case isDigit(c):
		case isHex(c):
			return l.uuid()
		case n == 9:
			l.pos += n
			return l.noViable()
		default:
			return l.float()
		}
	}
	if l.peek(13) == '-' {
		return l.uuid()
	}
	return l.float()
}

// afterD decides after digits and a d: a duration, or a UUID of which n digits are known.
func (l *lexer) afterD(n int) kind {
	afterUnit := true // a unit has just ended
	for ; ; n++ {
		c := l.peek(n)
		switch {
		case n == 8 && c == '-':
			return l.uuid()
		case n == 8 && !afterUnit && (isDigit(c) || isUnit(c) || c == 'd' || c == 'D'):
			return l.duration()
		case n < 8 && isDigit(c):
			afterUnit = false
		case n < 8 && !afterUnit && (c == 'd' || c == 'D'):
			afterUnit = true
		case n < 8 && isHex(c):
			return l.uuid()
		case n < 8 && !afterUnit && isUnit(c):
			return l.duration()
		case afterUnit:
			return l.duration()
		default:
			l.pos += n
			return l.noViable()
		}
	}
}

func (l *lexer) skipMinus() {
	if l.peek(0) == '-' {
		l.pos++
	}
}

// digits reads one digit or more.
func (l *lexer) digits() bool {
	if !isDigit(l.peek(0)) {
		l.emptyLoop()
		return false
	}
	for isDigit(l.peek(0)) {
		l.pos++
	}
	return true
}

func (l *lexer) integer() kind {
	l.skipMinus()
	l.digits()
	return tokInteger
}

func (l *lexer) float() kind {
	l.integer()
	if l.peek(0) == '.' {
		if l.peek(1) == '.' && l.peek(2) != '.' { // 1..2 is a slice
			return tokInteger
		}
		l.pos++
		for isDigit(l.peek(0)) {
			l.pos++
		}
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		l.pos++
		if c := l.peek(0); c == '+' || c == '-' {
			l.pos++
		}
		l.digits()
	}
	return tokFloat
}

func (l *lexer) hexNumber() kind {
	l.pos += 2
	for isHex(l.peek(0)) {
		l.pos++
	}
	return tokHexNumber
}

// duration reads digits and units, one pair or more.
func (l *lexer) duration() kind {
	l.skipMinus()
	for {
		l.digits()
		if !l.unit() {
			return tokNone
		}
		if !isDigit(l.peek(0)) {
			return tokDuration
		}
	}
}

func (l *lexer) unit() bool {
	c := l.peek(0)
	if c == 0xC2 && l.peek(1) == 0xB5 { // µ
		l.pos += 2
		return l.fold("s", tokDuration) != tokNone
	}
	switch c | 0x20 {
	case 'y', 'w', 'd', 'h', 's':
		l.pos++
		return true
	case 'm':
		l.pos++
		if n := l.peek(0); n > 0 && (n|0x20 == 'o' || n|0x20 == 's') {
			l.pos++
		}
		return true
	case 'u', 'n':
		l.pos++
		return l.fold("s", tokDuration) != tokNone
	}
	l.noViable()
	return false
}

// uuidShape is the lengths of the groups of a UUID.
var uuidShape = [...]int{8, 4, 4, 4, 12}

// atUUID reports whether eight hex digits and a minus follow.
func (l *lexer) atUUID() bool {
	if l.peek(8) != '-' {
		return false
	}
	for i := range 8 {
		if !isHex(l.peek(i)) {
			return false
		}
	}
	return true
}

func (l *lexer) uuid() kind {
	for i, n := range uuidShape {
		if i > 0 {
			if l.peek(0) != '-' {
				return l.mismatch("'-'")
			}
			l.pos++
		}
		for range n {
			if !isHex(l.peek(0)) {
				return l.mismatch("set null")
			}
			l.pos++
		}
	}
	return tokUUID
}

// periodAlternative reads P0001-02-03T04:05:06.
func (l *lexer) periodAlternative() kind {
	for _, c := range "P####-##-##T##:##:##" {
		if c != '#' && l.peek(0) != int(c) {
			return l.mismatch("'" + string(c) + "'")
		}
		if c == '#' && !isDigit(l.peek(0)) {
			return l.mismatch("set null")
		}
		l.pos++
	}
	return tokDuration
}

// signedPeriod reads a period after a minus, where it cannot be an identifier.
func (l *lexer) signedPeriod() kind {
	start := l.pos
	end := start + 1
	for end < len(l.text) && (isDigit(int(l.text[end])) || strings.IndexByte("YMDWTHS", l.text[end]) >= 0) {
		end++
	}
	w := l.text[start:end]
	if len(w) == 5 && allDigits(w[1:]) && end < len(l.text) && l.text[end] == '-' {
		return l.periodAlternative()
	}
	for n := len(w); n > 2; n-- {
		if isPeriod(w[:n]) {
			l.pos = start + n
			return tokDuration
		}
	}
	l.pos = start + len(w)
	return l.noViable()
}

// isPeriod reports whether w is an ISO 8601 period with designators, as Cassandra's lexer takes it.
func isPeriod(w string) bool {
	date, clock, hasClock := strings.Cut(w[1:], "T")
	if hasClock && !designators(clock, "HMS") {
		return false
	}
	if date == "" {
		return hasClock
	}
	return designators(date, "YMD") || !hasClock && designators(date, "W")
}

// designators reports whether s is numbers with some of the units, in their order, at least one.
func designators(s, units string) bool {
	if s == "" {
		return false
	}
	for s != "" {
		n := 0
		for n < len(s) && isDigit(int(s[n])) {
			n++
		}
		if n == 0 || n == len(s) {
			return false
		}
		i := strings.IndexByte(units, s[n])
		if i < 0 {
			return false
		}
		units, s = units[i+1:], s[n+1:]
	}
	return true
}
