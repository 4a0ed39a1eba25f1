package plan

import (
	"bytes"
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Grouping is a bound GROUP BY. A group never spans partitions.
type Grouping struct {
	clustering []*schema.Column // compared as they are
	// function is applied to the clustering column behind them, or nil.
	function expr
	typ      cqltype.Type
}

// GroupKey tells the groups of one partition apart.
type GroupKey struct {
	partition []byte
	row       bool
	prefix    [][]byte
	value     []byte
}

// Key is the group of a row; regular is nil for a partition with static content alone.
func (g *Grouping) Key(ctx *EvalContext, partition []byte, regular *row.Row) (GroupKey, error) {
	k := GroupKey{partition: partition}
	if regular == nil || len(g.clustering) == 0 && g.function == nil {
		return k, nil
	}
	k.row, k.prefix = true, regular.Clustering[:min(len(g.clustering), len(regular.Clustering))]
	if g.function == nil {
		return k, nil
	}
	v, err := g.function.eval(&Input{Ctx: ctx, Unmask: true, clustering: regular.Clustering})
	k.value = v
	return k, err
}

// Same says whether two rows that follow each other belong to one group.
func (g *Grouping) Same(a, b GroupKey) bool {
	if a.row != b.row || !bytes.Equal(a.partition, b.partition) {
		return false
	}
	for i := range a.prefix {
		if g.clustering[i].Type.Compare(a.prefix[i], b.prefix[i]) != 0 {
			return false
		}
	}
	return g.function == nil || (a.value == nil) == (b.value == nil) && g.typ.Compare(a.value, b.value) == 0
}

const (
	groupOrder  = "Group by currently only support groups of columns following their declared order in the PRIMARY KEY"
	groupColumn = "Group by is currently only supported on the columns of the PRIMARY KEY, got %s"
)

// groupBinder walks the primary key along the GROUP BY clause.
type groupBinder struct {
	b    *Binder
	t    *schema.Table
	r    *Restrictions
	rest []*schema.Column
	g    *Grouping
}

// bindGrouping binds GROUP BY (SelectStatement.getAggregationSpecFactory).
func bindGrouping(b *Binder, t *schema.Table, s *ast.Select, r *Restrictions) (*Grouping, error) {
	gb := &groupBinder{b: b, t: t, r: r, rest: slices.Concat(t.PartitionKey, t.Clustering), g: &Grouping{}}
	for _, sel := range s.GroupBy {
		if err := gb.add(sel); err != nil {
			return nil, err
		}
	}
	if len(gb.rest) > 0 && gb.rest[0].Kind == schema.PartitionKey {
		return nil, cqlerr.Invalid("Group by is not supported on only a part of the partition key")
	}
	if s.Distinct && (len(gb.g.clustering) > 0 || gb.g.function != nil) {
		return nil, cqlerr.Invalid("Grouping on clustering columns is not allowed for SELECT DISTINCT queries")
	}
	return gb.g, nil
}

func (gb *groupBinder) add(sel ast.Selector) error {
	s := &selectionBinder{b: gb.b, table: gb.t}
	n, err := s.prepare(sel)
	if err != nil {
		return err
	}
	switch n := n.(type) {
	case *columnNode:
		c := n.column
		if c.Kind != schema.PartitionKey && c.Kind != schema.Clustering {
			return cqlerr.Invalid(groupColumn, c.Name)
		}
		if gb.g.function != nil {
			return cqlerr.Invalid("Functions are only supported on the last element of the GROUP BY clause")
		}
		return gb.advance(c, true)
	case *callNode:
		return gb.addFunction(s, n)
	}
	return cqlerr.Invalid(groupColumn, n)
}

func (gb *groupBinder) addFunction(s *selectionBinder, n *callNode) error {
	switch {
	case n.f.IsAggregate():
		return cqlerr.Invalid("Aggregate functions are not supported within the GROUP BY clause, got: %s", n.f.FullName())
	case !n.f.Monotonic:
		return cqlerr.Invalid("Only monotonic functions are supported in the GROUP BY clause. Got: %s ", n.f)
	}
	o, err := n.build(s, nil)
	if err != nil {
		return err
	}
	switch {
	case len(s.columns) == 0:
		return cqlerr.Invalid("GROUP BY functions must have one clustering column name as parameter")
	case len(s.columns) > 1:
		names := ast.QuoteName(s.columns[0].Name)
		for _, c := range s.columns[1:] {
			names += "," + ast.QuoteName(c.Name)
		}
		return cqlerr.Invalid("GROUP BY functions accept only one clustering column as parameter, got: %s", names)
	case s.columns[0].Kind != schema.Clustering:
		return cqlerr.Invalid("Group by functions are only supported on clustering columns, got %s", s.columns[0].Name)
	}
	if err := gb.advance(s.columns[0], false); err != nil {
		return err
	}
	gb.g.function, gb.g.typ = o.expr, o.typ
	return nil
}

// advance goes to column c. What lies before it must be fixed by the WHERE clause.
func (gb *groupBinder) advance(c *schema.Column, compare bool) error {
	for {
		if len(gb.rest) == 0 {
			return cqlerr.Invalid(groupOrder)
		}
		next := gb.rest[0]
		gb.rest = gb.rest[1:]
		if next.Kind == schema.Clustering && (compare || next != c) {
			gb.g.clustering = append(gb.g.clustering, next)
		}
		if next == c {
			return nil
		}
		if !gb.r.restrictedByEQ(next) {
			return cqlerr.Invalid(groupOrder)
		}
	}
}
