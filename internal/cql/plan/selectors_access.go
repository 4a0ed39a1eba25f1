package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// fieldNode is of.field.
type fieldNode struct {
	of    selectable
	field string
}

func (n *fieldNode) exact() cqltype.Type {
	u, ok := n.of.exact().(*cqltype.UserType)
	if !ok {
		return nil
	}
	if i := u.FieldIndex(n.field); i >= 0 {
		return u.Fields[i].Type
	}
	return nil
}

func (n *fieldNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.exact(), recv) }
func (n *fieldNode) String() string                           { return n.of.String() + "." + n.field }

func (n *fieldNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	of, err := n.of.build(s, nil)
	if err != nil {
		return output{}, err
	}
	u, ok := of.typ.(*cqltype.UserType)
	if !ok {
		return output{}, cqlerr.Invalid("Invalid field selection: %s of type %s is not a user type", n.of, of.typ)
	}
	i := u.FieldIndex(n.field)
	if i < 0 {
		return output{}, cqlerr.Invalid("%s of type %s has no field %s", n.of, of.typ, n.field)
	}
	of.expr = &fieldExpr{of: of.expr, index: i, count: len(u.Fields), multi: u.IsMultiCell()}
	of.typ, of.name = u.Fields[i].Type, of.name+"."+n.field
	return of, nil
}

// elementNode is of[key].
type elementNode struct {
	of  selectable
	key ast.Term
}

func (n *elementNode) exact() cqltype.Type {
	switch t := n.of.exact().(type) {
	case *cqltype.SetType:
		return t.Elem
	case *cqltype.MapType:
		return t.Value
	}
	return nil
}

func (n *elementNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.exact(), recv) }

func (n *elementNode) String() string { return n.of.String() + "[" + termText(n.key) + "]" }

func (n *elementNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	of, err := n.of.build(s, nil)
	if err != nil {
		return output{}, err
	}
	if !isCollection(of.typ) {
		return output{}, cqlerr.Invalid("Invalid element selection: %s is of type %s is not a collection", n.of, of.typ)
	}
	recv, err := s.keyReceiver("Element", n.of, of)
	if err != nil {
		return output{}, err
	}
	key, err := bindTerm(s.b, n.key, recv)
	if err != nil {
		return output{}, err
	}
	e := &elementExpr{of: of.expr, key: key, typ: of.typ, text: of.name}
	of.typ, of.name = n.elementType(of.typ), of.name+"["+termText(n.key)+"]"
	of.expr = e
	return of, nil
}

func (n *elementNode) elementType(t cqltype.Type) cqltype.Type {
	if m, ok := t.(*cqltype.MapType); ok {
		return m.Value
	}
	return t.(*cqltype.SetType).Elem
}

// keyReceiver is the place of a key or an end of a slice; lists have none.
func (s *selectionBinder) keyReceiver(what string, n selectable, of output) (Receiver, error) {
	recv := s.receiver(of.typ)
	recv.Name = of.name
	switch of.typ.(type) {
	case *cqltype.SetType:
		return elementOf(recv), nil
	case *cqltype.MapType:
		return keyOf(recv), nil
	}
	return recv, cqlerr.Invalid("%s selection is only allowed on sets and maps, but %s is a list", what, n)
}

// sliceNode is of[from..to].
type sliceNode struct {
	of       selectable
	from, to ast.Term
}

func (n *sliceNode) exact() cqltype.Type                      { return n.of.exact() }
func (n *sliceNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.exact(), recv) }
func (n *sliceNode) String() string                           { return n.of.String() + n.brackets() }

func (n *sliceNode) brackets() string {
	text := "["
	if n.from != nil {
		text += termText(n.from)
	}
	text += ".."
	if n.to != nil {
		text += termText(n.to)
	}
	return text + "]"
}

func (n *sliceNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	of, err := n.of.build(s, nil)
	if err != nil {
		return output{}, err
	}
	if !isCollection(of.typ) {
		return output{}, cqlerr.Invalid("Invalid slice selection: %s of type %s is not a collection", n.of, of.typ)
	}
	recv, err := s.keyReceiver("Slice", n.of, of)
	if err != nil {
		return output{}, err
	}
	e := &sliceExpr{of: of.expr, typ: of.typ, key: recv.Type, text: of.name}
	if n.from != nil {
		if e.from, err = bindTerm(s.b, n.from, recv); err != nil {
			return output{}, err
		}
	}
	if n.to != nil {
		if e.to, err = bindTerm(s.b, n.to, recv); err != nil {
			return output{}, err
		}
	}
	of.expr, of.name = e, of.name+n.brackets()
	return of, nil
}

// cellInfoNode is writetime(of), maxwritetime(of) or ttl(of).
type cellInfoNode struct {
	info ast.CellInfo
	of   selectable
}

func (n *cellInfoNode) exact() cqltype.Type {
	t := n.single()
	if of := n.of.exact(); of != nil && n.info != ast.MaxWriteTime && n.manyCells(of) {
		return cqltype.NewList(t, false)
	}
	return t
}

func (n *cellInfoNode) single() cqltype.Type {
	if n.info == ast.TTL {
		return cqltype.Int
	}
	return cqltype.Bigint
}

// manyCells says that the value is stored as many cells: then the answer is a list.
func (n *cellInfoNode) manyCells(of cqltype.Type) bool { return of.IsMultiCell() }

func (n *cellInfoNode) test(recv cqltype.Type) (fn.Match, error) { return testExact(n.exact(), recv) }

func (n *cellInfoNode) String() string { return n.info.String() + "(" + n.of.String() + ")" }

func (n *cellInfoNode) build(s *selectionBinder, _ cqltype.Type) (output, error) {
	c := baseColumn(n.of)
	if c.Kind == schema.PartitionKey || c.Kind == schema.Clustering {
		return output{}, cqlerr.Invalid("Cannot use selection function %s on PRIMARY KEY part %s", n.info, c.Name)
	}
	of, err := n.of.build(s, nil)
	if err != nil {
		return output{}, err
	}
	cells, ok := of.expr.(cellSource)
	if !ok {
		return output{}, cqlerr.Invalid("Cannot use selection function %s on %s", n.info, n.of)
	}
	list := n.info != ast.MaxWriteTime && n.manyCells(of.typ)
	out := output{typ: n.single(), name: n.info.String() + "(" + of.name + ")", expr: &cellInfoExpr{info: n.info, of: cells, list: list}}
	if list {
		out.typ = cqltype.NewList(out.typ, false)
	}
	return out, nil
}

// baseColumn is the column below fields, elements and slices.
func baseColumn(n selectable) *schema.Column {
	for {
		switch t := n.(type) {
		case *columnNode:
			return t.column
		case *fieldNode:
			n = t.of
		case *elementNode:
			n = t.of
		case *sliceNode:
			n = t.of
		default:
			return &schema.Column{Kind: schema.Regular, Type: cqltype.Blob}
		}
	}
}
