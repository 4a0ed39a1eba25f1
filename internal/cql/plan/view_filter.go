package plan

import (
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// ViewFilter says which rows of a base table belong to a materialized view.
type ViewFilter struct {
	notNull []*schema.Column
	filter  Filter
}

// NewViewFilter binds the WHERE clause of a view over base.
func NewViewFilter(env *Env, base *schema.Table, where []ast.Relation, ctx *EvalContext) (*ViewFilter, error) {
	r, err := bindWhere(env, &Binder{Env: env}, base, whereView, where, whereOptions{allowFiltering: true})
	if err != nil {
		return nil, err
	}
	f := &ViewFilter{notNull: r.notNull}
	for _, x := range slices.Concat(r.partition.list, r.clustering.list, r.others.list) {
		checks, err := x.checks(ctx, nil)
		if err != nil {
			return nil, err
		}
		for _, c := range checks {
			if c.column.Kind == schema.PartitionKey {
				f.filter.partition = append(f.filter.partition, c)
			} else {
				f.filter.rows = append(f.filter.rows, c)
			}
		}
	}
	return f, nil
}

// Match says whether a live row with that partition key belongs to the view.
func (f *ViewFilter) Match(key [][]byte, r *row.Row) bool {
	for _, c := range f.notNull {
		if c.Kind == schema.Regular && len(CellsOf(r, c)) == 0 {
			return false
		}
	}
	return f.filter.MatchPartition(key, nil) && f.filter.MatchRow(r)
}
