package plan

import (
	"math"
	"slices"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// Select is a SELECT that is ready to run.
type Select struct {
	Base
	Table        *schema.Table
	Restrictions *Restrictions
	Selection    *Selection
	Grouping     *Grouping // nil without GROUP BY
	Near         *Near     // nil without ANN OF
	Distinct     bool
	// AllowFiltering says that the statement asked for it, needed or not.
	AllowFiltering bool
	// Reversed says that rows of a partition are read in reverse clustering order.
	Reversed bool
	// Masked are the masked columns that the WHERE clause looks at.
	Masked []*schema.Column

	sort                []sortColumn
	limit, perPartition Term
	wildcard            bool // SELECT *
}

// NoLimit stands for the absence of a limit.
const NoLimit = math.MaxInt32

// Aggregates says that rows are folded, as a whole or by groups.
func (s *Select) Aggregates() bool { return s.Grouping != nil || s.Selection.IsAggregate() }

// Sorts says that rows are sorted after reading.
func (s *Select) Sorts() bool { return len(s.sort) > 0 }

// ResultColumns are the columns of the result.
func (s *Select) ResultColumns() []ColumnSpec { return s.Selection.ResultColumns() }

// HasPartitionRestrictions says that the WHERE clause looks at the partition key, tokens included.
func (s *Select) HasPartitionRestrictions() bool {
	return !s.Restrictions.partition.empty() || s.Restrictions.token != nil
}

// KeyIsIn says that a partition key column is restricted by IN.
func (s *Select) KeyIsIn() bool { return s.Restrictions.keyIsIn() }

// WantsStaticOnly says that a partition with nothing but static content gives a row: not when rows are picked.
func (s *Select) WantsStaticOnly() bool {
	return s.Table.IsStaticCompact() || s.Restrictions.clustering.empty() && !s.Restrictions.hasRegular
}

// Limit evaluates LIMIT.
func (s *Select) Limit(ctx *EvalContext) (int, error) { return evalLimit(ctx, s.limit) }

// PerPartitionLimit evaluates PER PARTITION LIMIT.
func (s *Select) PerPartitionLimit(ctx *EvalContext) (int, error) {
	return evalLimit(ctx, s.perPartition)
}

func evalLimit(ctx *EvalContext, t Term) (int, error) {
	if t == nil {
		return NoLimit, nil
	}
	v, err := t.Eval(ctx)
	switch {
	case err != nil:
		return 0, err
	case v == nil:
		return 0, cqlerr.Invalid("Invalid null value of limit")
	case IsUnset(v):
		return NoLimit, nil
	case len(v) != 4:
		return 0, cqlerr.Invalid("Invalid limit value")
	}
	n := cqltype.DecodeInt(v)
	if n <= 0 {
		return 0, cqlerr.Invalid("LIMIT must be strictly positive")
	}
	return int(n), nil
}

func prepareSelect(s *ast.Select, env *Env, b *Binder) (Statement, error) {
	t, err := env.Table(s.From)
	if err != nil {
		return nil, err
	}
	sb := &selectBinder{env: env, b: b, ast: s, t: t}
	st, err := sb.bind()
	if err != nil {
		return nil, err
	}
	st.bind(b, t)
	sb.permissions(st)
	return st, nil
}

// selectBinder binds one SELECT, in Cassandra's order (SelectStatement.RawStatement.prepare): the first refusal wins.
type selectBinder struct {
	env *Env
	b   *Binder
	ast *ast.Select
	t   *schema.Table
}

func (sb *selectBinder) bind() (*Select, error) {
	s := sb.ast
	columns := &selectionBinder{b: sb.b, table: sb.t}
	selectables := columns.selectables(s.Selections)
	order := &orderBinder{b: sb.b, t: sb.t}
	if err := order.collect(s.OrderBy); err != nil {
		return nil, err
	}
	st := &Select{Table: sb.t, wildcard: len(s.Selections) == 0, Distinct: s.Distinct, AllowFiltering: s.AllowFiltering, Near: order.near}
	opts := whereOptions{allowFiltering: s.AllowFiltering}
	var err error
	if opts.onlyStatics, err = selectables.onlyStatics(sb.t); err != nil {
		return nil, err
	}
	if st.Restrictions, err = bindWhere(sb.env, sb.b, sb.t, whereSelect, s.Where, opts); err != nil {
		return nil, err
	}
	if st.Near != nil {
		if err := sb.checkNear(st); err != nil {
			return nil, err
		}
	}
	if st.Selection, err = columns.build(selectables, s.JSON); err != nil {
		return nil, err
	}
	if st.Near != nil && st.Selection.IsAggregate() {
		return nil, cqlerr.Invalid("Top-K queries can not be run with aggregation")
	}
	if s.Distinct {
		mentioned := selectables.columns()
		if order.sort(st.Restrictions) != nil {
			mentioned = append(mentioned, order.columns...)
		}
		if err := sb.checkDistinct(st, mentioned); err != nil {
			return nil, err
		}
	}
	if len(s.GroupBy) > 0 {
		if st.Grouping, err = bindGrouping(sb.b, sb.t, s, st.Restrictions); err != nil {
			return nil, err
		}
	} else if st.Selection.IsAggregate() && s.PerPartitionLimit != nil {
		return nil, cqlerr.Invalid("PER PARTITION LIMIT is not allowed with aggregate queries.")
	}
	if st.Reversed, err = order.check(st.Restrictions); err != nil {
		return nil, err
	}
	st.sort = order.sort(st.Restrictions)
	if err := st.Restrictions.checkFiltering(); err != nil {
		return nil, err
	}
	return st, sb.limits(st)
}

func (sb *selectBinder) limits(st *Select) (err error) {
	recv := Receiver{Keyspace: sb.t.Keyspace, Table: sb.t.Name, Type: cqltype.Int}
	if sb.ast.Limit != nil {
		if st.limit, err = bindTerm(sb.b, sb.ast.Limit, recv.With("[limit]", cqltype.Int)); err != nil {
			return err
		}
	}
	if sb.ast.PerPartitionLimit != nil {
		st.perPartition, err = bindTerm(sb.b, sb.ast.PerPartitionLimit, recv.With("[per_partition_limit]", cqltype.Int))
	}
	return err
}

// checkDistinct refuses DISTINCT of anything but partitions.
func (sb *selectBinder) checkDistinct(st *Select, columns []*schema.Column) error {
	if sb.ast.PerPartitionLimit != nil {
		return cqlerr.Invalid("PER PARTITION LIMIT is not allowed with SELECT DISTINCT queries")
	}
	r := st.Restrictions
	if !r.clustering.empty() || r.others.any(func(x *restriction) bool { return x.first().Kind != schema.Static }) {
		return cqlerr.Invalid("SELECT DISTINCT with WHERE clause only supports restriction by partition key and/or static columns.")
	}
	for _, c := range columns {
		if c.Kind != schema.PartitionKey && c.Kind != schema.Static {
			return cqlerr.Invalid("SELECT DISTINCT queries must only request partition key columns and/or static columns (not %s)", c.Name)
		}
	}
	if !r.keyRange {
		return nil
	}
	for _, c := range sb.t.PartitionKey {
		if !slices.Contains(columns, c) {
			return cqlerr.Invalid("SELECT DISTINCT queries must request all the partition key columns (missing %s)", c.Name)
		}
	}
	return nil
}

// permissions declares what the statement needs. A view is read with the permission of its base table.
func (sb *selectBinder) permissions(st *Select) {
	table := sb.t.Name
	if sb.t.View != nil {
		table = sb.t.View.BaseTable
	}
	st.need(auth.Select, auth.Table(sb.t.Keyspace, table))
	for _, f := range sb.b.UserFunctions() {
		st.need(auth.Execute, functionResource(f))
	}
	for _, c := range sb.t.Columns {
		if c.Mask != nil && st.Restrictions.restrictsColumn(c) {
			st.Masked = append(st.Masked, c)
		}
	}
	slices.SortFunc(st.Masked, compareColumns)
}

// functionResource is a user-defined function as permissions know it.
func functionResource(f *fn.Function) auth.Resource {
	name := f.Name + "["
	for i, t := range f.Args {
		if i > 0 {
			name += "^"
		}
		name += t.Class()
	}
	return auth.Resource{Kind: auth.Functions, Keyspace: f.Keyspace, Name: name + "]"}
}
