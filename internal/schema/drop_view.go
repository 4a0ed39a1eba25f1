package schema

import "alexandra/internal/cql/ast"

func (a *applier) dropView(st *ast.DropView) (*Update, error) {
	k, v := a.view(st.Name)
	if v == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, noView(st.Name)
	}
	return a.swap(k.WithoutTable(v.Name), tableChange(Dropped, v))
}
