package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// dropTrigger removes the record of a trigger that came with a schema from elsewhere.
func (a *applier) dropTrigger(st *ast.DropTrigger) (*Update, error) {
	k, t := a.table(st.Table)
	if t == nil || t.Triggers[st.Name] == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, cqlerr.Invalid("Trigger '%s' on '%s.%s' doesn't exist", st.Name, st.Table.Keyspace, st.Table.Name)
	}
	t = t.Copy()
	delete(t.Triggers, st.Name)
	return a.swap(k.replaceTable(t), tableChange(Updated, t))
}
