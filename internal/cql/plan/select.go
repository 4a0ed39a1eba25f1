package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/schema"
)

// Select is a SELECT that is ready to run.
type Select struct {
	Base
	Table *schema.Table
}

func prepareSelect(s *ast.Select, env *Env, b *Binder) (Statement, error) {
	t, err := env.Table(s.From)
	if err != nil {
		return nil, err
	}
	st := &Select{Table: t}
	st.bind(b, t)
	return st, nil
}
