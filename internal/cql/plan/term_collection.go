package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// nullInCollection refuses null elements of lists, sets and maps.
const nullInCollection = "null is not supported inside collections"

// elementReceiver and keyReceiver are the places inside a collection, with the names that Cassandra gives them.
func elementReceiver(recv Receiver, t cqltype.Type) Receiver {
	return recv.With("value("+recv.Name+")", t)
}

func keyReceiver(recv Receiver, t cqltype.Type) Receiver {
	return recv.With("key("+recv.Name+")", t)
}

// arrayReceiver refuses receivers that no [a, b] can go to.
func arrayReceiver(t cqltype.Type) error {
	if k := t.Kind(); k == cqltype.KindList || k == cqltype.KindVector {
		return nil
	}
	return cqlerr.Invalid("Unexpected receiver type '%s'; only list and vector are expected", t)
}

func bindList(b *Binder, l ast.ListLiteral, recv Receiver) (Term, error) {
	switch t := recv.Type.(type) {
	case *cqltype.ListType:
		elems, err := bindElements(b, l.Elements, recv, t.Elem, "list")
		if err != nil {
			return nil, err
		}
		return (&compositeTerm{parts: elems, join: joinElements(cqltype.EncodeList, nullInCollection)}).fold()
	case *cqltype.VectorType:
		if len(l.Elements) != t.Dim {
			return nil, cqlerr.Invalid("Invalid vector literal for %s of type %s; expected %d elements, but given %d", recv.Name, t, t.Dim, len(l.Elements))
		}
		elems, err := bindElements(b, l.Elements, recv, t.Elem, "vector")
		if err != nil {
			return nil, err
		}
		return (&compositeTerm{parts: elems, join: joinElements(t.Encode, "null is not supported inside vectors")}).fold()
	}
	return nil, arrayReceiver(recv.Type)
}

func joinElements(encode func([][]byte) []byte, nullMessage string) func([][]byte) ([]byte, error) {
	return func(elems [][]byte) ([]byte, error) {
		for _, e := range elems {
			if e == nil {
				return nil, cqlerr.Invalid("%s", nullMessage)
			}
		}
		return encode(elems), nil
	}
}

// bindElements binds the elements of a list, set or vector literal; what is its name in messages. All are tested
// before the first one is bound.
func bindElements(b *Binder, elements []ast.Term, recv Receiver, elem cqltype.Type, what string) ([]Term, error) {
	er := elementReceiver(recv, elem)
	for _, e := range elements {
		m, err := testTerm(b, e, er)
		if err != nil {
			return nil, err
		}
		if m == fn.NotAssignable {
			return nil, cqlerr.Invalid("Invalid %s literal for %s: value %s is not of type %s", what, recv.Name, termText(e), elem)
		}
	}
	bound := make([]Term, len(elements))
	for i, e := range elements {
		t, err := bindTerm(b, e, er)
		if err != nil {
			return nil, err
		}
		if what != "vector" && hasMarker(t) {
			return nil, cqlerr.Invalid("Invalid %s literal for %s: bind variables are not supported inside collection literals", what, recv.Name)
		}
		bound[i] = t
	}
	return bound, nil
}

func bindSet(b *Binder, l ast.SetLiteral, recv Receiver) (Term, error) {
	switch t := recv.Type.(type) {
	case *cqltype.SetType:
		elems, err := bindElements(b, l.Elements, recv, t.Elem, "set")
		if err != nil {
			return nil, err
		}
		encode := func(elems [][]byte) []byte { return cqltype.EncodeSet(t.Elem, elems) }
		return (&compositeTerm{parts: elems, join: joinElements(encode, nullInCollection)}).fold()
	case *cqltype.MapType:
		if len(l.Elements) == 0 {
			return constTerm(cqltype.EncodeMap(nil)), nil
		}
	}
	return nil, cqlerr.Invalid("Invalid set literal for %s of type %s", recv.Name, recv.Type)
}

func bindMap(b *Binder, l ast.MapLiteral, recv Receiver) (Term, error) {
	t, ok := recv.Type.(*cqltype.MapType)
	if !ok {
		return nil, cqlerr.Invalid("Invalid map literal for %s of type %s", recv.Name, recv.Type)
	}
	kr, vr := keyReceiver(recv, t.Key), elementReceiver(recv, t.Value)
	if err := testEntries(b, l, recv, kr, vr); err != nil {
		return nil, err
	}
	parts := make([]Term, 0, 2*len(l.Entries))
	for _, e := range l.Entries {
		k, err := bindTerm(b, e.Key, kr)
		if err != nil {
			return nil, err
		}
		v, err := bindTerm(b, e.Value, vr)
		if err != nil {
			return nil, err
		}
		if hasMarker(k) || hasMarker(v) {
			return nil, cqlerr.Invalid("Invalid map literal for %s: bind variables are not supported inside collection literals", recv.Name)
		}
		parts = append(parts, k, v)
	}
	return (&compositeTerm{parts: parts, join: func(parts [][]byte) ([]byte, error) { return joinMap(t, parts) }}).fold()
}

func testEntries(b *Binder, l ast.MapLiteral, recv, kr, vr Receiver) error {
	for _, e := range l.Entries {
		m, err := testTerm(b, e.Key, kr)
		if err != nil {
			return err
		}
		if m == fn.NotAssignable {
			return cqlerr.Invalid("Invalid map literal for %s: key %s is not of type %s", recv.Name, termText(e.Key), kr.Type)
		}
		if m, err = testTerm(b, e.Value, vr); err != nil {
			return err
		}
		if m == fn.NotAssignable {
			return cqlerr.Invalid("Invalid map literal for %s: value %s is not of type %s", recv.Name, termText(e.Value), vr.Type)
		}
	}
	return nil
}

func joinMap(t *cqltype.MapType, parts [][]byte) ([]byte, error) {
	entries := make([]cqltype.Entry, 0, len(parts)/2)
	for i := 0; i < len(parts); i += 2 {
		if parts[i] == nil || parts[i+1] == nil {
			return nil, cqlerr.Invalid(nullInCollection)
		}
		entries = append(entries, cqltype.Entry{Key: parts[i], Value: parts[i+1]})
	}
	return cqltype.EncodeMap(cqltype.SortMap(t.Key, entries)), nil
}
