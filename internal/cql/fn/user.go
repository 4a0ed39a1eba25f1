package fn

import (
	"slices"
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// UserFunction is a user-defined function: it takes part in overload resolution, but a call fails, as this node does
// not run Java. Functions that answer null for null arguments do so.
func UserFunction(keyspace, name string, args []cqltype.Type, ret cqltype.Type, calledOnNull bool) *Function {
	f := &Function{Keyspace: keyspace, Name: name, Args: args, Return: ret}
	f.Call = func(_ *Context, values [][]byte) ([]byte, error) {
		if !calledOnNull && slices.ContainsFunc(values, func(v []byte) bool { return v == nil }) {
			return nil, nil
		}
		return nil, cannotRun(f)
	}
	return f
}

// UserAggregate is a user-defined aggregate made of user functions: state takes the state so far and the arguments of a
// row, final (nil for none) makes the result of the state. It works as long as none of them has to run.
func UserAggregate(keyspace, name string, args []cqltype.Type, ret cqltype.Type, initial []byte, state, final *Function) *Function {
	f := &Function{Keyspace: keyspace, Name: name, Args: args, Return: ret, Parts: []*Function{state}}
	if final != nil {
		f.Parts = append(f.Parts, final)
	}
	f.New = func() State { return &userState{state: state, final: final, value: initial} }
	return f
}

// userState is the state of one UserAggregate (UDAggregate.newAggregate).
type userState struct {
	state, final *Function
	value        []byte
}

// Add implements State. Rows with a null change nothing, where the function is not called for them.
func (s *userState) Add(args [][]byte) error {
	value, err := s.state.Call(nil, append([][]byte{{}}, args...))
	if err == nil && value == nil {
		return nil
	}
	s.value, err = s.state.Call(nil, append([][]byte{s.value}, args...))
	return err
}

// Result implements State.
func (s *userState) Result() ([]byte, error) {
	if s.final == nil {
		return s.value, nil
	}
	return s.final.Call(nil, [][]byte{s.value})
}

func cannotRun(f *Function) error {
	types := strings.Split(typeList(f.Args), ", ")
	e := cqlerr.New(cqlerr.FunctionFailure, "execution of '%s[%s]' failed: this node does not run user-defined functions written in Java", f.FullName(), typeList(f.Args))
	e.Detail = &cqlerr.Function{Keyspace: f.Keyspace, Name: f.Name, ArgTypes: types}
	return e
}
