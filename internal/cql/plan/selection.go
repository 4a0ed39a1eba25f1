package plan

import (
	"slices"
	"strings"

	"alexandra/internal/cql/fn"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Selection is a bound selection clause: what is computed from each row, or from each group of rows.
type Selection struct {
	table   *schema.Table
	columns []*schema.Column // that the expressions read
	outputs []output
	specs   []ColumnSpec
	// aggregates are all aggregate calls; an aggregateExpr points here.
	aggregates []aggregateCall
	masked     bool
	json       bool
	// plain is set when every output is a column without a mask: then no expression needs to run.
	plain []*columnExpr
}

type aggregateCall struct {
	f    *fn.Function
	args []expr
}

// selectionBinder collects what a selection needs while it is bound.
type selectionBinder struct {
	b          *Binder
	table      *schema.Table
	columns    []*schema.Column
	aggregates []aggregateCall
}

// fetch is the index of a column among those that are read.
func (s *selectionBinder) fetch(c *schema.Column) int {
	if i := slices.Index(s.columns, c); i >= 0 {
		return i
	}
	s.columns = append(s.columns, c)
	return len(s.columns) - 1
}

func (s *selectionBinder) aggregate(f *fn.Function, args []expr) expr {
	s.aggregates = append(s.aggregates, aggregateCall{f, args})
	return aggregateExpr{len(s.aggregates) - 1}
}

// build makes the selection out of its selectables.
func (s *selectionBinder) build(list *selectables, json bool) (*Selection, error) {
	sel := &Selection{table: s.table, json: json}
	for i := range list.nodes {
		n, err := list.at(i)
		if err != nil {
			return nil, err
		}
		o, err := n.build(s, nil)
		if err != nil {
			return nil, err
		}
		spec := ColumnSpec{s.table.Keyspace, s.table.Name, o.name, o.typ}
		if len(list.selections) > 0 && list.selections[i].Alias != "" {
			spec.Name = list.selections[i].Alias
		}
		sel.outputs = append(sel.outputs, o)
		sel.specs = append(sel.specs, spec)
	}
	sel.columns, sel.aggregates = s.columns, s.aggregates
	sel.masked = slices.ContainsFunc(s.columns, func(c *schema.Column) bool { return c.Mask != nil })
	sel.plain = plainColumns(sel.outputs)
	return sel, nil
}

func plainColumns(outputs []output) []*columnExpr {
	plain := make([]*columnExpr, len(outputs))
	for i, o := range outputs {
		c, ok := o.expr.(*columnExpr)
		if !ok || c.mask != nil {
			return nil
		}
		plain[i] = c
	}
	return plain
}

// ResultColumns are the columns of the result.
func (s *Selection) ResultColumns() []ColumnSpec {
	if s.json {
		return []ColumnSpec{{s.table.Keyspace, s.table.Name, "[json]", cqltype.Text}}
	}
	return s.specs
}

// IsAggregate says that rows are folded.
func (s *Selection) IsAggregate() bool { return len(s.aggregates) > 0 }

// IsMasked says that the result depends on whether the user may see masked columns.
func (s *Selection) IsMasked() bool { return s.masked }

// Rows makes result rows. It belongs to one request.
type Rows struct {
	s  *Selection
	in Input
	// states are those of the aggregates of the group under way; first is the group's first row.
	states []fn.State
	first  Input
	open   bool
	memory row.Slab[[]byte]
}

// NewRows begins a result.
func (s *Selection) NewRows(ctx *EvalContext, unmask bool) *Rows {
	return &Rows{s: s, in: Input{Ctx: ctx, Unmask: unmask}}
}

// load points the input at a row.
func (r *Rows) load(key [][]byte, static, regular *row.Row) {
	in := &r.in
	in.key, in.clustering = key, nil
	if regular != nil {
		in.clustering = regular.Clustering
	}
	if cap(in.columns) < len(r.s.columns) {
		in.columns = make([][]row.Cell, len(r.s.columns))
	}
	in.columns = in.columns[:len(r.s.columns)]
	for i, c := range r.s.columns {
		switch c.Kind {
		case schema.Static:
			in.columns[i] = CellsOf(static, c)
		case schema.Regular:
			in.columns[i] = CellsOf(regular, c)
		}
	}
}

// Row computes the result of one row; regular is nil for a partition with static content alone.
func (r *Rows) Row(key [][]byte, static, regular *row.Row) ([][]byte, error) {
	r.load(key, static, regular)
	return r.output(&r.in)
}

func (r *Rows) output(in *Input) ([][]byte, error) {
	values := r.memory.Take(len(r.s.outputs))
	if r.s.plain != nil {
		for i, c := range r.s.plain {
			values[i] = c.raw(in)
		}
	} else {
		for i := range r.s.outputs {
			v, err := r.s.outputs[i].expr.eval(in)
			if err != nil {
				return nil, err
			}
			if IsUnset(v) {
				v = []byte{} // as Cassandra has it
			}
			values[i] = v
		}
	}
	if r.s.json {
		return r.s.jsonRow(values)
	}
	return values, nil
}

// Add takes a row into the group under way, which begins with the first one.
func (r *Rows) Add(key [][]byte, static, regular *row.Row) error {
	r.load(key, static, regular)
	if !r.open {
		r.begin()
		r.first = r.in
		r.first.columns = slices.Clone(r.in.columns)
	}
	for i, a := range r.s.aggregates {
		args, err := evalAll(&r.in, a.args)
		if err != nil {
			return err
		}
		if err := r.states[i].Add(args); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rows) begin() {
	r.open = true
	r.states = make([]fn.State, len(r.s.aggregates))
	for i, a := range r.s.aggregates {
		r.states[i] = a.f.New()
	}
}

// HasGroup says that a group is under way.
func (r *Rows) HasGroup() bool { return r.open }

// Group ends the group and computes its result. Without rows the aggregates are those of nothing.
func (r *Rows) Group() ([][]byte, error) {
	if !r.open {
		r.begin()
		r.first = Input{}
	}
	r.open = false
	r.first.Ctx, r.first.Unmask = r.in.Ctx, r.in.Unmask
	r.first.results = make([][]byte, len(r.states))
	for i, s := range r.states {
		v, err := s.Result()
		if err != nil {
			return nil, err
		}
		r.first.results[i] = v
	}
	return r.output(&r.first)
}

// jsonRow is the row as SELECT JSON gives it.
func (s *Selection) jsonRow(values [][]byte) ([][]byte, error) {
	b := []byte{'{'}
	for i, v := range values {
		if i > 0 {
			b = append(b, ", "...)
		}
		name := s.specs[i].Name
		if name != strings.ToLower(name) {
			name = `"` + name + `"`
		}
		b = append(append(b, jsonQuote(name)...), ": "...)
		switch k := s.specs[i].Type.Kind(); {
		case v == nil:
			b = append(b, "null"...)
		case len(v) == 0 && k != cqltype.KindBlob && k != cqltype.KindUDT:
			b = append(b, `""`...)
		default:
			j, err := s.specs[i].Type.ToJSON(v)
			if err != nil {
				return nil, err
			}
			b = append(b, j...)
		}
	}
	return [][]byte{append(b, '}')}, nil
}

func jsonQuote(s string) []byte {
	j, err := cqltype.Text.ToJSON([]byte(s))
	if err != nil {
		return []byte(`""`)
	}
	return j
}
