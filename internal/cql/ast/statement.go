package ast

import "strings"

// Statement is one CQL statement. String prints it as CQL that parses to an equal tree (passwords included).
type Statement interface {
	String() string
	statement()
}

// printer collects the text of a node; the zero value is ready.
type printer struct{ strings.Builder }

// words writes each part as it is.
func (p *printer) words(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

// when writes s if the condition holds.
func (p *printer) when(cond bool, s string) {
	if cond {
		p.WriteString(s)
	}
}

// join writes the elements with sep between them.
func join[T any](p *printer, list []T, sep string, text func(T) string) {
	for i, e := range list {
		if i > 0 {
			p.WriteString(sep)
		}
		p.WriteString(text(e))
	}
}

// str is the text of a node, for join.
func str[T interface{ String() string }](v T) string { return v.String() }

const (
	ifExists    = "IF EXISTS "
	ifNotExists = "IF NOT EXISTS "
)
