package plan

import (
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// sortColumn is a clustering column that rows of several partitions are sorted by.
type sortColumn struct {
	column *schema.Column
	desc   bool
}

// orderBinder binds ORDER BY.
type orderBinder struct {
	b       *Binder
	t       *schema.Table
	columns []*schema.Column
	desc    []bool
	near    *Near
}

// collect finds the columns. Of a column that is named twice the last direction counts.
func (o *orderBinder) collect(list []ast.Ordering) error {
	for _, ord := range list {
		c, err := Column(o.t, ord.Column)
		if err != nil {
			return err
		}
		if ord.Near != nil {
			if err := o.ann(c, ord); err != nil {
				return err
			}
			continue
		}
		if i := slices.Index(o.columns, c); i >= 0 {
			o.desc[i] = ord.Desc
			continue
		}
		o.columns, o.desc = append(o.columns, c), append(o.desc, ord.Desc)
	}
	if o.near != nil && len(list) > 1 {
		return cqlerr.Invalid("ANN ordering does not support any other ordering")
	}
	return nil
}

// check refuses orders that reading cannot give, and says whether rows are read in reverse.
func (o *orderBinder) check(r *Restrictions) (reversed bool, err error) {
	switch {
	case len(o.columns) == 0:
		return false, nil
	case r.usesIndex:
		return false, cqlerr.Invalid("ORDER BY with 2ndary indexes is not supported, except for ANN queries.")
	case r.keyRange:
		return false, cqlerr.Invalid("ORDER BY is only supported when the partition key is restricted by an EQ or an IN.")
	}
	directions := make([]bool, 0, len(o.columns))
	next := 0
	for i, c := range o.columns {
		if c.Kind != schema.Clustering {
			return false, cqlerr.Invalid("Order by is currently only supported on the clustered columns of the PRIMARY KEY, got %s", c.Name)
		}
		for next != c.Position {
			if next >= len(o.t.Clustering) || !r.restrictedByEQ(o.t.Clustering[next]) {
				return false, cqlerr.Invalid("Order by currently only supports the ordering of columns following their declared order in the PRIMARY KEY")
			}
			next++
		}
		next++
		directions = append(directions, o.desc[i] != c.Desc)
	}
	for _, d := range directions {
		if d != directions[0] {
			return false, cqlerr.Invalid("Unsupported order by relation")
		}
	}
	return directions[0], nil
}

// sort is how rows of several partitions are put in order; nil when one partition gives the order.
func (o *orderBinder) sort(r *Restrictions) []sortColumn {
	if !r.keyIsIn() || len(o.columns) == 0 {
		return nil
	}
	out := make([]sortColumn, len(o.columns))
	for i, c := range o.columns {
		out[i] = sortColumn{c, o.desc[i]}
	}
	return out
}

// CompareRows orders rows of different partitions by their clusterings as ORDER BY asks; nil is a partition without
// rows and comes first.
func (s *Select) CompareRows(a, b [][]byte) int {
	if a == nil || b == nil {
		return len(a) - len(b)
	}
	for _, c := range s.sort {
		d := c.column.Type.Compare(a[c.column.Position], b[c.column.Position])
		if d == 0 {
			continue
		}
		if c.desc {
			return -d
		}
		return d
	}
	return 0
}
