package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// table finds a table or view, or nil.
func (a *applier) table(n ast.QualifiedName) (*Keyspace, *Table) {
	k := a.schema.Keyspaces[n.Keyspace]
	if k == nil {
		return nil, nil
	}
	return k, k.Tables[n.Name]
}

func noTable(n ast.QualifiedName) error {
	return cqlerr.Invalid("Table '%s.%s' doesn't exist", n.Keyspace, n.Name)
}

func (a *applier) dropTable(st *ast.DropTable) (*Update, error) {
	k, t := a.table(st.Name)
	switch {
	case t == nil && st.IfExists:
		return a.unchanged()
	case t == nil:
		return nil, noTable(st.Name)
	case t.IsView():
		return nil, cqlerr.Invalid("Cannot use DROP TABLE on a materialized view. Please use DROP MATERIALIZED VIEW instead.")
	case len(k.ViewsOf(t.Name)) > 0:
		// sic: the keyspace is named, not the views
		return nil, cqlerr.Invalid("Cannot drop a table when materialized views still depend on it (%s)", k.Name)
	}
	return a.swap(k.WithoutTable(t.Name), tableChange(Dropped, t))
}
