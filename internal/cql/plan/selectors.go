package plan

import (
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// selectable is a selector whose names are resolved: columns exist and functions are found.
type selectable interface {
	// exact is the type that it has by itself; nil when that depends on where it stands.
	exact() cqltype.Type
	// test says how well it fits a receiver.
	test(recv cqltype.Type) (fn.Match, error)
	// build makes the expression; expected is the type of the place, or nil.
	build(s *selectionBinder, expected cqltype.Type) (output, error)
	// String is the text in messages.
	String() string
}

// output is one built expression with the type and the name of its result column.
type output struct {
	expr expr
	typ  cqltype.Type
	name string
	// aggregates says that an aggregate is somewhere inside.
	aggregates bool
}

// selectorArg is a selectable as an argument of a function that is to be resolved.
type selectorArg struct {
	selectable
	s *selectionBinder
}

// Test implements fn.Arg.
func (a selectorArg) Test(recv cqltype.Type) (fn.Match, error) { return a.test(recv) }

// Type implements fn.Arg.
func (a selectorArg) Type() cqltype.Type { return preferred(a.selectable) }

// preferred is the type of a selectable where constants have the type that they would choose.
func preferred(n selectable) cqltype.Type {
	switch n := n.(type) {
	case *termNode:
		typ, err := compatibleType(n.b, n.term, n.recv)
		if err != nil {
			return nil
		}
		return typ
	case *listNode:
		if t := widest(n.elements); t != nil {
			return cqltype.NewList(t, true)
		}
		return nil
	case *setNode:
		if t := widest(n.elements); t != nil {
			return cqltype.NewSet(t, true)
		}
		return nil
	case *tupleNode:
		return n.typeOf(preferred)
	}
	return n.exact()
}

// widest is the preferred type among the elements' that takes all others; nil when there is none.
func widest(list []selectable) cqltype.Type {
	var types []cqltype.Type
	for _, n := range list {
		if t := preferred(n); t != nil {
			types = append(types, t)
		}
	}
	for _, t := range types {
		if !slices.ContainsFunc(types, func(other cqltype.Type) bool { return fn.Assign(other, t) == fn.NotAssignable }) {
			return t
		}
	}
	return nil
}

// ArrayLen implements fn.Arg.
func (a selectorArg) ArrayLen() int {
	switch t := a.selectable.(type) {
	case *listNode:
		return len(t.elements)
	case *termNode:
		return termArg{term: t.term}.ArrayLen()
	}
	return -1
}

// IsReversed says that the argument is a clustering column in descending order.
func (a selectorArg) IsReversed() bool {
	c, ok := a.selectable.(*columnNode)
	return ok && c.column.Desc
}

// IsMarker implements fn.Arg.
func (a selectorArg) IsMarker() bool {
	t, ok := a.selectable.(*termNode)
	if !ok {
		return false
	}
	_, ok = t.term.(ast.Bind)
	return ok
}

// testExact is test for what always has a type.
func testExact(t, recv cqltype.Type) (fn.Match, error) {
	if t == nil {
		return fn.NotAssignable, nil
	}
	return fn.Assign(t, recv), nil
}

func cannotInfer(n selectable) error {
	return cqlerr.Invalid("Cannot infer type for term %s in selection clause (try using a cast to force a type)", n)
}

// typeFor is the type of a literal: its own, else the expected one.
func typeFor(n selectable, expected cqltype.Type) (cqltype.Type, error) {
	if t := n.exact(); t != nil {
		return t, nil
	}
	if expected == nil {
		return nil, cannotInfer(n)
	}
	return expected, nil
}

func nodeTexts(list []selectable) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = n.String()
	}
	return strings.Join(texts, ", ")
}

// prepare resolves the names of a selector.
func (s *selectionBinder) prepare(sel ast.Selector) (selectable, error) {
	switch sel := sel.(type) {
	case ast.ColumnSelector:
		c, err := Column(s.table, sel.Name)
		if err != nil {
			return nil, err
		}
		return &columnNode{c}, nil
	case ast.TermSelector:
		return &termNode{term: sel.Term, recv: s.receiver(nil), b: s.b}, nil
	case ast.CountRowsSelector:
		return s.prepareCall(fn.Name{Name: fn.CountRows}, nil)
	case ast.FunctionSelector:
		return s.prepareFunction(sel)
	case ast.ArithmeticSelector:
		return s.prepareCall(fn.Operation(byte(sel.Op)), []ast.Selector{sel.Left, sel.Right})
	case ast.NegationSelector:
		return s.prepareCall(fn.Name{Keyspace: fn.SystemKeyspace, Name: fn.Negation}, []ast.Selector{sel.Of})
	case ast.CellInfoSelector:
		of, err := s.prepare(sel.Of)
		return &cellInfoNode{sel.Info, of}, err
	case ast.CastSelector:
		return s.prepareCast(sel)
	case ast.FieldSelector, ast.ElementSelector, ast.SliceSelector:
		return s.prepareAccess(sel)
	}
	return s.prepareLiteral(sel)
}

// prepareAccess resolves what looks into a value.
func (s *selectionBinder) prepareAccess(sel ast.Selector) (selectable, error) {
	switch sel := sel.(type) {
	case ast.FieldSelector:
		of, err := s.prepare(sel.Of)
		return &fieldNode{of, sel.Field}, err
	case ast.ElementSelector:
		of, err := s.prepare(sel.Of)
		return &elementNode{of, sel.Key}, err
	}
	slice := sel.(ast.SliceSelector)
	of, err := s.prepare(slice.Of)
	return &sliceNode{of, slice.From, slice.To}, err
}

// prepareLiteral resolves tuples, collections and type hints.
func (s *selectionBinder) prepareLiteral(sel ast.Selector) (selectable, error) {
	switch sel := sel.(type) {
	case ast.TupleSelector:
		list, err := s.prepareList(sel.Elements)
		return &tupleNode{list}, err
	case ast.ListSelector:
		list, err := s.prepareList(sel.Elements)
		return &listNode{list}, err
	case ast.SetSelector:
		list, err := s.prepareList(sel.Elements)
		return &setNode{list}, err
	case ast.MapSelector:
		return &mapNode{sel.Entries, s}, nil
	case ast.TypeHintSelector:
		of, err := s.prepare(sel.Of)
		if err != nil {
			return nil, err
		}
		typ, err := bindType(s.b, sel.Type, s.table.Keyspace)
		if err != nil {
			return nil, err
		}
		return &hintNode{of, typ.Freeze(), typeText(sel.Type, s.table.Keyspace)}, nil
	}
	return nil, cqlerr.Server("selector %T cannot be bound", sel)
}

// typeText is a type hint as column names show it: user types with their keyspace.
func typeText(t ast.Type, keyspace string) string {
	switch t := t.(type) {
	case ast.UserType:
		if t.Name.Keyspace == "" {
			t.Name.Keyspace = keyspace
		}
		return t.Name.Keyspace + "." + t.Name.Name
	case ast.CollectionType:
		value := typeText(t.Value, keyspace)
		switch t.Kind {
		case ast.List:
			return "list<" + value + ">"
		case ast.Set:
			return "set<" + value + ">"
		}
		return "map<" + typeText(t.Key, keyspace) + ", " + value + ">"
	case ast.FrozenType:
		return "frozen<" + typeText(t.Inner, keyspace) + ">"
	}
	return t.String()
}

func (s *selectionBinder) prepareList(list []ast.Selector) ([]selectable, error) {
	out := make([]selectable, len(list))
	for i, sel := range list {
		n, err := s.prepare(sel)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// prepareFunction resolves a call. count of a constant is count(*).
func (s *selectionBinder) prepareFunction(sel ast.FunctionSelector) (selectable, error) {
	name := callName(sel.Function)
	if name.Name == "count" && (name.Keyspace == "" || name.Keyspace == fn.SystemKeyspace) && len(sel.Args) == 1 && isConstant(sel.Args[0]) {
		return s.prepareCall(fn.Name{Name: fn.CountRows}, nil)
	}
	return s.prepareCall(name, sel.Args)
}

func isConstant(sel ast.Selector) bool {
	t, ok := sel.(ast.TermSelector)
	if !ok {
		return false
	}
	l, ok := t.Term.(ast.Literal)
	return ok && l.Kind != ast.Null
}

func (s *selectionBinder) prepareCall(name fn.Name, selectors []ast.Selector) (selectable, error) {
	args, err := s.prepareList(selectors)
	if err != nil {
		return nil, err
	}
	f, err := s.resolve(name, args)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, cqlerr.Invalid("Unknown function '%s'", name)
	}
	return &callNode{f, args}, nil
}

func (s *selectionBinder) resolve(name fn.Name, args []selectable) (*fn.Function, error) {
	list := make([]fn.Arg, len(args))
	for i, a := range args {
		list[i] = selectorArg{a, s}
	}
	return ResolveFunction(s.b, name, list, s.receiver(nil))
}

func (s *selectionBinder) prepareCast(sel ast.CastSelector) (selectable, error) {
	of, err := s.prepare(sel.Of)
	if err != nil {
		return nil, err
	}
	t, ok := cqltype.Native(sel.Type.Name)
	if !ok {
		return nil, cqlerr.Invalid("Unknown type %s", sel.Type.Name)
	}
	return &castNode{of, t, strings.ToLower(sel.Type.Name)}, nil
}

// receiver is the place of a value in the selection clause.
func (s *selectionBinder) receiver(t cqltype.Type) Receiver {
	return Receiver{Keyspace: s.table.Keyspace, Table: s.table.Name, Name: "[selection]", Type: t}
}

// columnNode is a column.
type columnNode struct{ column *schema.Column }

func (n *columnNode) exact() cqltype.Type                      { return n.column.Type }
func (n *columnNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.column.Type, recv) }
func (n *columnNode) String() string                           { return n.column.Name }

func (n *columnNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	e := &columnExpr{index: s.fetch(n.column), column: n.column, dense: s.table.Compact && s.table.Dense}
	if n.column.Mask != nil {
		mask, err := bindMask(s.b, n.column)
		if err != nil {
			return output{}, err
		}
		e.mask = mask
	}
	return output{expr: e, typ: n.column.Type, name: n.column.Name}, nil
}

// termNode is a constant or a bind marker.
type termNode struct {
	term ast.Term
	recv Receiver
	b    *Binder
}

func (n *termNode) exact() cqltype.Type {
	t, err := exactType(n.b, n.term, n.recv)
	if err != nil {
		return nil
	}
	return t
}

func (n *termNode) test(recv cqltype.Type) (fn.Match, error) {
	return testTerm(n.b, n.term, n.recv.With("", recv))
}

func (n *termNode) String() string { return termText(n.term) }

func (n *termNode) build(s *selectionBinder, expected cqltype.Type) (output, error) {
	typ, err := typeFor(n, expected)
	if err != nil {
		return output{}, err
	}
	term, err := bindTerm(s.b, n.term, s.receiver(typ))
	return output{expr: termExpr{term}, typ: typ, name: n.String()}, err
}

// callNode is a call of a function, an operator or an aggregate.
type callNode struct {
	f    *fn.Function
	args []selectable
}

func (n *callNode) exact() cqltype.Type                      { return n.f.Return }
func (n *callNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.f.Return, recv) }

func (n *callNode) String() string {
	texts := make([]string, len(n.args))
	for i, a := range n.args {
		texts[i] = a.String()
	}
	return n.f.ColumnName(texts)
}

func (n *callNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	args, names, aggregates, err := s.buildArgs(n.args, n.f.Args)
	if err != nil {
		return output{}, err
	}
	s.b.use(n.f)
	out := output{typ: n.f.Return, name: n.f.ColumnName(names), aggregates: aggregates}
	if !n.f.IsAggregate() {
		out.expr = &callExpr{f: n.f, args: args}
		return out, nil
	}
	if aggregates {
		return output{}, cqlerr.Invalid("aggregate functions cannot be used as arguments of aggregate functions")
	}
	out.expr, out.aggregates = s.aggregate(n.f, args), true
	return out, nil
}

func (s *selectionBinder) buildArgs(args []selectable, types []cqltype.Type) (exprs []expr, names []string, aggregates bool, err error) {
	exprs, names = make([]expr, len(args)), make([]string, len(args))
	for i, a := range args {
		var t cqltype.Type
		if i < len(types) {
			t = types[i]
		}
		o, err := a.build(s, t)
		if err != nil {
			return nil, nil, false, err
		}
		exprs[i], names[i], aggregates = o.expr, o.name, aggregates || o.aggregates
	}
	return exprs, names, aggregates, nil
}

// castNode is CAST(of AS typ).
type castNode struct {
	of   selectable
	typ  cqltype.Type
	name string // of the type, as it was written
}

func (n *castNode) exact() cqltype.Type                      { return n.typ }
func (n *castNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.typ, recv) }
func (n *castNode) String() string                           { return "cast(" + n.of.String() + " as " + n.name + ")" }

func (n *castNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	of, err := n.of.build(s, nil)
	if err != nil || cqltype.Equal(of.typ, n.typ) && !(selectorArg{n.of, s}).IsReversed() {
		return of, err
	}
	f, err := s.resolve(fn.CastName(n.name), []selectable{n.of})
	if err != nil {
		return output{}, err
	}
	if f == nil {
		name := of.name
		if len(s.columns) > 0 {
			name = s.columns[0].Name
		}
		return output{}, cqlerr.Invalid("%s cannot be cast to %s", name, n.name)
	}
	return output{expr: &callExpr{f: f, args: []expr{of.expr}}, typ: f.Return, name: f.ColumnName([]string{of.name}), aggregates: of.aggregates}, nil
}

// hintNode is (type)of.
type hintNode struct {
	of   selectable
	typ  cqltype.Type
	text string
}

func (n *hintNode) exact() cqltype.Type                      { return n.typ }
func (n *hintNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.typ, recv) }
func (n *hintNode) String() string                           { return "(" + n.text + ")" + n.of.String() }

func (n *hintNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	m, err := n.of.test(n.typ)
	if err != nil {
		return output{}, err
	}
	if m == fn.NotAssignable {
		return output{}, cqlerr.Invalid("Cannot assign value %s to %s of type %s", n, n, n.typ)
	}
	of, err := n.of.build(s, n.typ)
	if err != nil {
		return output{}, err
	}
	of.typ, of.name = n.typ, "("+n.text+")"+of.name
	return of, nil
}
