package schema

import (
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// createFunction records a function. Its Java body is kept, described and granted, but nobody runs it.
func (a *applier) createFunction(st *ast.CreateFunction) (*Update, error) {
	if err := a.checkFunction(st); err != nil {
		return nil, err
	}
	k, err := a.keyspace(st.Name.Keyspace)
	if err != nil {
		return nil, err
	}
	f := &Function{
		Keyspace: k.Name, Name: st.Name.Name, CalledOnNullInput: st.CalledOnNullInput, Language: st.Language, Body: st.Body,
		ArgNames: []string{}, ArgTypes: []cqltype.Type{},
	}
	for _, arg := range st.Args {
		t, err := k.Type(arg.Type)
		if err != nil {
			return nil, err
		}
		f.ArgNames, f.ArgTypes = append(f.ArgNames, arg.Name), append(f.ArgTypes, t)
	}
	if f.ReturnType, err = k.Type(st.Returns); err != nil {
		return nil, err
	}
	kind := Created
	if old := k.Function(f.Name, f.ArgTypes); old != nil {
		switch {
		case st.IfNotExists:
			return a.unchanged()
		case !st.OrReplace:
			return nil, cqlerr.Invalid("Function '%s' already exists", f.Name)
		case old.CalledOnNullInput != f.CalledOnNullInput:
			directive := "RETURNS NULL ON NULL INPUT"
			if f.CalledOnNullInput {
				directive = "CALLED ON NULL INPUT"
			}
			return nil, cqlerr.Invalid("Function '%s' must have %s directive", f.Name, directive)
		case !cqltype.IsCompatibleWith(f.ReturnType, old.ReturnType):
			return nil, cqlerr.Invalid("Cannot replace function '%s', the new return type %s is not compatible with the return type %s of existing function", f.Name, f.ReturnType, old.ReturnType)
		}
		kind = Updated
	} else if k.Aggregate(f.Name, f.ArgTypes) != nil {
		return nil, cqlerr.Invalid("Function '%s' cannot replace an aggregate", f.Name)
	}
	result := functionChange(f)
	result.Kind = kind
	return a.swap(k.WithFunction(f), result)
}

func (a *applier) checkFunction(st *ast.CreateFunction) error {
	if st.IfNotExists && st.OrReplace {
		return cqlerr.Invalid("Cannot use both 'OR REPLACE' and 'IF NOT EXISTS' directives")
	}
	if !a.env.Flags.UserFunctions {
		return cqlerr.Invalid("User-defined functions are disabled in cassandra.yaml - set user_defined_functions_enabled=true to enable")
	}
	if !strings.EqualFold(st.Language, "java") {
		return cqlerr.Invalid("Currently only Java UDFs are available in Cassandra. For more information - CASSANDRA-18252 and CASSANDRA-17281")
	}
	var names []string
	duplicate := false
	for _, arg := range st.Args {
		duplicate = duplicate || slices.Contains(names, arg.Name)
		names = append(names, arg.Name)
	}
	if duplicate {
		return cqlerr.Invalid("Duplicate argument names for given function %s with argument names %s", st.Name.Name, javaList(names))
	}
	for _, arg := range st.Args {
		if err := refuseFrozen("Argument", arg.Type, st.Name.Keyspace); err != nil {
			return err
		}
	}
	return refuseFrozen("Return type", st.Returns, st.Name.Keyspace)
}

// refuseFrozen keeps frozen<> out of signatures, where it means nothing.
func refuseFrozen(what string, t ast.Type, keyspace string) error {
	f, ok := t.(ast.FrozenType)
	if !ok {
		return nil
	}
	if _, tuple := f.Inner.(ast.TupleType); tuple {
		return nil
	}
	text := qualifiedType(t, keyspace)
	if keyspace == "" {
		text = t.String()
	}
	return cqlerr.Invalid("%s '%s' cannot be frozen; remove frozen<> modifier from '%s'", what, text, text)
}
