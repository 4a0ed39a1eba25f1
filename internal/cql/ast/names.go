package ast

import "strings"

// QualifiedName names a table, view, type, index or function; Keyspace is empty when the text gave none.
type QualifiedName struct {
	Keyspace string
	Name     string
}

// String prints the name, quoted where needed.
func (n QualifiedName) String() string {
	if n.Keyspace == "" {
		return name(n.Name)
	}
	return name(n.Keyspace) + "." + name(n.Name)
}

// IsZero reports whether no name was given at all.
func (n QualifiedName) IsZero() bool { return n == QualifiedName{} }

// QuoteName prints an identifier the way Cassandra shows it (ColumnIdentifier.maybeQuote): bare when it is lower case
// and not reserved, else in double quotes.
func QuoteName(s string) string {
	if isBare(s) && keywordClasses[s] != Reserved {
		return s
	}
	return forceQuote(s)
}

// QuoteString prints a string literal: single quotes, doubled inside.
func QuoteString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// name prints an identifier that reads back the same in every position. It quotes more than QuoteName: words such as
// json or int mean something else in some positions.
func name(s string) string {
	switch s {
	case "expr", "as", "per": // expr( is a token; (a) AS per would be the column "as" with a type before it
		return forceQuote(s)
	}
	if c := keywordClasses[s]; isBare(s) && (c == 0 || c == Unreserved) {
		return s
	}
	return forceQuote(s)
}

func names(list []string) string {
	var p printer
	join(&p, list, ", ", name)
	return p.String()
}

func forceQuote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func isBare(s string) bool {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
