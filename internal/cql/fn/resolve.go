package fn

import (
	"slices"
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// Arg is an argument of a call that is to be resolved.
type Arg interface {
	// Test says how well the argument fits a receiver of that type.
	Test(recv cqltype.Type) (Match, error)
	// Type is the type that the argument has or would prefer to have; nil when it could be anything.
	Type() cqltype.Type
	// ArrayLen is the number of elements of an array literal, -1 for anything else.
	ArrayLen() int
	// IsMarker says that the argument is a bind marker.
	IsMarker() bool
	// String is the argument's text in messages.
	String() string
}

// Name is a function's name in a call; Keyspace is empty when none was written.
type Name struct{ Keyspace, Name string }

// String is the name as messages show it.
func (n Name) String() string {
	if n.Keyspace == "" {
		return n.Name
	}
	return n.Keyspace + "." + n.Name
}

// Call is a call to resolve.
type Call struct {
	Name Name
	Args []Arg
	// Receiver is the type that the result must fit, or nil.
	Receiver cqltype.Type
	// Users are the user-defined functions of that name that the call may mean, in the statement's keyspace or the
	// one that was written.
	Users []*Function
	// PartitionKey are the key types of the table that the call is for: what token() takes. Nil without a table.
	PartitionKey []cqltype.Type
	// LocalTokens says that the table is virtual: its tokens are the keys.
	LocalTokens bool
}

// Resolve finds the function that a call means. It answers nil, without an error, when there is none of that name.
func Resolve(c Call) (*Function, error) {
	candidates, err := c.candidates()
	switch {
	case err != nil:
		return nil, err
	case len(candidates) == 0:
		return nil, nil
	case len(candidates) == 1:
		return candidates[0], c.validate(candidates[0])
	}
	return c.best(candidates)
}

func (c Call) candidates() ([]*Function, error) {
	var all []*Function
	if c.Name.Keyspace == "" || c.Name.Keyspace == SystemKeyspace {
		all = append(all, fixed[c.Name.Name]...)
		if factory := factories[c.Name.Name]; factory != nil {
			f, err := factory.function(c.Args, c.Receiver)
			if err != nil {
				return nil, err
			}
			if f != nil {
				all = append(all, f)
			}
		}
		switch {
		case c.Name.Name != tokenName || len(c.PartitionKey) == 0:
		case c.LocalTokens:
			all = append(all, localTokenFunction(c.PartitionKey))
		default:
			all = append(all, tokenFunction(c.PartitionKey))
		}
	}
	return append(all, c.Users...), nil
}

func (c Call) validate(f *Function) error {
	if len(c.Args) != len(f.Args) {
		return cqlerr.Invalid("Invalid number of arguments in call to function %s: %d required but %d provided", f.FullName(), len(f.Args), len(c.Args))
	}
	for i, a := range c.Args {
		m, err := a.Test(f.Args[i])
		if err != nil {
			return err
		}
		if m == NotAssignable {
			return cqlerr.Invalid("Type error: %s cannot be passed as argument %d of function %s of type %s", a, i, f.FullName(), f.Args[i])
		}
	}
	return nil
}

func (c Call) match(f *Function) (Match, error) {
	if len(c.Args) != len(f.Args) {
		return NotAssignable, nil
	}
	result := ExactMatch
	for i, a := range c.Args {
		m, err := a.Test(f.Args[i])
		if err != nil || m == NotAssignable {
			return NotAssignable, err
		}
		result = min(result, m)
	}
	return result, nil
}

func (c Call) best(candidates []*Function) (*Function, error) {
	var compatible []*Function
	for _, f := range candidates {
		if c.Receiver != nil && Assign(f.Return, c.Receiver) == NotAssignable {
			continue
		}
		m, err := c.match(f)
		switch {
		case err != nil:
			return nil, err
		case m == ExactMatch:
			return f, nil
		case m == WeaklyAssignable:
			compatible = append(compatible, f)
		}
	}
	switch len(compatible) {
	case 0:
		return nil, c.noMatch(candidates)
	case 1:
		return compatible[0], nil
	}
	return c.ambiguous(compatible)
}

func (c Call) noMatch(candidates []*Function) error {
	if op := operator(c.Name.Name); op != "" {
		return cqlerr.Invalid("the '%s' operation is not supported between %s and %s", op, c.Args[0], c.Args[1])
	}
	return cqlerr.Invalid("Invalid call to function %s, none of its type signatures match (known type signatures: %s)", c.Name, signatures(candidates))
}

// ambiguous decides between several functions that fit. Operators without bind markers take the types of the receiver.
func (c Call) ambiguous(compatible []*Function) (*Function, error) {
	op := operator(c.Name.Name)
	switch {
	case op != "":
		if c.Receiver != nil && !slices.ContainsFunc(c.Args, Arg.IsMarker) {
			for _, f := range compatible {
				if cqltype.Equal(c.Receiver, f.Args[0]) && cqltype.Equal(c.Receiver, f.Args[1]) {
					return f, nil
				}
			}
		}
		return nil, cqlerr.Invalid("Ambiguous '%s' operation with args %s and %s: use type hint to disambiguate, example '(int) ?'", op, c.Args[0], c.Args[1])
	case c.Name.Name == Negation:
		return nil, cqlerr.Invalid("Ambiguous negation: use type casts to disambiguate")
	}
	return nil, cqlerr.Invalid("Ambiguous call to function %s (can be matched by following signatures: %s): use type casts to disambiguate", c.Name, signatures(compatible))
}

func signatures(list []*Function) string {
	texts := make([]string, len(list))
	for i, f := range list {
		texts[i] = f.String()
	}
	return strings.Join(texts, ", ")
}
