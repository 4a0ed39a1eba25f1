package fn

import (
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// UserFunction is a user-defined function: it takes part in overload resolution, but a call fails, as this node does
// not run Java. Functions that answer null for null arguments do so.
func UserFunction(keyspace, name string, args []cqltype.Type, ret cqltype.Type, calledOnNull bool) *Function {
	f := &Function{Keyspace: keyspace, Name: name, Args: args, Return: ret}
	f.Call = func(_ *Context, values [][]byte) ([]byte, error) {
		if !calledOnNull {
			for _, v := range values {
				if v == nil {
					return nil, nil
				}
			}
		}
		return nil, cannotRun(f)
	}
	return f
}

// UserAggregate is a user-defined aggregate; see UserFunction.
func UserAggregate(keyspace, name string, args []cqltype.Type, ret cqltype.Type) *Function {
	f := &Function{Keyspace: keyspace, Name: name, Args: args, Return: ret}
	f.New = func() State { return userState{f} }
	return f
}

type userState struct{ f *Function }

// Add implements State.
func (s userState) Add([][]byte) error { return cannotRun(s.f) }

// Result implements State.
func (s userState) Result() ([]byte, error) { return nil, cannotRun(s.f) }

func cannotRun(f *Function) error {
	types := strings.Split(typeList(f.Args), ", ")
	e := cqlerr.New(cqlerr.FunctionFailure, "execution of '%s[%s]' failed: this node does not run user-defined functions written in Java", f.FullName(), typeList(f.Args))
	e.Detail = &cqlerr.Function{Keyspace: f.Keyspace, Name: f.Name, ArgTypes: types}
	return e
}
