package plan

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqltype"
)

// testTerm says how well a term fits a receiver, of which only type and keyspace matter. Errors are those for which
// Cassandra gives up here already.
func testTerm(b *Binder, t ast.Term, recv Receiver) (fn.Match, error) {
	switch t := t.(type) {
	case ast.Literal:
		return testLiteral(t, recv.Type), nil
	case ast.Bind:
		return fn.WeaklyAssignable, nil
	case ast.ListLiteral:
		return testList(b, t, recv)
	case ast.SetLiteral:
		return testSet(b, t, recv)
	case ast.MapLiteral:
		return testMap(b, t, recv)
	case ast.TupleLiteral:
		return testTuple(b, t, recv)
	case ast.UserTypeLiteral:
		return testUserType(b, t, recv)
	case ast.TypeHint:
		typ, err := bindType(b, t.Type, recv.Keyspace)
		if err != nil {
			return fn.NotAssignable, err
		}
		return hintMatch(typ, recv.Type), nil
	default:
		return testCall(b, t, recv), nil
	}
}

// testAll is the worst match of several terms for one receiver; exact for none.
func testAll(b *Binder, terms []ast.Term, recv Receiver) (fn.Match, error) {
	result := fn.ExactMatch
	for _, t := range terms {
		m, err := testTerm(b, t, recv)
		if err != nil || m == fn.NotAssignable {
			return fn.NotAssignable, err
		}
		result = min(result, m)
	}
	return result, nil
}

func testList(b *Binder, l ast.ListLiteral, recv Receiver) (fn.Match, error) {
	if err := arrayReceiver(recv.Type); err != nil {
		return fn.NotAssignable, err
	}
	if v, ok := recv.Type.(*cqltype.VectorType); ok {
		if len(l.Elements) != v.Dim {
			return fn.NotAssignable, nil
		}
		return testAll(b, l.Elements, elementReceiver(recv, v.Elem))
	}
	if len(l.Elements) == 0 {
		return fn.WeaklyAssignable, nil
	}
	return testAll(b, l.Elements, elementReceiver(recv, recv.Type.(*cqltype.ListType).Elem))
}

// testSet never finds an empty set exact: it has no type of its own, and {} is also an empty map.
func testSet(b *Binder, l ast.SetLiteral, recv Receiver) (fn.Match, error) {
	switch t := recv.Type.(type) {
	case *cqltype.SetType:
		if len(l.Elements) > 0 {
			return testAll(b, l.Elements, elementReceiver(recv, t.Elem))
		}
		return fn.WeaklyAssignable, nil
	case *cqltype.MapType:
		if len(l.Elements) == 0 {
			return fn.WeaklyAssignable, nil
		}
	}
	return fn.NotAssignable, nil
}

func testMap(b *Binder, l ast.MapLiteral, recv Receiver) (fn.Match, error) {
	t, ok := recv.Type.(*cqltype.MapType)
	if !ok {
		return fn.NotAssignable, nil
	}
	result := fn.ExactMatch
	for _, e := range l.Entries {
		for _, side := range []struct {
			term ast.Term
			recv Receiver
		}{{e.Key, keyReceiver(recv, t.Key)}, {e.Value, elementReceiver(recv, t.Value)}} {
			m, err := testTerm(b, side.term, side.recv)
			if err != nil || m == fn.NotAssignable {
				return fn.NotAssignable, err
			}
			result = min(result, m)
		}
	}
	return result, nil
}

// testTuple answers weak when it fits: Cassandra looks no closer.
func testTuple(b *Binder, l ast.TupleLiteral, recv Receiver) (fn.Match, error) {
	types, ok := components(recv.Type)
	if !ok {
		if len(l.Elements) == 1 {
			return testTerm(b, l.Elements[0], recv)
		}
		return fn.NotAssignable, nil
	}
	if len(l.Elements) > len(types) {
		return fn.NotAssignable, nil
	}
	for i, e := range l.Elements {
		m, err := testTerm(b, e, componentReceiver(recv, i, types[i]))
		if err != nil || m == fn.NotAssignable {
			return fn.NotAssignable, err
		}
	}
	return fn.WeaklyAssignable, nil
}

func testUserType(b *Binder, l ast.UserTypeLiteral, recv Receiver) (fn.Match, error) {
	t, ok := recv.Type.(*cqltype.UserType)
	if !ok {
		return fn.NotAssignable, nil
	}
	values := fieldValues(l)
	for _, f := range t.Fields {
		value := values[f.Name]
		if value == nil {
			continue
		}
		m, err := testTerm(b, value, fieldReceiver(recv, f))
		if err != nil || m == fn.NotAssignable {
			return fn.NotAssignable, err
		}
	}
	return fn.WeaklyAssignable, nil
}

// exactType is the type that a term has by itself; nil when it depends on the receiver. recv only gives keyspace and
// table.
func exactType(b *Binder, t ast.Term, recv Receiver) (cqltype.Type, error) {
	return typeOf(b, t, recv, false)
}

// compatibleType is like exactType but takes the preferred type of constants.
func compatibleType(b *Binder, t ast.Term, recv Receiver) (cqltype.Type, error) {
	return typeOf(b, t, recv, true)
}

func typeOf(b *Binder, t ast.Term, recv Receiver, preferred bool) (cqltype.Type, error) {
	switch t := t.(type) {
	case ast.Literal:
		if preferred {
			return preferredType(t), nil
		}
	case ast.TypeHint:
		return bindType(b, t.Type, recv.Keyspace)
	case ast.SetLiteral:
		elem, err := firstType(b, t.Elements, recv, preferred)
		if elem == nil || err != nil {
			return nil, err
		}
		return cqltype.NewSet(elem, true), nil
	case ast.MapLiteral:
		return mapType(b, t, recv, preferred)
	case ast.TupleLiteral:
		elems := make([]cqltype.Type, len(t.Elements))
		for i, e := range t.Elements {
			var err error
			if elems[i], err = typeOf(b, e, recv, preferred); elems[i] == nil || err != nil {
				return nil, err
			}
		}
		if len(elems) == 1 {
			return elems[0], nil
		}
		return cqltype.NewTuple(elems...), nil
	case ast.FunctionCall, ast.Arithmetic, ast.Negation, ast.CastTerm:
		f, _ := resolveCall(b, t, Receiver{Keyspace: recv.Keyspace, Table: recv.Table})
		if f != nil {
			return f.Return, nil
		}
	}
	return nil, nil
}

// firstType is the type of the first element that has one.
func firstType(b *Binder, terms []ast.Term, recv Receiver, preferred bool) (cqltype.Type, error) {
	for _, t := range terms {
		if typ, err := typeOf(b, t, recv, preferred); typ != nil || err != nil {
			return typ, err
		}
	}
	return nil, nil
}

func mapType(b *Binder, l ast.MapLiteral, recv Receiver, preferred bool) (cqltype.Type, error) {
	keys, values := make([]ast.Term, len(l.Entries)), make([]ast.Term, len(l.Entries))
	for i, e := range l.Entries {
		keys[i], values[i] = e.Key, e.Value
	}
	k, err := firstType(b, keys, recv, preferred)
	if k == nil || err != nil {
		return nil, err
	}
	v, err := firstType(b, values, recv, preferred)
	if v == nil || err != nil {
		return nil, err
	}
	return cqltype.NewMap(k, v, true), nil
}

// termText is a term as messages show it: Cassandra's Term.Raw.getText. It differs from CQL in that quotes inside
// strings are not doubled.
func termText(t ast.Term) string {
	switch t := t.(type) {
	case ast.Literal:
		switch t.Kind {
		case ast.Null:
			return "NULL"
		case ast.String:
			return "'" + t.Text + "'"
		}
		return t.Text
	case ast.ListLiteral:
		return "[" + termTexts(t.Elements) + "]"
	case ast.SetLiteral:
		return "{" + termTexts(t.Elements) + "}"
	case ast.TupleLiteral:
		return "(" + termTexts(t.Elements) + ")"
	case ast.MapLiteral:
		parts := make([]string, len(t.Entries))
		for i, e := range t.Entries {
			parts[i] = termText(e.Key) + ": " + termText(e.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case ast.UserTypeLiteral:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = f.Name + ": " + termText(f.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case ast.TypeHint:
		return "(" + t.Type.String() + ")" + termText(t.Term)
	case ast.CastTerm:
		return "cast(" + termText(t.Term) + " as " + t.Type.Name + ")"
	case ast.FunctionCall:
		return callName(t.Function).String() + "(" + termTexts(t.Args) + ")"
	case ast.Arithmetic:
		return termText(t.Left) + " " + string(rune(t.Op)) + " " + termText(t.Right)
	case ast.Negation:
		return "-" + termText(t.Term)
	}
	return t.String()
}

func termTexts(terms []ast.Term) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = termText(t)
	}
	return strings.Join(parts, ", ")
}
