package schema

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func (a *applier) createAggregate(st *ast.CreateAggregate) (*Update, error) {
	if st.IfNotExists && st.OrReplace {
		return nil, cqlerr.Invalid("Cannot use both 'OR REPLACE' and 'IF NOT EXISTS' directives")
	}
	for _, t := range st.Args {
		if err := refuseFrozen("Argument", t, st.Name.Keyspace); err != nil {
			return nil, err
		}
	}
	if err := refuseFrozen("State type", st.StateType, st.Name.Keyspace); err != nil {
		return nil, err
	}
	k, err := a.keyspace(st.Name.Keyspace)
	if err != nil {
		return nil, err
	}
	g := &Aggregate{Keyspace: k.Name, Name: st.Name.Name, ArgTypes: []cqltype.Type{}, StateFunc: st.StateFunc, FinalFunc: st.FinalFunc}
	for _, arg := range st.Args {
		t, err := k.Type(arg)
		if err != nil {
			return nil, err
		}
		g.ArgTypes = append(g.ArgTypes, t)
	}
	if g.StateType, err = k.Type(st.StateType); err != nil {
		return nil, err
	}
	if err := a.bindAggregate(k, st, g); err != nil {
		return nil, err
	}
	result := aggregateChange(g)
	result.Kind = Created
	if old := k.Aggregate(g.Name, g.ArgTypes); old != nil {
		switch {
		case st.IfNotExists:
			return a.unchanged()
		case !st.OrReplace:
			return nil, cqlerr.Invalid("Aggregate '%s' already exists", g.Name)
		case !cqltype.IsCompatibleWith(g.ReturnType, old.ReturnType):
			return nil, cqlerr.Invalid("Cannot replace aggregate '%s', the new return type %s isn't compatible with the return type %s of existing function", g.Name, g.ReturnType, old.ReturnType)
		}
		result.Kind = Updated
	} else if k.Function(g.Name, g.ArgTypes) != nil {
		return nil, cqlerr.Invalid("Aggregate '%s' cannot replace a function", g.Name)
	}
	return a.swap(k.WithAggregate(g), result)
}

// bindAggregate finds the functions of an aggregate and computes its initial state.
func (a *applier) bindAggregate(k *Keyspace, st *ast.CreateAggregate, g *Aggregate) error {
	stateArgs := append([]cqltype.Type{g.StateType}, g.ArgTypes...)
	shown := k.Name + "." + g.StateFunc + signatureText(append([]ast.Type{st.StateType}, st.Args...))
	state := k.Function(g.StateFunc, stateArgs)
	if state == nil {
		if k.Aggregate(g.StateFunc, stateArgs) != nil {
			return cqlerr.Invalid("State function %s isn't a scalar function", shown)
		}
		return cqlerr.Invalid("State function %s doesn't exist", shown)
	}
	if !cqltype.Equal(state.ReturnType.Freeze(), g.StateType.Freeze()) {
		return cqlerr.Invalid("State function %s return type must be the same as the first argument type - check STYPE, argument and return types", shown)
	}
	g.ReturnType = g.StateType
	if g.FinalFunc != "" {
		shown := k.Name + "." + g.FinalFunc + signatureText([]ast.Type{st.StateType})
		final := k.Function(g.FinalFunc, stateArgs[:1])
		if final == nil {
			if k.Aggregate(g.FinalFunc, stateArgs[:1]) != nil {
				return cqlerr.Invalid("Final function %s isn't a scalar function", shown)
			}
			return cqlerr.Invalid("Final function %s doesn't exist", shown)
		}
		g.ReturnType = final.ReturnType
	}
	if st.InitCond != nil {
		var err error
		if g.InitCond, err = a.env.Terms.Constant(k.Name, "(dummy)", g.StateType, st.InitCond); err != nil {
			return err
		}
	}
	if g.InitCond == nil && !state.CalledOnNullInput {
		return cqlerr.Invalid("Cannot create aggregate '%s' without INITCOND because state function %s.%s does not accept 'null' arguments", g.Name, k.Name, g.StateFunc)
	}
	return nil
}

func signatureText(types []ast.Type) string {
	texts := make([]string, len(types))
	for i, t := range types {
		texts[i] = t.String()
	}
	return "(" + strings.Join(texts, ", ") + ")"
}
