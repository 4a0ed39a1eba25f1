package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// view finds a materialized view, or nil.
func (a *applier) view(n ast.QualifiedName) (*Keyspace, *Table) {
	k, t := a.table(n)
	if t == nil || !t.IsView() {
		return k, nil
	}
	return k, t
}

func noView(n ast.QualifiedName) error {
	return cqlerr.Invalid("Materialized view '%s.%s' doesn't exist", n.Keyspace, n.Name)
}

func (a *applier) alterView(st *ast.AlterView) (*Update, error) {
	k, v := a.view(st.Name)
	if v == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, noView(st.Name)
	}
	v = v.Copy()
	if err := alterTableOptions(v, st.Properties); err != nil {
		return nil, err
	}
	switch {
	case v.Options.GCGraceSeconds == 0:
		return nil, cqlerr.Invalid("Cannot alter gc_grace_seconds of a materialized view to 0, since this value is used to TTL undelivered updates. Setting gc_grace_seconds too low might cause undelivered updates to expire before being replayed.")
	case v.Options.DefaultTTL > 0:
		return nil, cqlerr.Invalid("Forbidden default_time_to_live detected for a materialized view. Data in a materialized view always expire at the same time than the corresponding data in the parent table. default_time_to_live must be set to zero, see CASSANDRA-12868 for more information")
	}
	return a.swap(k.replaceTable(v), tableChange(Updated, v))
}
