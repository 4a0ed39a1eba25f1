package plan

import (
	"strings"
	"time"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// SchemaTerms computes the values that schema changes need: initial states, arguments of masks, conditions of views.
type SchemaTerms struct {
	Env *Env
	Fn  *fn.Context
}

var _ schema.Terms = SchemaTerms{}

func (t SchemaTerms) eval() *EvalContext {
	return &EvalContext{Time: time.Time{}, Version: 5, Fn: t.Fn, Warn: func(string) {}}
}

// in is the environment with a schema under change.
func (t SchemaTerms) in(s *schema.Schema) *Env {
	env := *t.Env
	env.Schema = s
	return &env
}

// Constant implements schema.Terms.
func (t SchemaTerms) Constant(keyspace, name string, typ cqltype.Type, term ast.Term) ([]byte, error) {
	b := &Binder{Env: t.Env}
	bound, err := bindTerm(b, term, Receiver{Keyspace: keyspace, Name: name, Type: typ})
	if err != nil {
		return nil, err
	}
	if len(b.Variables()) > 0 {
		return nil, cqlerr.Invalid("Bind variables are not allowed in %s", name)
	}
	return bound.Eval(t.eval())
}

// Mask implements schema.Terms (ColumnMask.Raw.prepare).
func (t SchemaTerms) Mask(s *schema.Schema, c *schema.Column, m *ast.Mask) (*schema.Mask, error) {
	b := &Binder{Env: t.in(s)}
	recv := Receiver{Keyspace: c.Keyspace, Table: c.Table, Name: c.Name, Type: c.Type}
	args := []fn.Arg{typedArg{c.Type}}
	for _, a := range m.Args {
		args = append(args, termArg{b, a, Receiver{Keyspace: c.Keyspace, Table: c.Table}})
	}
	f, err := ResolveFunction(b, callName(m.Function), args, recv)
	if err != nil {
		return nil, err
	}
	text := m.Function.String() + "(" + termTexts(m.Args) + ")"
	switch {
	case f == nil:
		return nil, cqlerr.Invalid("Unable to find masking function for %s, no declared function matches the signature %s", c.Name, text)
	case f.IsAggregate():
		return nil, cqlerr.Invalid("Aggregate function %s cannot be used for masking table columns", text)
	case f.Native && !strings.HasPrefix(f.Name, "mask_"):
		return nil, cqlerr.Invalid("Not-masking function %s cannot be used for masking table columns", text)
	case !cqltype.Equal(f.Return, c.Type):
		return nil, cqlerr.Invalid("Masking function %s return type is %s. This is different to the type of the masked column %s of type %s. Masking functions can only be attached to table columns if they return the same data type as the masked column.",
			text, f.Return, c.Name, c.Type)
	}
	return t.maskArguments(b, f, m, recv)
}

func (t SchemaTerms) maskArguments(b *Binder, f *fn.Function, m *ast.Mask, recv Receiver) (*schema.Mask, error) {
	mask := &schema.Mask{Keyspace: f.Keyspace, Function: f.Name, ArgTypes: []cqltype.Type{}, ArgValues: [][]byte{}}
	for i, a := range m.Args {
		bound, err := bindTerm(b, a, ArgReceiver(f, i+1, recv))
		if err != nil {
			return nil, err
		}
		if len(b.Variables()) > 0 {
			return nil, cqlerr.Invalid("Bind variables are not allowed in masks")
		}
		v, err := bound.Eval(t.eval())
		if err != nil {
			return nil, err
		}
		if err := checkMaskText(f.Args[i+1], v); err != nil {
			return nil, err
		}
		mask.ArgTypes, mask.ArgValues = append(mask.ArgTypes, f.Args[i+1]), append(mask.ArgValues, v)
	}
	return mask, nil
}

// checkMaskText refuses texts with quotes: Cassandra reads a mask's arguments again, in quotes of its own
// (CQL3Type.toCQLLiteral and ColumnMask.partialArgumentValue), and could not load such a table.
func checkMaskText(t cqltype.Type, v []byte) error {
	if v == nil || t.Kind() != cqltype.KindText && t.Kind() != cqltype.KindAscii {
		return nil
	}
	literal := "'" + string(v) + "'"
	if _, err := parse.Term(literal); err != nil {
		return cqlerr.Syntax("Failed parsing CQL term: [%s] reason: SyntaxException %s", literal, err)
	}
	return nil
}

// CheckView implements schema.Terms.
func (t SchemaTerms) CheckView(s *schema.Schema, base *schema.Table, where []ast.Relation) error {
	for _, r := range where {
		if hasBind(r.Value) || anyBind(r.Values) || hasBind(r.Key) {
			return cqlerr.Invalid("Bind variables are not allowed in CREATE MATERIALIZED VIEW statements")
		}
	}
	_, err := NewViewFilter(t.in(s), base, where, t.eval())
	return err
}

func anyBind(terms []ast.Term) bool {
	for _, t := range terms {
		if hasBind(t) {
			return true
		}
	}
	return false
}

// hasBind finds bind markers in the literals of a term.
func hasBind(t ast.Term) bool {
	switch t := t.(type) {
	case ast.Bind:
		return true
	case ast.ListLiteral:
		return anyBind(t.Elements)
	case ast.SetLiteral:
		return anyBind(t.Elements)
	case ast.TupleLiteral:
		return anyBind(t.Elements)
	case ast.MapLiteral:
		for _, e := range t.Entries {
			if hasBind(e.Key) || hasBind(e.Value) {
				return true
			}
		}
	case ast.UserTypeLiteral:
		for _, f := range t.Fields {
			if hasBind(f.Value) {
				return true
			}
		}
	case ast.FunctionCall:
		return anyBind(t.Args)
	case ast.TypeHint:
		return hasBind(t.Term)
	}
	return false
}
