package schema

import "alexandra/internal/cql/ast"

func (a *applier) dropKeyspace(st *ast.DropKeyspace) (*Update, error) {
	if a.schema.Keyspaces[st.Name] == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, noKeyspace(st.Name)
	}
	return a.finish(a.schema.WithoutKeyspace(st.Name), keyspaceChange(Dropped, st.Name))
}
