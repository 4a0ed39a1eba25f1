package plan

import (
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/schema"
)

// selectables are the selectors of a selection clause. Each is resolved when it is first looked at, as in Cassandra: an unknown
// column or function is reported behind what is wrong with the WHERE clause, unless the table has static columns, and behind
// what is wrong with the selectors to the left.
type selectables struct {
	s          *selectionBinder
	selections []ast.Selection // nil stands for *
	nodes      []selectable
}

func (s *selectionBinder) selectables(list []ast.Selection) *selectables {
	l := &selectables{s: s, selections: list, nodes: make([]selectable, len(list))}
	if len(list) == 0 {
		for _, c := range s.table.AllColumns() {
			l.nodes = append(l.nodes, &columnNode{c})
		}
	}
	return l
}

func (l *selectables) at(i int) (selectable, error) {
	if l.nodes[i] == nil {
		n, err := l.s.prepare(l.selections[i].Selector)
		if err != nil {
			return nil, err
		}
		l.nodes[i] = n
	}
	return l.nodes[i], nil
}

// columns are those that the selectables, which are all resolved, mention.
func (l *selectables) columns() []*schema.Column {
	var out []*schema.Column
	for _, n := range l.nodes {
		out = columnsIn(n, out)
	}
	return out
}

// mention says whether one of the columns mentioned is such a one.
func (l *selectables) mention(such func(*schema.Column) bool) (bool, error) {
	for i := range l.nodes {
		n, err := l.at(i)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(columnsIn(n, nil), such) {
			return true, nil
		}
	}
	return false, nil
}

// onlyStatics says that all columns that are read are static, or of the partition key with a static one among them
// (SelectStatement.selectOnlyStaticColumns).
func (l *selectables) onlyStatics(t *schema.Table) (bool, error) {
	if t.IsStaticCompact() || len(t.Statics) == 0 {
		return false, nil
	}
	static, err := l.mention(func(c *schema.Column) bool { return c.Kind == schema.Static })
	if !static || err != nil {
		return false, err
	}
	other, err := l.mention(func(c *schema.Column) bool { return c.Kind != schema.Static && c.Kind != schema.PartitionKey })
	return !other && err == nil, err
}

// columnsIn are the columns that a selectable mentions.
func columnsIn(n selectable, out []*schema.Column) []*schema.Column {
	children := func(list []selectable) {
		for _, c := range list {
			out = columnsIn(c, out)
		}
	}
	switch n := n.(type) {
	case *columnNode:
		out = append(out, n.column)
	case *callNode:
		children(n.args)
	case *castNode:
		return columnsIn(n.of, out)
	case *hintNode:
		return columnsIn(n.of, out)
	case *fieldNode:
		return columnsIn(n.of, out)
	case *elementNode:
		return columnsIn(n.of, out)
	case *sliceNode:
		return columnsIn(n.of, out)
	case *cellInfoNode:
		return columnsIn(n.of, out)
	case *tupleNode:
		children(n.elements)
	case *listNode:
		children(n.elements)
	case *setNode:
		children(n.elements)
	case *mapNode:
		for _, e := range n.entries {
			for _, side := range []ast.Selector{e.Key, e.Value} {
				if c, err := n.s.prepare(side); err == nil {
					out = columnsIn(c, out)
				}
			}
		}
	}
	return out
}
