package fn

import (
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// factory makes the overload of a function that fits the types of a call's arguments.
type factory struct {
	name   string
	params []parameter
	// build returns the function for these argument types; nil when none fits, which is not an error by itself.
	build func(name string, args []cqltype.Type, recv cqltype.Type) (*Function, error)
}

// parameter tells what a factory accepts at one place.
type parameter struct {
	text     string // in messages
	optional bool
	// infer gives the type of the argument, nil when unknown. previous holds the types of the first pass and is nil
	// during it.
	infer func(a Arg, recv cqltype.Type, previous []cqltype.Type) cqltype.Type
	// check refuses types that do not fit; nil accepts all.
	check func(name string, a Arg, t cqltype.Type) error
}

func (f *factory) fullName() string { return SystemKeyspace + "." + f.name }

func (f *factory) String() string {
	texts := make([]string, len(f.params))
	for i, p := range f.params {
		texts[i] = p.text
		if p.optional {
			texts[i] = "[" + p.text + "]"
		}
	}
	return f.fullName() + "(" + strings.Join(texts, ", ") + ")"
}

func (f *factory) mandatory() int {
	n := 0
	for _, p := range f.params {
		if !p.optional {
			n++
		}
	}
	return n
}

// function infers the types of the arguments in two passes, so that one may depend on another, and builds.
func (f *factory) function(args []Arg, recv cqltype.Type) (*Function, error) {
	if len(args) < f.mandatory() || len(args) > len(f.params) {
		return nil, cqlerr.Invalid("Invalid number of arguments for function %s", f)
	}
	types := make([]cqltype.Type, len(args))
	for i, a := range args {
		types[i] = f.params[i].infer(a, recv, nil)
	}
	for i, a := range args {
		t := f.params[i].infer(a, recv, types)
		if t == nil {
			return nil, cqlerr.Invalid("Cannot infer type of argument %s in call to function %s: use type casts to disambiguate", a, f)
		}
		if f.params[i].check != nil {
			if err := f.params[i].check(f.fullName(), a, t); err != nil {
				return nil, err
			}
		}
		types[i] = t
	}
	built, err := f.build(f.name, types, recv)
	if err == nil && built != nil && len(args) > 0 && built.Return.Kind() == cqltype.KindTimeuuid && types[0].Kind() == cqltype.KindTimeuuid && !isReversed(args[0]) {
		// What is made from a timeuuid has the older class of that type, unless the column is in descending order
		// (AbstractType.udfType). Clients see it.
		legacy := *built
		legacy.Return = cqltype.LegacyTimeuuid
		return &legacy, nil
	}
	return built, err
}

// isReversed says that an argument is a clustering column in descending order, if it can tell.
func isReversed(a Arg) bool {
	r, ok := a.(interface{ IsReversed() bool })
	return ok && r.IsReversed()
}

func ownType(a Arg, _ cqltype.Type, _ []cqltype.Type) cqltype.Type { return a.Type() }

// anyParam takes every type; with fromReceiver an unknown type is that of the receiver.
func anyParam(fromReceiver bool) parameter {
	return parameter{text: "any", infer: func(a Arg, recv cqltype.Type, _ []cqltype.Type) cqltype.Type {
		if t := a.Type(); t != nil || !fromReceiver {
			return t
		}
		return recv
	}}
}

// fixedParam takes one of these types and prefers the first.
func fixedParam(text string, types ...cqltype.Type) parameter {
	return parameter{
		text: text,
		infer: func(a Arg, _ cqltype.Type, _ []cqltype.Type) cqltype.Type {
			if t := a.Type(); t != nil {
				return t
			}
			return types[0]
		},
		check: func(name string, a Arg, t cqltype.Type) error {
			for _, accepted := range types {
				if Assign(t, accepted) != NotAssignable {
					return nil
				}
			}
			return cqlerr.Invalid("Function %s requires an argument of type %s, but found argument %s of type %s", name, text, a, t)
		},
	}
}

func stringParam() parameter { return fixedParam("[text|varchar|ascii]", cqltype.Text, cqltype.Ascii) }

func optional(p parameter) parameter {
	p.optional = true
	return p
}

// checkedParam takes the types for which accept holds; what describes them in the refusal.
func checkedParam(text, what string, accept func(cqltype.Type) bool) parameter {
	return parameter{text: text, infer: ownType, check: func(name string, a Arg, t cqltype.Type) error {
		if accept(t) {
			return nil
		}
		return cqlerr.Invalid("Function %s requires a %s argument, but found argument %s of type %s", name, what, a, t)
	}}
}
