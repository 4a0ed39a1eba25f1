package plan

import (
	"bytes"
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/sasi"
	"alexandra/internal/schema"
)

// Filter checks rows against restrictions that reading did not apply. Its zero value lets everything pass. It belongs
// to one request.
type Filter struct {
	partition, rows []check
	tokens          func(key [][]byte) bool // of virtual tables; nil: all
}

// check is one comparison. A value that is null never passes.
type check struct {
	column *schema.Column
	op     ast.Operator
	key    []byte // map entries
	value  []byte
	values [][]byte // IN
	index  *schema.Index
	search *sasi.Search // finds what a SASI index would find
}

// IsEmpty says that the filter lets everything pass.
func (f *Filter) IsEmpty() bool { return len(f.partition) == 0 && len(f.rows) == 0 && f.tokens == nil }

// OnRows says that the filter looks at single rows: a partition without any is dropped. So it is when a SASI index is
// asked, be it for a static column: it gives rows, and no partition that has none.
func (f *Filter) OnRows() bool {
	return len(f.rows) > 0 || slices.ContainsFunc(f.partition, func(c check) bool { return c.search != nil })
}

// MatchPartition looks at partition key and static columns.
func (f *Filter) MatchPartition(key [][]byte, static *row.Row) bool {
	if f.tokens != nil && !f.tokens(key) {
		return false
	}
	for i := range f.partition {
		c := &f.partition[i]
		if c.column.Kind == schema.PartitionKey {
			if !c.matchValue(key[c.column.Position]) {
				return false
			}
		} else if !c.match(static) {
			return false
		}
	}
	return true
}

// MatchRow looks at clustering and regular columns.
func (f *Filter) MatchRow(r *row.Row) bool {
	for i := range f.rows {
		c := &f.rows[i]
		if c.column.Kind == schema.Clustering {
			if !c.matchValue(r.Clustering[c.column.Position]) {
				return false
			}
		} else if !c.match(r) {
			return false
		}
	}
	return true
}

// match compares a static or regular column.
func (c *check) match(r *row.Row) bool {
	if c.column.Type.IsMultiCell() && (c.op == ast.Contains || c.op == ast.ContainsKey || c.key != nil) {
		return c.matchCells(CellsOf(r, c.column))
	}
	return c.matchValue(ColumnValue(r, c.column))
}

func (c *check) matchCells(cells []row.Cell) bool {
	byPath := c.op == ast.ContainsKey || c.column.Type.Kind() == cqltype.KindSet
	for _, cell := range cells {
		switch {
		case c.key != nil:
			if bytes.Equal(cell.Path, c.key) {
				return c.equal(elementOf(Receiver{Type: c.column.Type}).Type, cell.Value)
			}
		case c.op == ast.ContainsKey:
			if c.equal(c.column.Type.(*cqltype.MapType).Key, cell.Path) {
				return true
			}
		case byPath:
			if c.equal(c.column.Type.(*cqltype.SetType).Elem, cell.Path) {
				return true
			}
		default:
			if c.equal(elementOf(Receiver{Type: c.column.Type}).Type, cell.Value) {
				return true
			}
		}
	}
	return false
}

// equal compares, in the form of the index when there is one.
func (c *check) equal(t cqltype.Type, v []byte) bool {
	if c.index != nil {
		return bytes.Equal(row.IndexTerm(c.index, v), row.IndexTerm(c.index, c.value))
	}
	return t.Compare(v, c.value) == 0
}

func (c *check) matchValue(v []byte) bool {
	if v == nil {
		return false
	}
	if c.search != nil && (c.search.Index.Literal() || !c.search.Matches(v)) {
		return c.search.Matches(v)
	}
	t := c.column.Type
	switch c.op {
	case ast.EQ:
		return c.equal(t, v)
	case ast.LT:
		return t.Compare(v, c.value) < 0
	case ast.LTE:
		return t.Compare(v, c.value) <= 0
	case ast.GT:
		return t.Compare(v, c.value) > 0
	case ast.GTE:
		return t.Compare(v, c.value) >= 0
	case ast.In:
		for _, w := range c.values {
			if t.Compare(v, w) == 0 {
				return true
			}
		}
		return false
	}
	return c.matchFrozen(t, v)
}

// matchFrozen is CONTAINS and CONTAINS KEY on a collection that is one value.
func (c *check) matchFrozen(t cqltype.Type, v []byte) bool {
	var elems [][]byte
	var elem cqltype.Type
	switch t := t.(type) {
	case *cqltype.ListType:
		elems, _ = cqltype.DecodeList(v)
		elem = t.Elem
	case *cqltype.SetType:
		elems, _ = cqltype.DecodeSet(v)
		elem = t.Elem
	case *cqltype.MapType:
		entries, _ := cqltype.DecodeMap(v)
		elem = t.Value
		for _, e := range entries {
			if c.op == ast.ContainsKey {
				elems = append(elems, e.Key)
			} else {
				elems = append(elems, e.Value)
			}
		}
		if c.op == ast.ContainsKey {
			elem = t.Key
		}
	}
	for _, e := range elems {
		if c.equal(elem, e) {
			return true
		}
	}
	return false
}

// Filter evaluates what is left to check on rows that were read.
func (r *Restrictions) Filter(ctx *EvalContext) (*Filter, error) {
	f := &Filter{}
	if r.token != nil && r.table.Virtual {
		var err error
		if f.tokens, err = r.localTokens(ctx); err != nil {
			return nil, err
		}
	}
	for _, x := range r.filtered {
		if r.inSlices(x) {
			continue
		}
		checks, err := x.checks(ctx, r.indexes)
		if err != nil {
			return nil, err
		}
		for _, c := range checks {
			if r.usesIndex && c.search == nil {
				c.index, c.search = r.indexOf(x, c), searchOf(r.indexes, c)
			}
			if c.column.Kind == schema.PartitionKey || c.column.Kind == schema.Static {
				f.partition = append(f.partition, c)
			} else {
				f.rows = append(f.rows, c)
			}
		}
	}
	return f, nil
}

// inSlices says that Slices applies the restriction, so that no row needs to be checked. What an index has is checked all the
// same, and so is what stands behind it (ClusteringColumnRestrictions.addToRowFilter).
func (r *Restrictions) inSlices(x *restriction) bool {
	if x.first().Kind != schema.Clustering {
		return false
	}
	position := 0
	for _, y := range r.clustering.list {
		filtered := isFilter(y, position) || y.hasIndex(r.indexes)
		if y == x {
			return !filtered
		}
		if !filtered && y.kind != restrictSlice {
			position = y.last().Position + 1
		}
	}
	return false
}

// indexOf is the storage attached index that answers a check and keeps values in a form of its own.
func (r *Restrictions) indexOf(x *restriction, c check) *schema.Index {
	for _, i := range r.indexes {
		if i.sai && i.column == c.column && c.op == ast.EQ && i.supports(c.column, c.op) && x.supportedBy(i) && isText(c.column.Type) {
			return i.Index
		}
	}
	return nil
}

func isText(t cqltype.Type) bool {
	return t.Kind() == cqltype.KindText || t.Kind() == cqltype.KindAscii
}

// checks evaluates the restriction as comparisons.
func (x *restriction) checks(ctx *EvalContext, indexes []tableIndex) ([]check, error) {
	switch x.kind {
	case restrictEQ:
		return x.equalities(ctx)
	case restrictIN:
		return x.inCheck(ctx)
	case restrictSlice:
		if x.multi && len(x.columns) > 0 {
			return nil, cqlerr.Invalid("Multi-column slice restrictions cannot be used for filtering.")
		}
		return x.sliceChecks(ctx)
	case restrictContains:
		return x.containsChecks(ctx)
	case restrictLike:
		_, search, err := x.like(ctx, indexes)
		return []check{{column: x.first(), op: ast.Like, search: search}}, err
	}
	return nil, nil
}

func (x *restriction) equalities(ctx *EvalContext) ([]check, error) {
	values, err := x.value.eval(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]check, len(values))
	for i, v := range values {
		if err := checkIndexed(x.columns[i], v); err != nil {
			return nil, err
		}
		out[i] = check{column: x.columns[i], op: ast.EQ, value: v}
	}
	return out, nil
}

func (x *restriction) inCheck(ctx *EvalContext) ([]check, error) {
	if x.multi && len(x.columns) > 1 {
		return nil, cqlerr.Invalid("Multicolumn IN filters are not supported")
	}
	list, err := x.elements(ctx)
	if err != nil {
		return nil, err
	}
	c := check{column: x.first(), op: ast.In}
	for _, values := range list {
		if v := values[0]; v != nil && !IsUnset(v) {
			c.values = append(c.values, v)
		}
	}
	return []check{c}, nil
}

func (x *restriction) sliceChecks(ctx *EvalContext) ([]check, error) {
	var out []check
	for _, end := range []struct {
		b             *bound
		strict, loose ast.Operator
	}{{x.start, ast.GT, ast.GTE}, {x.end, ast.LT, ast.LTE}} {
		if end.b == nil {
			continue
		}
		values, err := end.b.eval(ctx)
		if err != nil {
			return nil, err
		}
		if err := checkIndexed(x.first(), values[0]); err != nil {
			return nil, err
		}
		op := end.strict
		if end.b.inclusive {
			op = end.loose
		}
		out = append(out, check{column: x.first(), op: op, value: values[0]})
	}
	return out, nil
}

func (x *restriction) containsChecks(ctx *EvalContext) ([]check, error) {
	var out []check
	for op, terms := range map[ast.Operator][]Term{ast.Contains: x.contains.values, ast.ContainsKey: x.contains.keys} {
		for _, t := range terms {
			v, err := t.Eval(ctx)
			if err == nil {
				err = checkIndexed(x.first(), v)
			}
			if err != nil {
				return nil, err
			}
			out = append(out, check{column: x.first(), op: op, value: v})
		}
	}
	for _, e := range x.contains.entries {
		key, value, err := e.eval(ctx, x.first())
		if err != nil {
			return nil, err
		}
		out = append(out, check{column: x.first(), op: ast.EQ, key: key, value: value})
	}
	return out, nil
}

// eval computes key and value of a map entry.
func (e entryTerm) eval(ctx *EvalContext, c *schema.Column) (key, value []byte, err error) {
	if key, err = e.key.Eval(ctx); err == nil {
		err = checkEntry("key", c, key)
	}
	if err != nil {
		return nil, nil, err
	}
	if value, err = e.value.Eval(ctx); err == nil {
		err = checkEntry("value", c, value)
	}
	return key, value, err
}

func checkEntry(part string, c *schema.Column, v []byte) error {
	switch {
	case v == nil:
		return cqlerr.Invalid("Unsupported null map %s for column %s", part, c.Name)
	case IsUnset(v):
		return cqlerr.Invalid("Unsupported unset map %s for column %s", part, c.Name)
	}
	return nil
}

// IndexRead is the index part of the read command; nil when no index is used.
func (r *Restrictions) IndexRead(ctx *EvalContext) (*row.IndexRead, error) {
	if r.index == nil {
		return nil, nil
	}
	return r.index.read(ctx, r.indexes)
}
