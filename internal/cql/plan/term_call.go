package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// callTerm is a function call.
type callTerm struct {
	fn   *fn.Function
	args []Term
}

// Eval implements Term.
func (c *callTerm) Eval(ctx *EvalContext) ([]byte, error) {
	args := make([][]byte, len(c.args))
	for i, a := range c.args {
		v, err := a.Eval(ctx)
		if err != nil {
			return nil, err
		}
		if IsUnset(v) {
			return nil, cqlerr.Invalid("Invalid unset value for argument in call to function %s", c.fn.Name)
		}
		args[i] = v
	}
	return c.fn.Call(ctx.Fn, args)
}

// callName is the name of a call in the AST as package fn knows it.
func callName(n ast.QualifiedName) fn.Name { return fn.Name{Keyspace: n.Keyspace, Name: n.Name} }

// callParts is what a call, an operation, a negation or a cast calls, and with what.
func callParts(t ast.Term) (name fn.Name, args []ast.Term) {
	switch t := t.(type) {
	case ast.FunctionCall:
		return callName(t.Function), t.Args
	case ast.Arithmetic:
		return fn.Operation(byte(t.Op)), []ast.Term{t.Left, t.Right}
	case ast.Negation:
		return fn.Name{Keyspace: fn.SystemKeyspace, Name: fn.Negation}, []ast.Term{t.Term}
	case ast.CastTerm:
		return fn.CastName(t.Type.Name), []ast.Term{t.Term}
	}
	return fn.Name{}, nil
}

// termArg is a term as an argument of a call that is to be resolved.
type termArg struct {
	b    *Binder
	term ast.Term
	recv Receiver // keyspace and table
}

// Test implements fn.Arg.
func (a termArg) Test(recv cqltype.Type) (fn.Match, error) {
	return testTerm(a.b, a.term, a.recv.With("", recv))
}

// Type implements fn.Arg.
func (a termArg) Type() cqltype.Type {
	t, err := compatibleType(a.b, a.term, a.recv)
	if err != nil {
		return nil
	}
	return t
}

// IsMarker implements fn.Arg.
func (a termArg) IsMarker() bool {
	_, ok := a.term.(ast.Bind)
	return ok
}

// ArrayLen implements fn.Arg.
func (a termArg) ArrayLen() int {
	if l, ok := a.term.(ast.ListLiteral); ok {
		return len(l.Elements)
	}
	return -1
}

// String implements fn.Arg.
func (a termArg) String() string { return termText(a.term) }

// resolveCall finds the function of a call; nil without an error when there is none of that name. Without a type in
// recv the result may be of any type.
func resolveCall(b *Binder, t ast.Term, recv Receiver) (*fn.Function, error) {
	name, terms := callParts(t)
	args := make([]fn.Arg, len(terms))
	for i, a := range terms {
		args[i] = termArg{b, a, Receiver{Keyspace: recv.Keyspace, Table: recv.Table}}
	}
	return ResolveFunction(b, name, args, recv)
}

// ResolveFunction finds the function that a call means: a native one, or one of the keyspace that the call names or
// that recv is in. It is nil, without an error, when there is none of that name.
func ResolveFunction(b *Binder, name fn.Name, args []fn.Arg, recv Receiver) (*fn.Function, error) {
	call := fn.Call{Name: name, Args: args, Receiver: recv.Type}
	if s := b.schema(); s != nil {
		keyspace := name.Keyspace
		if keyspace == "" {
			keyspace = recv.Keyspace
		}
		call.Users = userFunctions(s.Keyspace(keyspace), name.Name)
		if t := s.Table(recv.Keyspace, recv.Table); t != nil {
			call.PartitionKey, call.LocalTokens = columnTypes(t.PartitionKey), t.Virtual
		}
	}
	return fn.Resolve(call)
}

func columnTypes(columns []*schema.Column) []cqltype.Type {
	types := make([]cqltype.Type, len(columns))
	for i, c := range columns {
		types[i] = c.Type
	}
	return types
}

// userFunctions are the overloads of a user-defined function or aggregate.
func userFunctions(ks *schema.Keyspace, name string) []*fn.Function {
	if ks == nil {
		return nil
	}
	var list []*fn.Function
	for _, f := range ks.Functions[name] {
		list = append(list, fn.UserFunction(f.Keyspace, f.Name, f.ArgTypes, f.ReturnType, f.CalledOnNullInput))
	}
	for _, a := range ks.Aggregates[name] {
		state := partOf(ks, a.StateFunc, append([]cqltype.Type{a.StateType}, a.ArgTypes...))
		final := partOf(ks, a.FinalFunc, []cqltype.Type{a.StateType})
		if state != nil {
			list = append(list, fn.UserAggregate(a.Keyspace, a.Name, a.ArgTypes, a.ReturnType, a.InitCond, state, final))
		}
	}
	return list
}

// partOf is the function of an aggregate; nil when there is none.
func partOf(ks *schema.Keyspace, name string, args []cqltype.Type) *fn.Function {
	f := ks.Function(name, args)
	if f == nil {
		return nil
	}
	return fn.UserFunction(f.Keyspace, f.Name, f.ArgTypes, f.ReturnType, f.CalledOnNullInput)
}

// testCall says how well the result of a call fits. A call that cannot be resolved fits weakly: binding it will say
// what is wrong.
func testCall(b *Binder, t ast.Term, recv Receiver) fn.Match {
	f, err := resolveCall(b, t, recv)
	switch {
	case err != nil || f == nil || f.FromJSON:
		return fn.WeaklyAssignable
	case cqltype.Equal(recv.Type, f.Return):
		return fn.ExactMatch
	case cqltype.ValueCompatible(recv.Type, f.Return):
		return fn.WeaklyAssignable
	}
	return fn.NotAssignable
}

// ArgReceiver is the place of the i-th argument of a call, with its name in messages and bind variables.
func ArgReceiver(f *fn.Function, i int, recv Receiver) Receiver {
	return recv.With(fn.ArgName(f, i), f.Args[i])
}

func bindCall(b *Binder, t ast.Term, recv Receiver) (Term, error) {
	f, err := resolveCall(b, t, recv)
	if err != nil {
		return nil, err
	}
	name, terms := callParts(t)
	switch {
	case f == nil:
		return nil, cqlerr.Invalid("Unknown function %s called", name)
	case f.IsAggregate():
		return nil, cqlerr.Invalid("Aggregation function are not supported in the where clause")
	case fn.Assign(f.Return, recv.Type) == fn.NotAssignable:
		if op := fn.Operator(f); op != "" {
			return nil, cqlerr.Invalid("Type error: cannot assign result of operation %s (type %s) to %s (type %s)", op, f.Return, recv.Name, recv.Type)
		}
		return nil, cqlerr.Invalid("Type error: cannot assign result of function %s (type %s) to %s (type %s)", f.FullName(), f.Return, recv.Name, recv.Type)
	}
	b.use(f)
	call := &callTerm{fn: f, args: make([]Term, len(terms))}
	for i, a := range terms {
		if call.args[i], err = bindTerm(b, a, ArgReceiver(f, i, recv)); err != nil {
			return nil, err
		}
	}
	return call, nil
}
