package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// bindTerm checks a term against the receiver of its value and makes it ready to run. Literals without bind markers and
// function calls become constants at once, so their errors are those of PREPARE.
func bindTerm(b *Binder, t ast.Term, recv Receiver) (Term, error) {
	switch t := t.(type) {
	case ast.Literal:
		return bindLiteral(t, recv)
	case ast.Bind:
		b.Bind(t, recv)
		return markerTerm{index: t.Index, typ: recv.Type}, nil
	case ast.ListLiteral:
		return bindList(b, t, recv)
	case ast.SetLiteral:
		return bindSet(b, t, recv)
	case ast.MapLiteral:
		return bindMap(b, t, recv)
	case ast.TupleLiteral:
		return bindTuple(b, t, recv)
	case ast.UserTypeLiteral:
		return bindUserType(b, t, recv)
	case ast.TypeHint:
		return bindHint(b, t, recv)
	case ast.FunctionCall, ast.Arithmetic, ast.Negation, ast.CastTerm:
		return bindCall(b, t, recv)
	}
	return nil, cqlerr.Server("term %T cannot be bound", t)
}

// constTerm is a value known at PREPARE.
type constTerm []byte

// Eval implements Term.
func (c constTerm) Eval(*EvalContext) ([]byte, error) { return c, nil }

// markerTerm is a bind marker.
type markerTerm struct {
	index int
	typ   cqltype.Type
}

// Eval implements Term: it takes the bound value and checks its bytes.
func (m markerTerm) Eval(ctx *EvalContext) ([]byte, error) {
	v, err := ctx.bound(m.index)
	if err != nil || v == nil || IsUnset(v) {
		return v, err
	}
	if err := m.typ.Validate(v); err != nil {
		return nil, clientError(err)
	}
	return ordered(m.typ, v)
}

// ordered puts the elements of a set, or the keys of a map, into their order and leaves one of equal ones: clients need not.
func ordered(t cqltype.Type, v []byte) ([]byte, error) {
	switch t := t.(type) {
	case *cqltype.SetType:
		elems, err := cqltype.DecodeSet(v)
		if err != nil || len(elems) < 2 {
			return v, err
		}
		return cqltype.EncodeSet(t.Elem, elems), nil
	case *cqltype.MapType:
		entries, err := cqltype.DecodeMap(v)
		if err != nil || len(entries) < 2 {
			return v, err
		}
		return cqltype.EncodeMap(cqltype.SortMap(t.Key, entries)), nil
	}
	return v, nil
}

// bound is the value of a bind marker as it came: nil for null, Unset for none.
func (ctx *EvalContext) bound(index int) ([]byte, error) {
	if index >= len(ctx.Values) {
		return nil, cqlerr.Invalid("Invalid amount of bind variables")
	}
	if v := ctx.Values[index]; !v.Unset {
		return v.Bytes, nil
	}
	return Unset(), nil
}

// compositeTerm is a literal whose parts are computed per request.
type compositeTerm struct {
	parts []Term
	// join makes the value out of the parts. A part is nil for null.
	join func(parts [][]byte) ([]byte, error)
	// unset refuses an unset part; nil makes the whole value unset.
	unset func(i int) error
}

// Eval implements Term.
func (c *compositeTerm) Eval(ctx *EvalContext) ([]byte, error) {
	parts := make([][]byte, len(c.parts))
	for i, p := range c.parts {
		v, err := p.Eval(ctx)
		if err != nil {
			return nil, err
		}
		if IsUnset(v) {
			if c.unset == nil {
				return v, nil
			}
			return nil, c.unset(i)
		}
		parts[i] = v
	}
	return c.join(parts)
}

// fold computes a composite of constants at once.
func (c *compositeTerm) fold() (Term, error) {
	for _, p := range c.parts {
		if _, ok := p.(constTerm); !ok {
			return c, nil
		}
	}
	v, err := c.Eval(&EvalContext{})
	if err != nil {
		return nil, err
	}
	return constTerm(v), nil
}

// hasMarker says whether a bind marker is anywhere inside.
func hasMarker(t Term) bool {
	switch t := t.(type) {
	case markerTerm:
		return true
	case *compositeTerm:
		for _, p := range t.parts {
			if hasMarker(p) {
				return true
			}
		}
	case *callTerm:
		for _, p := range t.args {
			if hasMarker(p) {
				return true
			}
		}
	}
	return false
}

// bindHint binds (type)term: the term must fit the type, and the type the receiver.
func bindHint(b *Binder, t ast.TypeHint, recv Receiver) (Term, error) {
	typ, err := bindType(b, t.Type, recv.Keyspace)
	if err != nil {
		return nil, err
	}
	m, err := testTerm(b, t.Term, recv.With(termText(t), typ))
	if err != nil {
		return nil, err
	}
	if m == fn.NotAssignable {
		return nil, cqlerr.Invalid("Cannot cast value %s to type %s", termText(t.Term), t.Type)
	}
	if hintMatch(typ, recv.Type) == fn.NotAssignable {
		return nil, cqlerr.Invalid("Cannot assign value %s to %s of type %s", termText(t), recv.Name, recv.Type)
	}
	return bindTerm(b, t.Term, recv)
}

// hintMatch compares a hint with the receiver. Frozenness counts here, unlike for functions.
func hintMatch(hint, recv cqltype.Type) fn.Match {
	switch {
	case cqltype.Equal(hint, recv):
		return fn.ExactMatch
	case cqltype.ValueCompatible(recv, hint):
		return fn.WeaklyAssignable
	}
	return fn.NotAssignable
}
