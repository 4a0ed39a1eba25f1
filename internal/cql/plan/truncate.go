package plan

import (
	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// Truncate is TRUNCATE of a base table or a virtual table.
type Truncate struct {
	Base
	Table *schema.Table
}

func prepareTruncate(s *ast.Truncate, env *Env) (*Truncate, error) {
	t, err := env.Table(s.Table)
	if err != nil {
		return nil, err
	}
	if t.IsView() {
		return nil, cqlerr.Invalid("Cannot TRUNCATE materialized view directly; must truncate base table instead")
	}
	st := &Truncate{Table: t}
	st.need(auth.Modify, auth.Table(t.Keyspace, t.Name))
	st.tables = append(st.tables, t)
	return st, nil
}
