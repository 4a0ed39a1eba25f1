package parse

import (
	"strconv"

	"pgregory.net/rapid"

	"alexandra/internal/cql/ast"
)

// gen draws trees that the parser can build. It draws in the order in which trees are printed, so that bind markers get
// their indexes.
type gen struct {
	*rapid.T
	binds []string
}

func (g *gen) n(limit int) int         { return rapid.IntRange(0, limit-1).Draw(g.T, "n") }
func (g *gen) flag() bool              { return rapid.Bool().Draw(g.T, "flag") }
func (g *gen) text() string            { return rapid.String().Draw(g.T, "text") }
func (g *gen) pick(s ...string) string { return s[g.n(len(s))] }

func (g *gen) name() string {
	if g.n(4) == 0 {
		return rapid.StringN(1, 8, -1).Draw(g.T, "name")
	}
	return g.pick("a", "b", "c1", "long_name", "json", "distinct", "key", "int", "list", "select", "token", "ttl", "exists",
		"as", "count", "expr", "Mixed", "values", "frozen", "group", "per", "default", "compact", "clustering", "all", "role")
}

func (g *gen) column() string {
	if g.n(20) == 0 {
		return ""
	}
	return g.name()
}

func (g *gen) qualified() ast.QualifiedName {
	q := ast.QualifiedName{}
	if g.flag() {
		q.Keyspace = g.name()
	}
	q.Name = g.name()
	return q
}

// some draws between least and least+2 elements; none are a nil slice.
func some[T any](g *gen, least int, draw func() T) []T {
	var list []T
	for range least + g.n(3) {
		list = append(list, draw())
	}
	return list
}

// distinct draws names that differ.
func (g *gen) distinct(least int, draw func() string) []string {
	var list []string
	seen := map[string]bool{}
	for _, s := range some(g, least, draw) {
		if !seen[s] {
			list = append(list, s)
		}
		seen[s] = true
	}
	return list
}

func (g *gen) native() ast.NativeType {
	return ast.NativeType{Name: g.pick("int", "text", "timeuuid", "counter", "varchar", "date")}
}

func (g *gen) cqlType(depth int) ast.Type {
	k := g.n(9)
	if depth == 0 {
		k = g.n(4)
	}
	switch k {
	case 0, 1:
		return g.native()
	case 2:
		return ast.UserType{Name: g.qualified()}
	case 3:
		return ast.CustomType{Class: g.text()}
	case 4:
		return ast.CollectionType{Kind: ast.List, Value: g.cqlType(depth - 1)}
	case 5:
		return ast.CollectionType{Kind: ast.Set, Value: g.cqlType(depth - 1)}
	case 6:
		return ast.CollectionType{Kind: ast.Map, Key: g.cqlType(depth - 1), Value: g.cqlType(depth - 1)}
	case 7:
		return ast.VectorType{Element: g.cqlType(depth - 1), Dimension: g.n(2000) - 3}
	}
	return ast.FrozenType{Inner: ast.TupleType{Elements: some(g, 1, func() ast.Type { return g.cqlType(depth - 1) })}}
}

func (g *gen) bind() ast.Bind {
	b := ast.Bind{Index: len(g.binds)}
	if g.flag() {
		b.Name = g.name()
	}
	g.binds = append(g.binds, b.Name)
	return b
}

func (g *gen) integer() ast.Literal {
	return ast.Literal{Kind: ast.Integer, Text: strconv.FormatInt(rapid.Int64().Draw(g.T, "integer"), 10)}
}

func (g *gen) constant() ast.Literal {
	switch g.n(7) {
	case 0:
		return g.integer()
	case 1:
		return ast.Literal{Kind: ast.Float, Text: g.pick("1.5", "-0.5e10", "3.", "1E-7", "NaN", "Infinity", "-Infinity")}
	case 2:
		return ast.Literal{Kind: ast.Boolean, Text: g.pick("true", "FALSE")}
	case 3:
		return ast.Literal{Kind: ast.UUID, Text: g.pick("12345678-1234-1234-1234-123456789abc",
			"deadbeef-0000-1000-8000-00000000000A")}
	case 4:
		return ast.Literal{Kind: ast.Duration, Text: g.pick("1y2mo", "-3h4m", "P1Y2M3DT4H", "-P3W", "5us", "6µs",
			"P0001-02-03T04:05:06")}
	case 5:
		return ast.Literal{Kind: ast.Hex, Text: g.pick("0x", "0xCAFE", "0Xab")}
	}
	return ast.Literal{Kind: ast.String, Text: g.text()}
}

func (g *gen) integerOrBind() ast.Term {
	if g.flag() {
		return g.bind()
	}
	return g.integer()
}

func (g *gen) term(depth int) ast.Term {
	t := g.product(depth)
	for depth > 0 && g.n(4) == 0 {
		op := []ast.ArithmeticOp{ast.Add, ast.Subtract}[g.n(2)]
		t = ast.Arithmetic{Op: op, Left: t, Right: g.product(depth - 1)}
	}
	return t
}

func (g *gen) product(depth int) ast.Term {
	t := g.factor(depth)
	for depth > 0 && g.n(4) == 0 {
		op := []ast.ArithmeticOp{ast.Multiply, ast.Divide, ast.Modulo}[g.n(3)]
		t = ast.Arithmetic{Op: op, Left: t, Right: g.factor(depth - 1)}
	}
	return t
}

func (g *gen) factor(depth int) ast.Term {
	if g.n(6) == 0 {
		return ast.Negation{Term: g.simple(depth)}
	}
	return g.simple(depth)
}

func (g *gen) terms(least, depth int) []ast.Term {
	return some(g, least, func() ast.Term { return g.term(depth) })
}

func (g *gen) tuple(depth int) ast.TupleLiteral { return ast.TupleLiteral{Elements: g.terms(1, depth)} }

func (g *gen) simple(depth int) ast.Term {
	k := g.n(12)
	if depth == 0 {
		k = g.n(4)
	}
	switch k {
	case 0, 1:
		return g.constant()
	case 2:
		return ast.Literal{Kind: ast.Null}
	case 3:
		return g.bind()
	case 4:
		return ast.ListLiteral{Elements: g.terms(0, depth-1)}
	case 5:
		return ast.SetLiteral{Elements: g.terms(0, depth-1)}
	case 6:
		return ast.MapLiteral{Entries: some(g, 1, func() ast.MapEntry {
			return ast.MapEntry{Key: g.term(depth - 1), Value: g.term(depth - 1)}
		})}
	case 7:
		return ast.UserTypeLiteral{Fields: some(g, 1, func() ast.UserTypeField {
			return ast.UserTypeField{Name: g.name(), Value: g.term(depth - 1)}
		})}
	case 8:
		return g.tuple(depth - 1)
	case 9:
		return ast.TypeHint{Type: g.cqlType(2), Term: g.simple(depth - 1)}
	case 10:
		return ast.CastTerm{Term: g.simple(depth - 1), Type: g.native()}
	}
	return ast.FunctionCall{Function: g.qualified(), Args: g.terms(0, depth-1)}
}

func (g *gen) selector(depth int) ast.Selector {
	s := g.group(depth)
	if depth > 0 && g.n(4) == 0 {
		s = ast.ArithmeticSelector{Op: ast.Divide, Left: s, Right: g.group(depth - 1)}
	}
	if depth > 0 && g.n(4) == 0 {
		s = ast.ArithmeticSelector{Op: ast.Subtract, Left: s, Right: g.group(depth - 1)}
	}
	return s
}

func (g *gen) group(depth int) ast.Selector {
	if g.n(8) == 0 {
		return ast.NegationSelector{Of: g.group(max(0, depth-1))}
	}
	s := g.bare(depth)
	if endsInTuple(s) { // (a)[1] is a type hint
		return s
	}
	return g.modified(s)
}

func endsInTuple(s ast.Selector) bool {
	switch s := s.(type) {
	case ast.TupleSelector:
		return true
	case ast.TypeHintSelector:
		return endsInTuple(s.Of)
	}
	return false
}

func (g *gen) modified(s ast.Selector) ast.Selector {
	for g.n(5) == 0 {
		switch g.n(4) {
		case 0:
			s = ast.FieldSelector{Of: s, Field: g.name()}
		case 1:
			s = ast.ElementSelector{Of: s, Key: g.term(1)}
		case 2:
			s = ast.SliceSelector{Of: s, From: g.term(1)}
		default:
			s = ast.SliceSelector{Of: s, From: g.term(1), To: g.term(1)}
		}
	}
	return s
}

func (g *gen) selectorList(least, depth int) []ast.Selector {
	return some(g, least, func() ast.Selector { return g.selector(depth) })
}

func (g *gen) bare(depth int) ast.Selector {
	k := g.n(13)
	if depth == 0 {
		k = g.n(4)
	}
	switch k {
	case 0, 1:
		return ast.ColumnSelector{Name: g.name()}
	case 2:
		return ast.TermSelector{Term: g.constant()}
	case 3:
		return ast.TermSelector{Term: g.bind()}
	case 4:
		return ast.CountRowsSelector{}
	case 5:
		return ast.FunctionSelector{Function: g.qualified(), Args: g.selectorList(0, depth-1)}
	case 6:
		info := []ast.CellInfo{ast.TTL, ast.WriteTime, ast.MaxWriteTime}[g.n(3)]
		return ast.CellInfoSelector{Info: info, Of: g.modified(ast.ColumnSelector{Name: g.name()})}
	case 7:
		return ast.CastSelector{Of: g.selector(depth - 1), Type: g.native()}
	case 8:
		return ast.TypeHintSelector{Type: g.cqlType(1), Of: g.bare(depth - 1)}
	case 9:
		return ast.TupleSelector{Elements: g.selectorList(1, depth-1)}
	case 10:
		return ast.ListSelector{Elements: g.selectorList(0, depth-1)}
	case 11:
		return ast.SetSelector{Elements: g.selectorList(0, depth-1)}
	}
	return ast.MapSelector{Entries: some(g, 1, func() ast.SelectorEntry {
		return ast.SelectorEntry{Key: g.mapKey(depth - 1), Value: g.selector(depth - 1)}
	})}
}

// mapKey draws no key that ends in parentheses: (a) : b is a marker with a type before it.
func (g *gen) mapKey(depth int) ast.Selector {
	switch g.n(3) {
	case 0:
		return ast.ListSelector{Elements: g.selectorList(0, depth)}
	case 1:
		return ast.ArithmeticSelector{Op: ast.Add, Left: g.group(depth), Right: ast.TermSelector{Term: g.constant()}}
	}
	return g.modified(ast.ColumnSelector{Name: g.name()})
}

func (g *gen) selections() []ast.Selection {
	return some(g, 0, func() ast.Selection {
		s := ast.Selection{Selector: g.selector(2)}
		if g.flag() {
			s.Alias = g.name()
		}
		return s
	})
}

func (g *gen) comparison() ast.Operator { return ast.Operator(1 + g.n(int(ast.NEQ))) }

func (g *gen) inValues() (ast.Term, []ast.Term) {
	if g.flag() {
		return g.bind(), nil
	}
	return nil, g.terms(0, 1)
}

func (g *gen) relation() ast.Relation {
	r := ast.Relation{Kind: ast.ColumnRelation}
	switch g.n(8) {
	case 0:
		return ast.Relation{Kind: ast.IndexExpression, Index: ast.QualifiedName{Name: g.name()}, Value: g.term(1)}
	case 1:
		return ast.Relation{Kind: ast.TokenRelation, Columns: some(g, 1, g.column), Op: g.comparison(), Value: g.term(2)}
	case 2:
		return ast.Relation{
			Kind: ast.ElementRelation, Columns: []string{g.column()}, Key: g.term(1), Op: g.comparison(),
			Value: g.term(1),
		}
	case 3:
		r = ast.Relation{Kind: ast.TupleRelation, Columns: some(g, 1, g.column), Op: g.comparison()}
		if g.flag() {
			r.Op = ast.In
			r.Values = some(g, 0, func() ast.Term { return g.tuple(1) })
		} else {
			r.Value = g.bind()
		}
		return r
	}
	r.Columns = []string{g.column()}
	switch g.n(5) {
	case 0:
		r.Op = ast.In
		r.Value, r.Values = g.inValues()
	case 1:
		r.Op, r.Value = ast.IsNot, ast.Literal{Kind: ast.Null}
	case 2:
		r.Op, r.Value = []ast.Operator{ast.Contains, ast.ContainsKey, ast.Like}[g.n(3)], g.term(1)
	default:
		r.Op, r.Value = g.comparison(), g.term(3)
	}
	return r
}

func (g *gen) condition() ast.Condition {
	c := ast.Condition{Target: ast.WholeColumn, Column: g.column(), Op: g.comparison()}
	switch g.n(3) {
	case 0:
		c.Target, c.Key = ast.ColumnElement, g.term(1)
	case 1:
		c.Target, c.Field = ast.ColumnField, g.name()
	}
	if g.n(4) == 0 {
		c.Op = ast.In
		c.Value, c.Values = g.inValues()
	} else {
		c.Value = g.term(2)
	}
	return c
}

func (g *gen) ifClause() (bool, []ast.Condition) {
	if g.n(4) == 0 {
		return true, nil
	}
	return false, some(g, 0, g.condition)
}

func (g *gen) using(ttl bool) ast.Using {
	var u ast.Using
	if g.flag() {
		u.Timestamp = g.integerOrBind()
	}
	if ttl && g.flag() {
		u.TTL = g.integerOrBind()
	}
	return u
}

func (g *gen) assignments() []ast.Assignment {
	var list []ast.Assignment
	for _, c := range g.distinct(1, g.column) {
		a := ast.Assignment{Column: c, Kind: ast.AssignmentKind(1 + g.n(int(ast.AssignField)))}
		switch a.Kind {
		case ast.AssignElement:
			a.Key = g.term(1)
		case ast.AssignField:
			a.Field = g.name()
		}
		a.Value = g.term(2)
		list = append(list, a)
	}
	return list
}
