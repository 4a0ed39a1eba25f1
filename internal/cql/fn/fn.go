// Package fn holds the native functions and aggregates of CQL: what they are called, which types they take and give,
// and how they compute.
//
// There is one file per family, each with a list of entries; registry.go joins the lists. A function is either fixed
// (its argument types are known) or made by a factory, which looks at the types of the arguments of a call. Resolve
// finds the function for a call by Cassandra's rules and says no in Cassandra's words. Arithmetic operators are
// functions too, with names that no client can write.
//
// User-defined functions are resolved here next to the native ones, but their Java bodies cannot run in this node.
//
// cql/plan calls Resolve while it binds statements; cql/exec and terms call what it found. Values are wire bytes.
package fn

import (
	"fmt"
	"strings"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// SystemKeyspace is where native functions live.
const SystemKeyspace = "system"

// Context is what functions may know of the request that calls them.
type Context struct {
	// Now is the time of the request.
	Now time.Time
	// TimeUUID makes version 1 UUIDs that never repeat; UUID random ones.
	TimeUUID, UUID func() [16]byte
}

// Function is one overload of a scalar function or an aggregate. Exactly one of Call and New is set.
type Function struct {
	Keyspace, Name string
	Args           []cqltype.Type
	Return         cqltype.Type
	// Call computes the result; a nil argument or result is null. It must not keep or change the arguments.
	Call func(ctx *Context, args [][]byte) ([]byte, error)
	// New starts an aggregation.
	New func() State
	// Monotonic says that a greater last argument never gives a smaller result: GROUP BY accepts such functions.
	Monotonic bool
	// Deterministic is false for functions such as now().
	Deterministic bool
	// Native is false for user-defined functions.
	Native bool
	// Parts are the functions that a user-defined aggregate calls.
	Parts []*Function
	// FromJSON marks from_json, whose result takes the type of its receiver.
	FromJSON bool
	// operator is set for arithmetic.
	operator string
	// column makes the result column's name; nil is name(args).
	column func(args []string) string
}

// State is an aggregation under way. It belongs to one goroutine.
type State interface {
	// Add takes the arguments of one row; it may keep none of the slices.
	Add(args [][]byte) error
	// Result is the aggregate of the rows so far.
	Result() ([]byte, error)
}

// IsAggregate says whether the function folds rows.
func (f *Function) IsAggregate() bool { return f.New != nil }

// FullName is keyspace.name, as it stands in messages and column names.
func (f *Function) FullName() string { return f.Keyspace + "." + f.Name }

// String is the signature as messages show it.
func (f *Function) String() string {
	return cqltype.QuoteName(f.Keyspace) + "." + cqltype.QuoteName(f.Name) + " : (" + typeList(f.Args) + ") -> " + f.Return.String()
}

// ColumnName is the name of the result column of a call whose arguments have these names.
func (f *Function) ColumnName(args []string) string {
	if f.column != nil {
		return f.column(args)
	}
	return f.FullName() + "(" + strings.Join(args, ", ") + ")"
}

// failed is the error 0x1400 of a function that could not compute.
func (f *Function) failed(format string, args ...any) error {
	types := make([]string, len(f.Args))
	for i, t := range f.Args {
		types[i] = t.String()
	}
	e := cqlerr.New(cqlerr.FunctionFailure, "execution of '%s[%s]' failed: %s", f.FullName(), strings.Join(types, ", "), fmt.Sprintf(format, args...))
	e.Detail = &cqlerr.Function{Keyspace: f.Keyspace, Name: f.Name, ArgTypes: types}
	return e
}

func typeList(types []cqltype.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.String()
	}
	return strings.Join(names, ", ")
}

// ArgName is the name of a function's i-th argument as a receiver.
func ArgName(f *Function, i int) string {
	return fmt.Sprintf("arg%d(%s)", i, strings.ToLower(f.FullName()))
}

// call1 and call2 make a Call out of a function of one or two arguments that are not null; null gives null.
func call1(f func(v []byte) ([]byte, error)) func(*Context, [][]byte) ([]byte, error) {
	return func(_ *Context, args [][]byte) ([]byte, error) {
		if args[0] == nil {
			return nil, nil
		}
		return f(args[0])
	}
}

func call2(f func(a, b []byte) ([]byte, error)) func(*Context, [][]byte) ([]byte, error) {
	return func(_ *Context, args [][]byte) ([]byte, error) {
		if args[0] == nil || args[1] == nil {
			return nil, nil
		}
		return f(args[0], args[1])
	}
}
