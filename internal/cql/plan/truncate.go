package plan

import (
	"alexandra/auth"
	"alexandra/internal/cql/ast"
)

// Truncate is TRUNCATE. Whether there is such a table is asked when it runs, after the permission was checked.
type Truncate struct {
	Base
	Name ast.QualifiedName
}

func prepareTruncate(s *ast.Truncate, env *Env) (*Truncate, error) {
	n, err := env.Qualify(s.Table)
	if err != nil {
		return nil, err
	}
	st := &Truncate{Name: n}
	st.need(auth.Modify, auth.Table(n.Keyspace, n.Name))
	return st, nil
}
