package sasi

import (
	"bytes"
	"slices"
	"strings"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// Op is what an index is asked (Expression.Op).
type Op uint8

// The questions. Match, Prefix, Suffix and Contains are the forms of LIKE.
const (
	Eq Op = iota
	Match
	Prefix
	Suffix
	Contains
	Range
)

// Mode is how an index keeps its terms.
type Mode string

// The modes. What each can be asked is in modes.
const (
	ModePrefix   Mode = "PREFIX"
	ModeContains Mode = "CONTAINS"
	ModeSparse   Mode = "SPARSE"
)

// maxTerm is the length from which a term is left out of the index (OnDiskIndexBuilder.MAX_TERM_SIZE).
const maxTerm = 1024

// Index is one SASI index. Its options were checked when it was created.
type Index struct {
	mode     Mode
	literal  bool
	tokens   bool // one value may have several terms
	analyzer analyzer
}

// analyzer makes terms of a text.
type analyzer interface{ analyze(value []byte) [][]byte }

// New reads the options of an index on a column.
func New(c *schema.Column, options map[string]string) *Index {
	x := &Index{mode: ModePrefix, literal: isText(c)}
	if m, ok := options["mode"]; ok {
		x.mode = Mode(strings.ToUpper(m))
	}
	if v, ok := options["is_literal"]; ok {
		x.literal = isTrue(v)
	}
	x.analyzer, x.tokens = newAnalyzer(c, options)
	return x
}

// isText is whether SASI takes a column for text: not when it clusters in descending order.
func isText(c *schema.Column) bool {
	k := c.Type.Kind()
	return !c.Desc && (k == cqltype.KindText || k == cqltype.KindAscii)
}

// isTrue is Boolean.parseBoolean.
func isTrue(s string) bool { return strings.EqualFold(s, "true") }

// Literal says that terms are compared as bytes; the others have the order of the column's type.
func (x *Index) Literal() bool { return x.literal }

// Supports says whether the index answers the question (ColumnIndex.supports).
func (x *Index) Supports(op Op) bool {
	switch {
	case op != Eq && op != Range && !x.literal, op == Range && x.literal:
		return false
	case x.tokens && (op == Eq || op == Prefix && x.mode == ModeContains):
		return false
	}
	switch x.mode {
	case ModePrefix:
		return op != Suffix && op != Contains
	case ModeContains:
		return op != Range
	}
	return op == Eq || op == Range
}

// Terms is what the index has of a value: nothing of an empty one, and no term that is too long.
func (x *Index) Terms(value []byte) [][]byte {
	return slices.DeleteFunc(x.terms(value), func(t []byte) bool { return len(t) == 0 || len(t) >= maxTerm })
}

func (x *Index) terms(value []byte) [][]byte {
	if x.analyzer == nil || !x.literal {
		return [][]byte{value}
	}
	return x.analyzer.analyze(value)
}

// Search asks an index for one value or pattern.
type Search struct {
	Index *Index
	Op    Op
	// Terms have all to be found in a value; without any nothing is found. Of a range there are none.
	Terms [][]byte
}

// Search analyzes what is searched as the index analyzes its values.
func (x *Index) Search(op Op, value []byte) *Search {
	s := &Search{Index: x, Op: op}
	if op != Range {
		s.Terms = x.terms(value)
	}
	return s
}

// Matches says whether the index has a value, and for literal terms whether it is one that was asked for. The comparison
// of other values is the caller's.
func (s *Search) Matches(value []byte) bool {
	have := s.Index.Terms(value)
	if !s.Index.literal {
		return len(have) > 0
	}
	if len(s.Terms) == 0 {
		return false
	}
	for _, want := range s.Terms {
		if !slices.ContainsFunc(have, func(term []byte) bool { return Holds(s.Op, term, want) }) {
			return false
		}
	}
	return true
}

// Longest is the term that leads to the fewest rows, as far as its length can tell; empty when there is none.
func (s *Search) Longest() []byte {
	var out []byte
	for _, t := range s.Terms {
		if len(t) > len(out) {
			out = t
		}
	}
	return out
}

// Holds says whether a literal term is what a search wants.
func Holds(op Op, term, want []byte) bool {
	switch op {
	case Prefix:
		return bytes.HasPrefix(term, want)
	case Suffix:
		return bytes.HasSuffix(term, want)
	case Contains:
		return bytes.Contains(term, want)
	}
	return bytes.Equal(term, want)
}

// ParsePattern takes the wildcards off the ends of a LIKE pattern; ok is false when nothing is left. Those within it stand
// for themselves, and there is no way to escape one (LikeRestriction.makeSpecific).
func ParsePattern(pattern []byte) (op Op, text []byte, ok bool) {
	first, last := bytes.HasPrefix(pattern, []byte("%")), bytes.HasSuffix(pattern, []byte("%"))
	switch {
	case first && last:
		op, text = Contains, pattern[1:max(1, len(pattern)-1)]
	case last:
		op, text = Prefix, pattern[:len(pattern)-1]
	case first:
		op, text = Suffix, pattern[1:]
	default:
		op, text = Match, pattern
	}
	return op, text, len(text) > 0
}

// String is the operator as messages have it.
func (op Op) String() string {
	switch op {
	case Eq:
		return "="
	case Match:
		return "LIKE '<term>'"
	case Prefix:
		return "LIKE '<term>%'"
	case Suffix:
		return "LIKE '%<term>'"
	case Contains:
		return "LIKE '%<term>%'"
	}
	return "range"
}
