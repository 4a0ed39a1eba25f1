package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

func (m *Modification) delete(s *ast.Delete, env *Env, b *Binder) error {
	if err := m.begin(Delete, s.Table, s.Using, env, b, m.ifClause(b, s.IfExists, s.If, s.Using)); err != nil {
		return err
	}
	for _, d := range s.Targets {
		c, err := Column(m.Table, d.Column)
		if err != nil {
			return err
		}
		if c.Kind == schema.PartitionKey || c.Kind == schema.Clustering {
			return cqlerr.Invalid("Invalid identifier %s for deletion (should not be a PRIMARY KEY part)", c.Name)
		}
		o, err := bindDeletion(b, c, d)
		if err != nil {
			return err
		}
		m.add(o)
	}
	if err := m.bindWhere(env, b, whereDelete, s.Where); err != nil {
		return err
	}
	if err := m.end(env, b); err != nil {
		return err
	}
	return m.checkConditionalDelete()
}

// checkConditionalDelete wants conditional deletions to name one row, or one partition for static columns.
func (m *Modification) checkConditionalDelete() error {
	if m.Conditions == nil || m.namesRows() {
		return nil
	}
	switch {
	case m.Table.Virtual:
		return cqlerr.Invalid("DELETE statements must restrict all PRIMARY KEY columns with equality relations")
	case m.ChangesRegular():
		return cqlerr.Invalid("DELETE statements must restrict all PRIMARY KEY columns with equality relations in order to delete non static columns")
	case m.Conditions.onRegular():
		return cqlerr.Invalid("DELETE statements must restrict all PRIMARY KEY columns with equality relations in order to use IF condition on non static columns")
	}
	return nil
}

// namesRows says that every primary key column has EQ or IN.
func (m *Modification) namesRows() bool {
	return len(m.where.clustering.columns()) == len(m.Table.Clustering) && !m.where.clustering.hasKind(restrictSlice)
}
