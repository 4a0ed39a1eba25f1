package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

func (a *applier) dropIndex(st *ast.DropIndex) (*Update, error) {
	k := a.schema.Keyspaces[st.Name.Keyspace]
	var t *Table
	if k != nil {
		t = k.IndexedTable(st.Name.Name)
	}
	if t == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, cqlerr.Invalid("Index '%s.%s' doesn't exist'", st.Name.Keyspace, st.Name.Name) // sic
	}
	t = t.Copy()
	delete(t.Indexes, st.Name.Name)
	return a.swap(k.replaceTable(t), tableChange(Updated, t))
}
