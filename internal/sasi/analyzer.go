package sasi

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"alexandra/internal/schema"
)

const analyzers = "org.apache.cassandra.index.sasi.analyzer."

// newAnalyzer is IndexMode.getAnalyzer; nil takes values as they are.
func newAnalyzer(c *schema.Column, options map[string]string) (a analyzer, tokenizes bool) {
	class, given := options["analyzer_class"]
	analyzed := given
	if v, ok := options["analyzed"]; ok {
		analyzed = isTrue(v)
	}
	if !analyzed || !isText(c) {
		return nil, false
	}
	if !given {
		return newStandard(options), true
	}
	switch strings.TrimPrefix(class, analyzers) {
	case "NonTokenizingAnalyzer":
		return newWhole(options), false
	case "StandardAnalyzer":
		return newStandard(options), true
	case "DelimiterAnalyzer":
		return newDelimiter(options), true
	}
	return nil, false
}

// whole is NonTokenizingAnalyzer: the value is one term.
type whole struct{ lower, upper bool }

func newWhole(options map[string]string) whole {
	if v, ok := options["case_sensitive"]; ok {
		return whole{lower: !isTrue(v)}
	}
	return whole{lower: isTrue(options["normalize_lowercase"]), upper: isTrue(options["normalize_uppercase"])}
}

func (a whole) analyze(value []byte) [][]byte {
	return [][]byte{term(changeCase(string(value), a.lower, a.upper))}
}

// delimiter is DelimiterAnalyzer: terms are what stands between delimiters.
type delimiter struct{ char string }

func newDelimiter(options map[string]string) delimiter {
	if c, ok := options["delimiter"]; ok && utf8.RuneCountInString(c) == 1 {
		return delimiter{c}
	}
	return delimiter{","}
}

func (a delimiter) analyze(value []byte) [][]byte {
	var out [][]byte
	for part := range strings.SplitSeq(string(value), a.char) {
		if part != "" {
			out = append(out, term(part))
		}
	}
	return out
}

// term is the form in which all analyzers give their terms.
func term(s string) []byte { return norm.NFC.Bytes([]byte(s)) }

// changeCase is toLowerCase or toUpperCase of Java, which know of letters that become two and of the final sigma.
func changeCase(s string, lower, upper bool) string {
	switch {
	case !lower && !upper:
		return s
	case isASCII(s) && lower:
		return strings.ToLower(s)
	case isASCII(s):
		return strings.ToUpper(s)
	case lower:
		return cases.Lower(language.Und).String(s)
	}
	return cases.Upper(language.Und).String(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
