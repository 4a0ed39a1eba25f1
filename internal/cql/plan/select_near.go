package plan

import (
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// MaxNear is the greatest LIMIT of ANN OF.
const MaxNear = 1000

// Near is ORDER BY column ANN OF vector.
type Near struct {
	column     *schema.Column
	vector     Term
	similarity *fn.Function
}

func (o *orderBinder) ann(c *schema.Column, ord ast.Ordering) error {
	term, err := bindTerm(o.b, ord.Near, ColumnReceiver(c))
	if err != nil {
		return err
	}
	if ord.Desc {
		return cqlerr.Invalid("Descending ANN ordering is not supported")
	}
	o.near = &Near{column: c, vector: term}
	return nil
}

// checkNear refuses what ANN OF does not go with, and finds the index's measure of nearness.
func (sb *selectBinder) checkNear(st *Select) error {
	index := vectorIndex(st.Restrictions.indexes, st.Near.column)
	if index == nil {
		return cqlerr.Invalid("ANN ordering by vector requires the column to be indexed")
	}
	for _, x := range st.Restrictions.filtered {
		if !x.hasIndex(st.Restrictions.indexes) {
			return cqlerr.Invalid("ANN ordering by vector requires each restricted column to be indexed except for fully-specified partition keys")
		}
	}
	measure := strings.ToLower(index.Options["similarity_function"])
	if measure == "" {
		measure = "cosine"
	}
	args := []fn.Arg{typedArg{st.Near.column.Type}, typedArg{st.Near.column.Type}}
	f, err := ResolveFunction(sb.b, fn.Name{Keyspace: fn.SystemKeyspace, Name: "similarity_" + measure}, args, ColumnReceiver(st.Near.column))
	if err != nil {
		return err
	}
	if f == nil {
		return cqlerr.Invalid("Similarity function %s was not recognized", measure)
	}
	st.Near.similarity = f
	switch {
	case sb.ast.PerPartitionLimit != nil:
		return cqlerr.Invalid("Top-K queries do not support per-partition limits")
	case len(sb.ast.GroupBy) > 0:
		return cqlerr.Invalid("Top-K queries can not be run with aggregation")
	}
	return nil
}

// vectorIndex is the index for ANN OF on a column.
func vectorIndex(list []tableIndex, c *schema.Column) *tableIndex {
	for i := range list {
		if list[i].column == c && list[i].sai && c.Type.Kind() == cqltype.KindVector {
			return &list[i]
		}
	}
	return nil
}

// Target evaluates the vector to be near to.
func (n *Near) Target(ctx *EvalContext) ([]byte, error) {
	v, err := n.vector.Eval(ctx)
	if err != nil {
		return nil, err
	}
	return v, checkIndexed(n.column, v)
}

// Score is how near a row is to the target, more is nearer; ok is false for a row without a vector.
func (n *Near) Score(ctx *EvalContext, target []byte, static, regular *row.Row) (score float32, ok bool, err error) {
	r := regular
	if n.column.Kind == schema.Static {
		r = static
	}
	v := ColumnValue(r, n.column)
	if v == nil {
		return 0, false, nil
	}
	out, err := n.similarity.Call(ctx.Fn, [][]byte{v, target})
	if err != nil || out == nil {
		return 0, false, err
	}
	return cqltype.DecodeFloat(out), true, nil
}
