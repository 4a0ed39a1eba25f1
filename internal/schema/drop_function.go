package schema

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// callable is a function or an aggregate to drop.
type callable struct {
	what     string // FUNCTION or AGGREGATE
	name     ast.QualifiedName
	ifExists bool
	hasArgs  bool
	args     []ast.Type
}

// String is the name in messages, with the argument types that were written.
func (c callable) String() string {
	text := c.name.Keyspace + "." + c.name.Name
	if !c.hasArgs {
		return text
	}
	args := make([]string, len(c.args))
	for i, t := range c.args {
		args[i] = t.String()
	}
	return text + "(" + strings.Join(args, ", ") + ")"
}

// missing answers when there is none.
func (a *applier) missing(c callable) (*Update, error) {
	if c.ifExists {
		return a.unchanged()
	}
	what := "Function"
	if c.what == "AGGREGATE" {
		what = "Aggregate"
	}
	return nil, cqlerr.Invalid("%s '%s' doesn't exist", what, c)
}

// signature finds the argument types and checks that the name alone is enough, if no types were written.
func (c callable) signature(k *Keyspace) ([]cqltype.Type, error) {
	if n := c.name.Name; !c.hasArgs && len(k.Functions[n])+len(k.Aggregates[n]) > 1 {
		return nil, cqlerr.Invalid("'DROP %s %s' matches multiple function definitions; specify the argument types by issuing a statement like 'DROP %s %s (type, type, ...)'. You can use cqlsh 'DESCRIBE %s %s' command to find all overloads",
			c.what, n, c.what, n, c.what, n)
	}
	types := make([]cqltype.Type, len(c.args))
	for _, t := range c.args {
		if err := refuseFrozen("Argument", t, ""); err != nil {
			return nil, err
		}
	}
	for i, t := range c.args {
		var err error
		if types[i], err = k.Type(t); err != nil {
			return nil, err
		}
	}
	return types, nil
}

func (a *applier) dropFunction(st *ast.DropFunction) (*Update, error) {
	c := callable{"FUNCTION", st.Name, st.IfExists, st.HasArgs, st.Args}
	k := a.schema.Keyspaces[st.Name.Keyspace]
	if k == nil {
		return a.missing(c)
	}
	types, err := c.signature(k)
	if err != nil {
		return nil, err
	}
	var f *Function
	if st.HasArgs {
		f = k.Function(st.Name.Name, types)
	} else if list := k.Functions[st.Name.Name]; len(list) > 0 {
		f = list[0]
	}
	if f == nil {
		return a.missing(c)
	}
	if users := k.aggregatesUsing(f); len(users) > 0 {
		return nil, cqlerr.Invalid("Function '%s' is still referenced by aggregates %s", c, strings.Join(users, ", "))
	}
	if tables := k.tablesMaskedWith(f); len(tables) > 0 {
		return nil, cqlerr.Invalid("Function '%s' is still referenced by column masks in tables %s", c, strings.Join(tables, ", "))
	}
	result := functionChange(f)
	result.Kind = Dropped
	return a.swap(k.WithoutFunction(f.Name, f.ArgTypes), result)
}

// aggregatesUsing names the aggregates whose state or final function f is.
func (k *Keyspace) aggregatesUsing(f *Function) []string {
	var out []string
	for _, g := range k.ListAggregates() {
		state := append([]cqltype.Type{g.StateType}, g.ArgTypes...)
		if g.StateFunc == f.Name && sameTypes(f.ArgTypes, state) || g.FinalFunc == f.Name && sameTypes(f.ArgTypes, state[:1]) {
			out = append(out, g.Keyspace+"."+g.Name)
		}
	}
	return out
}

func (k *Keyspace) tablesMaskedWith(f *Function) []string {
	var out []string
	for _, name := range k.tableOrder() {
		for _, c := range k.Tables[name].Columns {
			m := c.Mask
			if m == nil || m.Keyspace != f.Keyspace || m.Function != f.Name {
				continue
			}
			if sameTypes(f.ArgTypes, append([]cqltype.Type{c.Type}, m.ArgTypes...)) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}
