package plan

import (
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// ifClause binds the IF of UPDATE and DELETE.
func (m *Modification) ifClause(b *Binder, exists bool, list []ast.Condition, using ast.Using) func() (*Conditions, error) {
	return func() (*Conditions, error) {
		switch {
		case exists:
			return &Conditions{Exists: true}, nil
		case len(list) > 0:
			return bindConditions(b, m.Table, list, using)
		}
		return nil, nil
	}
}

func (m *Modification) update(s *ast.Update, env *Env, b *Binder) error {
	if err := m.begin(Update, s.Table, s.Using, env, b, m.ifClause(b, s.IfExists, s.If, s.Using)); err != nil {
		return err
	}
	for _, a := range s.Set {
		c, err := Column(m.Table, a.Column)
		if err != nil {
			return err
		}
		if c.Kind == schema.PartitionKey || c.Kind == schema.Clustering {
			return cqlerr.Invalid("PRIMARY KEY part %s found in SET part", c.Name)
		}
		o, err := m.bindAssignment(b, c, a)
		if err != nil {
			return err
		}
		m.add(o)
	}
	if err := m.bindWhere(env, b, whereUpdate, s.Where); err != nil {
		return err
	}
	return m.end(env, b)
}

func (m *Modification) bindWhere(env *Env, b *Binder, kind whereKind, where []ast.Relation) (err error) {
	if slices.ContainsFunc(where, func(r ast.Relation) bool { return r.Kind == ast.IndexExpression }) {
		return cqlerr.Invalid("Custom index expressions cannot be used in WHERE clauses for UPDATE or DELETE statements")
	}
	m.where, err = bindWhere(env, b, m.Table, kind, where, whereOptions{onlyStatics: m.onlyStatics()})
	return err
}
