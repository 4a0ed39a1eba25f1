package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// createTrigger ends in a refusal: triggers are Java classes, which nobody can load here.
func (a *applier) createTrigger(st *ast.CreateTrigger) (*Update, error) {
	k, err := a.keyspace(st.Table.Keyspace)
	if err != nil {
		return nil, err
	}
	t := k.Tables[st.Table.Name]
	switch {
	case t == nil:
		return nil, cqlerr.Invalid("Table '%s' doesn't exist", st.Table.Name)
	case t.IsView():
		return nil, cqlerr.Invalid("Cannot CREATE TRIGGER for a materialized view")
	case t.Triggers[st.Name] != nil && st.IfNotExists:
		return a.unchanged()
	case t.Triggers[st.Name] != nil:
		return nil, cqlerr.Invalid("Trigger '%s' already exists", st.Name)
	}
	return nil, cqlerr.Invalid("Trigger class '%s' couldn't be loaded", st.Class)
}
