package schema

import (
	"fmt"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
)

// whereText prints relations as a view stores them: names are quoted only where they must be.
func whereText(list []ast.Relation) string {
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = relationText(r)
	}
	return strings.Join(parts, " AND ")
}

func relationText(r ast.Relation) string {
	names := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		names[i] = ast.QuoteName(c)
	}
	var left string
	switch r.Kind {
	case ast.ColumnRelation:
		left = names[0]
	case ast.ElementRelation:
		left = names[0] + "[" + r.Key.String() + "]"
	case ast.TupleRelation:
		left = "(" + strings.Join(names, ", ") + ")"
	default:
		return r.String()
	}
	if r.Op == ast.In && r.Value == nil {
		values := make([]string, len(r.Values))
		for i, v := range r.Values {
			values[i] = v.String()
		}
		return left + " IN (" + strings.Join(values, ", ") + ")"
	}
	return left + " " + r.Op.String() + " " + r.Value.String()
}

// ParseWhere reads the WHERE clause of a view.
func ParseWhere(clause string) ([]ast.Relation, error) {
	if clause == "" {
		return nil, nil
	}
	result, err := parse.Statement("SELECT * FROM t WHERE " + clause)
	if err != nil {
		return nil, fmt.Errorf("where clause of a view: %w", err)
	}
	s, ok := result.Statement.(*ast.Select)
	if !ok {
		return nil, fmt.Errorf("where clause of a view: %q", clause)
	}
	return s.Where, nil
}

// renameInWhere follows the renaming of a base table's column.
func renameInWhere(clause, from, to string) (string, error) {
	list, err := ParseWhere(clause)
	if err != nil {
		return "", err
	}
	for i, r := range list {
		columns := make([]string, len(r.Columns))
		for j, c := range r.Columns {
			columns[j] = c
			if c == from {
				columns[j] = to
			}
		}
		list[i].Columns = columns
	}
	return whereText(list), nil
}
