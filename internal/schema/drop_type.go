package schema

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func (a *applier) dropType(st *ast.DropType) (*Update, error) {
	name := st.Name.Keyspace + "." + st.Name.Name
	k := a.schema.Keyspaces[st.Name.Keyspace]
	if k == nil || k.Types[st.Name.Name] == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, cqlerr.Invalid("Type '%s' doesn't exist", name)
	}
	uses := func(t cqltype.Type) bool { return cqltype.References(t, k.Name, st.Name.Name) }
	for _, by := range []struct {
		what  string
		names []string
	}{
		{"functions", k.functionsWith(uses)},
		{"aggregates", k.aggregatesWith(uses)},
		{"user types", k.typesWith(st.Name.Name, uses)},
		{"tables", k.tablesWith(uses)},
	} {
		if len(by.names) > 0 {
			return nil, cqlerr.Invalid("Cannot drop user type '%s' as it is still used by %s %s", name, by.what, strings.Join(by.names, ", "))
		}
	}
	return a.swap(k.WithoutType(st.Name.Name), typeChange(Dropped, k.Name, st.Name.Name))
}

func (k *Keyspace) tablesWith(uses func(cqltype.Type) bool) []string {
	var out []string
	for _, name := range k.tableOrder() {
		for _, c := range k.Tables[name].Columns {
			if uses(c.Type) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}

func (k *Keyspace) typesWith(but string, uses func(cqltype.Type) bool) []string {
	var out []string
	for _, name := range sortedKeys(k.Types) {
		if name != but && uses(k.Types[name]) {
			out = append(out, name)
		}
	}
	return out
}

func anyType(uses func(cqltype.Type) bool, types ...cqltype.Type) bool {
	for _, t := range types {
		if uses(t) {
			return true
		}
	}
	return false
}

func (k *Keyspace) functionsWith(uses func(cqltype.Type) bool) []string {
	var out []string
	for _, f := range k.ListFunctions() {
		if uses(f.ReturnType) || anyType(uses, f.ArgTypes...) {
			out = append(out, f.Keyspace+"."+f.Name)
		}
	}
	return out
}

func (k *Keyspace) aggregatesWith(uses func(cqltype.Type) bool) []string {
	var out []string
	for _, g := range k.ListAggregates() {
		if anyType(uses, g.ReturnType, g.StateType) || anyType(uses, g.ArgTypes...) {
			out = append(out, g.Keyspace+"."+g.Name)
		}
	}
	return out
}
