package plan

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// tupleNode is (a, b), or a in parentheses.
type tupleNode struct{ elements []selectable }

func (n *tupleNode) exact() cqltype.Type { return n.typeOf(selectable.exact) }

// typeOf is the tuple of the elements' types; nil when one has none.
func (n *tupleNode) typeOf(each func(selectable) cqltype.Type) cqltype.Type {
	if len(n.elements) == 1 {
		return nil // a tuple or parentheses: nobody knows
	}
	types := make([]cqltype.Type, len(n.elements))
	for i, e := range n.elements {
		if types[i] = each(e); types[i] == nil {
			return nil
		}
	}
	return cqltype.NewTuple(types...)
}

func (n *tupleNode) test(recv cqltype.Type) (fn.Match, error) {
	t, ok := recv.(*cqltype.TupleType)
	if !ok && len(n.elements) == 1 {
		return n.elements[0].test(recv)
	}
	if !ok || len(n.elements) > len(t.Elems) {
		return fn.NotAssignable, nil
	}
	for i, e := range n.elements {
		if m, err := e.test(t.Elems[i]); m == fn.NotAssignable || err != nil {
			return fn.NotAssignable, err
		}
	}
	return fn.WeaklyAssignable, nil
}

func (n *tupleNode) String() string { return "(" + nodeTexts(n.elements) + ")" }

func (n *tupleNode) build(s *selectionBinder, expected cqltype.Type) (output, error) {
	typ, err := typeFor(n, expected)
	if err != nil {
		return output{}, err
	}
	t, ok := typ.(*cqltype.TupleType)
	if !ok {
		if len(n.elements) != 1 {
			return output{}, cannotInfer(n)
		}
		of, err := n.elements[0].build(s, typ)
		of.name = "(" + of.name + ")"
		return of, err
	}
	args, names, aggregates, err := s.buildArgs(n.elements, t.Elems)
	return output{
		expr: &joinExpr{args, func(parts [][]byte) ([]byte, error) { return cqltype.EncodeTuple(parts), nil }},
		typ:  typ, name: "(" + strings.Join(names, ", ") + ")", aggregates: aggregates,
	}, err
}

// listNode is [a, b]: a list or a vector.
type listNode struct{ elements []selectable }

func (n *listNode) exact() cqltype.Type {
	if t := firstExact(n.elements); t != nil {
		return cqltype.NewList(t, true)
	}
	return nil
}

func firstExact(list []selectable) cqltype.Type {
	for _, e := range list {
		if t := e.exact(); t != nil {
			return t
		}
	}
	return nil
}

func (n *listNode) test(recv cqltype.Type) (fn.Match, error) {
	switch t := recv.(type) {
	case *cqltype.ListType:
		return testNodes(n.elements, t.Elem)
	case *cqltype.VectorType:
		if len(n.elements) == t.Dim {
			return testNodes(n.elements, t.Elem)
		}
	}
	return fn.NotAssignable, nil
}

func testNodes(list []selectable, t cqltype.Type) (fn.Match, error) {
	if len(list) == 0 {
		return fn.WeaklyAssignable, nil
	}
	result := fn.ExactMatch
	for _, e := range list {
		m, err := e.test(t)
		if m == fn.NotAssignable || err != nil {
			return fn.NotAssignable, err
		}
		result = min(result, m)
	}
	return result, nil
}

func (n *listNode) String() string { return "[" + nodeTexts(n.elements) + "]" }

func (n *listNode) build(s *selectionBinder, expected cqltype.Type) (output, error) {
	if v, ok := expected.(*cqltype.VectorType); ok {
		return n.join(s, expected, v.Elem, func(parts [][]byte) ([]byte, error) { return v.Encode(parts), noNulls(parts) })
	}
	typ, err := typeFor(n, expected)
	if err != nil {
		return output{}, err
	}
	t, ok := typ.(*cqltype.ListType)
	if !ok {
		return output{}, cannotInfer(n)
	}
	return n.join(s, typ, t.Elem, func(parts [][]byte) ([]byte, error) { return cqltype.EncodeList(parts), nil })
}

func (n *listNode) join(s *selectionBinder, typ, elem cqltype.Type, join func([][]byte) ([]byte, error)) (output, error) {
	args, names, aggregates, err := s.buildArgs(n.elements, repeated(elem, len(n.elements)))
	return output{expr: &joinExpr{args, join}, typ: typ, name: "[" + strings.Join(names, ", ") + "]", aggregates: aggregates}, err
}

func repeated(t cqltype.Type, n int) []cqltype.Type {
	types := make([]cqltype.Type, n)
	for i := range types {
		types[i] = t
	}
	return types
}

// noNulls refuses nulls where they have no place: in sets, in keys of maps and in vectors. A list takes them.
func noNulls(parts [][]byte) error {
	for _, p := range parts {
		if p == nil {
			return cqlerr.Invalid("null is not supported inside collections")
		}
	}
	return nil
}

// setNode is {a, b}.
type setNode struct{ elements []selectable }

func (n *setNode) exact() cqltype.Type {
	if t := firstExact(n.elements); t != nil {
		return cqltype.NewSet(t, true)
	}
	return nil
}

func (n *setNode) test(recv cqltype.Type) (fn.Match, error) {
	switch t := recv.(type) {
	case *cqltype.SetType:
		return testNodes(n.elements, t.Elem)
	case *cqltype.MapType:
		if len(n.elements) == 0 {
			return fn.WeaklyAssignable, nil
		}
	}
	return fn.NotAssignable, nil
}

func (n *setNode) String() string { return "{" + nodeTexts(n.elements) + "}" }

func (n *setNode) build(s *selectionBinder, expected cqltype.Type) (output, error) {
	if _, ok := expected.(*cqltype.MapType); ok && len(n.elements) == 0 {
		empty := termExpr{constTerm(cqltype.EncodeMap(nil))}
		return output{expr: empty, typ: expected, name: "{}"}, nil
	}
	typ, err := typeFor(n, expected)
	if err != nil {
		return output{}, err
	}
	t, ok := typ.(*cqltype.SetType)
	if !ok {
		return output{}, cannotInfer(n)
	}
	if cqltype.Contains(t.Elem, cqltype.KindDuration) {
		return output{}, cqlerr.Invalid("Durations are not allowed inside sets: %s", cqltype.NewSet(t.Elem, true))
	}
	args, names, aggregates, err := s.buildArgs(n.elements, repeated(t.Elem, len(n.elements)))
	join := func(parts [][]byte) ([]byte, error) { return cqltype.EncodeSet(t.Elem, parts), noNulls(parts) }
	return output{expr: &joinExpr{args, join}, typ: typ, name: "{" + strings.Join(names, ", ") + "}", aggregates: aggregates}, err
}

// mapNode is {k: v}: a map, or a user type with its fields. What it is depends on the type it is for.
type mapNode struct {
	entries []ast.SelectorEntry
	s       *selectionBinder
}

func (n *mapNode) exact() cqltype.Type { return nil }

func (n *mapNode) String() string {
	texts := make([]string, len(n.entries))
	for i, e := range n.entries {
		texts[i] = n.text(e.Key) + ": " + n.text(e.Value)
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

func (n *mapNode) text(sel ast.Selector) string {
	if c, ok := sel.(ast.ColumnSelector); ok {
		return c.Name
	}
	if node, err := n.s.prepare(sel); err == nil {
		return node.String()
	}
	return sel.String()
}

// sides resolves the entries for a type: the receivers' types of keys (nil for fields) and values.
func (n *mapNode) sides(t cqltype.Type) (keys, values []selectable, types []cqltype.Type, err error) {
	for _, e := range n.entries {
		var typ cqltype.Type
		switch t := t.(type) {
		case *cqltype.MapType:
			key, err := n.s.prepare(e.Key)
			if err != nil {
				return nil, nil, nil, err
			}
			keys, typ = append(keys, key), t.Value
		case *cqltype.UserType:
			if typ, err = fieldOf(t, e.Key); err != nil {
				return nil, nil, nil, err
			}
		default:
			return nil, nil, nil, cannotInfer(n)
		}
		value, err := n.s.prepare(e.Value)
		if err != nil {
			return nil, nil, nil, err
		}
		values, types = append(values, value), append(types, typ)
	}
	return keys, values, types, nil
}

func fieldOf(t *cqltype.UserType, key ast.Selector) (cqltype.Type, error) {
	c, ok := key.(ast.ColumnSelector)
	if !ok {
		return nil, cqlerr.Invalid("%s is not a valid field identifier of type %s ", key, t.Name)
	}
	i := t.FieldIndex(c.Name)
	if i < 0 {
		return nil, cqlerr.Invalid("Unknown field '%s' in value of user defined type %s", c.Name, t.Name)
	}
	return t.Fields[i].Type, nil
}

func (n *mapNode) test(recv cqltype.Type) (fn.Match, error) {
	switch recv.Kind() {
	case cqltype.KindMap, cqltype.KindUDT:
	default:
		// It is a map for anything but a user type: names that are no columns are refused first.
		_, _, _, err := n.sides(cqltype.NewMap(recv, recv, false))
		return fn.NotAssignable, err
	}
	keys, values, types, err := n.sides(recv)
	if err != nil {
		return fn.NotAssignable, err
	}
	for i, v := range values {
		if m, err := v.test(types[i]); m == fn.NotAssignable || err != nil {
			return fn.NotAssignable, err
		}
		if keys == nil {
			continue
		}
		if m, err := keys[i].test(recv.(*cqltype.MapType).Key); m == fn.NotAssignable || err != nil {
			return fn.NotAssignable, err
		}
	}
	return fn.WeaklyAssignable, nil
}

func (n *mapNode) build(s *selectionBinder, expected cqltype.Type) (output, error) {
	if expected == nil {
		return output{}, cannotInfer(n)
	}
	keys, values, types, err := n.sides(expected)
	if err != nil {
		return output{}, err
	}
	valueExprs, valueNames, aggregates, err := s.buildArgs(values, types)
	if err != nil {
		return output{}, err
	}
	out := output{typ: expected, aggregates: aggregates}
	if u, ok := expected.(*cqltype.UserType); ok {
		texts := make([]string, len(n.entries))
		places := make([]int, len(n.entries))
		for i, e := range n.entries {
			name := e.Key.(ast.ColumnSelector).Name
			texts[i], places[i] = name+": "+valueNames[i], u.FieldIndex(name)
		}
		out.name = "{" + strings.Join(texts, ", ") + "}"
		out.expr = &joinExpr{valueExprs, func(parts [][]byte) ([]byte, error) {
			fields := make([][]byte, len(u.Fields))
			for i, p := range parts {
				fields[places[i]] = p
			}
			return cqltype.EncodeTuple(fields), nil
		}}
		return out, nil
	}
	return n.buildMap(s, out, keys, valueExprs, valueNames)
}

func (n *mapNode) buildMap(s *selectionBinder, out output, keys []selectable, values []expr, names []string) (output, error) {
	t := out.typ.(*cqltype.MapType)
	keyExprs, keyNames, aggregates, err := s.buildArgs(keys, repeated(t.Key, len(keys)))
	if err != nil {
		return output{}, err
	}
	texts := make([]string, len(names))
	for i := range names {
		texts[i] = keyNames[i] + ": " + names[i]
	}
	out.name = "{" + strings.Join(texts, ", ") + "}"
	out.aggregates = out.aggregates || aggregates
	count := len(keyExprs)
	out.expr = &joinExpr{append(keyExprs, values...), func(parts [][]byte) ([]byte, error) {
		entries := make([]cqltype.Entry, count)
		for i := range entries {
			entries[i] = cqltype.Entry{Key: parts[i], Value: parts[count+i]}
		}
		return cqltype.EncodeMap(cqltype.SortMap(t.Key, entries)), noNulls(parts[:count])
	}}
	return out, nil
}
