package plan

import (
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

func (m *Modification) insert(s *ast.Insert, env *Env, b *Binder) error {
	err := m.begin(Insert, s.Table, s.Using, env, b, func() (*Conditions, error) {
		if s.IfNotExists {
			return &Conditions{NotExists: true}, nil
		}
		return nil, nil
	})
	if err != nil {
		return err
	}
	if m.Table.Counter {
		return cqlerr.Invalid("INSERT statements are not allowed on counter tables, use UPDATE instead")
	}
	var keys []keyValue
	if s.JSON != nil {
		keys, err = m.insertJSON(s, b)
	} else {
		keys, err = m.insertValues(s, b)
	}
	if err != nil {
		return err
	}
	if m.where, err = m.insertWhere(env, b, keys); err != nil {
		return err
	}
	return m.end(env, b)
}

// keyValue is the value of a primary key column.
type keyValue struct {
	column *schema.Column
	term   Term
}

func (m *Modification) insertValues(s *ast.Insert, b *Binder) ([]keyValue, error) {
	switch {
	case len(s.Columns) == 0:
		return nil, cqlerr.Invalid("No columns provided to INSERT")
	case len(s.Columns) != len(s.Values):
		return nil, cqlerr.Invalid("Unmatched column names/values")
	}
	for i, name := range s.Columns {
		if slices.Contains(s.Columns[:i], name) {
			return nil, cqlerr.Invalid("The column names contains duplicates")
		}
	}
	var keys []keyValue
	var values []ast.Term
	for i, name := range s.Columns {
		c, err := Column(m.Table, name)
		if err != nil {
			return nil, err
		}
		if c.Kind == schema.PartitionKey || c.Kind == schema.Clustering {
			keys = append(keys, keyValue{column: c})
			values = append(values, s.Values[i])
			continue
		}
		o, err := bindValue(b, c, s.Values[i])
		if err != nil {
			return nil, err
		}
		m.add(o)
	}
	// Keys are bound after the other values, as the relations of a WHERE clause are.
	for i := range keys {
		t, err := bindTerm(b, values[i], ColumnReceiver(keys[i].column))
		if err != nil {
			return nil, err
		}
		keys[i].term = t
	}
	return keys, nil
}

// insertWhere makes equalities out of the values of the primary key.
func (m *Modification) insertWhere(env *Env, b *Binder, keys []keyValue) (*Restrictions, error) {
	hasClustering := slices.ContainsFunc(keys, func(k keyValue) bool { return k.column.Kind == schema.Clustering })
	r := &Restrictions{table: m.Table, kind: whereInsert, opts: whereOptions{onlyStatics: !hasClustering && m.onlyStatics()}}
	for _, k := range keys {
		columns := []*schema.Column{k.column}
		x := &restriction{columns: columns}
		x.set(ast.EQ, &tuple{columns: columns, terms: []Term{k.term}})
		if err := r.add(x); err != nil {
			return nil, err
		}
	}
	return r, r.process()
}
