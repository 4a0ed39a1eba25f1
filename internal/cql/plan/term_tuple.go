package plan

import (
	"fmt"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// components are the types of a tuple, or of the fields of a user type; ok is false for other types.
func components(t cqltype.Type) (types []cqltype.Type, ok bool) {
	switch t.Kind() {
	case cqltype.KindTuple, cqltype.KindUDT:
		return cqltype.Children(t), true
	}
	return nil, false
}

func componentReceiver(recv Receiver, i int, t cqltype.Type) Receiver {
	return recv.With(fmt.Sprintf("%s[%d]", recv.Name, i), t)
}

// fieldReceiver is a field of a user type.
func fieldReceiver(recv Receiver, f cqltype.Field) Receiver {
	return recv.With(recv.Name+"."+f.Name, f.Type)
}

// bindTuple binds (a, b). (a) for a receiver that is no tuple is a term in parentheses.
func bindTuple(b *Binder, l ast.TupleLiteral, recv Receiver) (Term, error) {
	types, ok := components(recv.Type)
	if !ok {
		if len(l.Elements) == 1 {
			return bindTerm(b, l.Elements[0], recv)
		}
		return nil, cqlerr.Invalid("Invalid tuple type literal for %s of type %s", recv.Name, recv.Type)
	}
	for i, e := range l.Elements {
		if i >= len(types) {
			return nil, cqlerr.Invalid("Invalid tuple literal for %s: too many elements. Type %s expects %d but got %d", recv.Name, recv.Type, len(types), len(l.Elements))
		}
		m, err := testTerm(b, e, componentReceiver(recv, i, types[i]))
		if err != nil {
			return nil, err
		}
		if m == fn.NotAssignable {
			return nil, cqlerr.Invalid("Invalid tuple literal for %s: component %d is not of type %s", recv.Name, i, types[i])
		}
	}
	if recv.Type.IsMultiCell() {
		// Cassandra takes the value for one of a user type and runs into a ClassCastException.
		return nil, cqlerr.Server("a tuple literal cannot be assigned to %s of the non-frozen type %s", recv.Name, recv.Type)
	}
	parts := make([]Term, len(l.Elements))
	for i, e := range l.Elements {
		var err error
		if parts[i], err = bindTerm(b, e, componentReceiver(recv, i, types[i])); err != nil {
			return nil, err
		}
	}
	return (&compositeTerm{
		parts: parts,
		join:  func(parts [][]byte) ([]byte, error) { return cqltype.EncodeTuple(parts), nil },
		unset: func(i int) error { return cqlerr.Invalid("Invalid unset value for tuple field number %d", i) },
	}).fold()
}

func bindUserType(b *Binder, l ast.UserTypeLiteral, recv Receiver) (Term, error) {
	t, ok := recv.Type.(*cqltype.UserType)
	if !ok {
		return nil, cqlerr.Invalid("Invalid user type literal for %s of type %s", recv.Name, recv.Type)
	}
	if err := testFields(b, l, t, recv); err != nil {
		return nil, err
	}
	values := fieldValues(l)
	parts := make([]Term, len(t.Fields))
	for i, f := range t.Fields {
		value := values[f.Name]
		if value == nil {
			value = ast.Literal{Kind: ast.Null}
		}
		var err error
		if parts[i], err = bindTerm(b, value, fieldReceiver(recv, f)); err != nil {
			return nil, err
		}
	}
	for _, f := range l.Fields {
		if t.FieldIndex(f.Name) < 0 {
			return nil, cqlerr.Invalid("Unknown field '%s' in value of user defined type %s", f.Name, t.Name)
		}
	}
	return (&compositeTerm{
		parts: parts,
		join:  func(parts [][]byte) ([]byte, error) { return cqltype.EncodeTuple(parts), nil },
		unset: func(i int) error {
			return cqlerr.Invalid("Invalid unset value for field '%s' of user defined type %s", t.Fields[i].Name, t.Name)
		},
	}).fold()
}

// fieldValues maps names to values; the later of two equal names counts.
func fieldValues(l ast.UserTypeLiteral) map[string]ast.Term {
	values := make(map[string]ast.Term, len(l.Fields))
	for _, f := range l.Fields {
		values[f.Name] = f.Value
	}
	return values
}

func testFields(b *Binder, l ast.UserTypeLiteral, t *cqltype.UserType, recv Receiver) error {
	values := fieldValues(l)
	for _, f := range t.Fields {
		value := values[f.Name]
		if value == nil {
			continue
		}
		m, err := testTerm(b, value, fieldReceiver(recv, f))
		if err != nil {
			return err
		}
		if m == fn.NotAssignable {
			return cqlerr.Invalid("Invalid user type literal for %s: field %s is not of type %s", recv.Name, f.Name, f.Type)
		}
	}
	return nil
}
