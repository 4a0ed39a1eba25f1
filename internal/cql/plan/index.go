package plan

import (
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/sasi"
	"alexandra/internal/schema"
)

// tableIndex is a secondary index as the planner sees it.
type tableIndex struct {
	*schema.Index
	column *schema.Column
	target string // "", values, keys, entries or full
	sai    bool
	sasi   *sasi.Index // nil: not one
}

// indexGroup are indexes that can be used together in one query: all storage attached ones of a table, or another
// one alone.
type indexGroup []tableIndex

// tableIndexes lists the indexes of a table by name.
func tableIndexes(t *schema.Table) []tableIndex {
	out := make([]tableIndex, 0, len(t.Indexes))
	for _, idx := range t.Indexes {
		target := row.ParseIndexTarget(idx)
		c := t.Columns[target.Column]
		if c == nil {
			continue
		}
		out = append(out, tableIndex{Index: idx, column: c, target: target.Function, sai: idx.IsStorageAttached(), sasi: newSASI(c, idx)})
	}
	slices.SortFunc(out, func(a, b tableIndex) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func groupIndexes(list []tableIndex) []indexGroup {
	var groups []indexGroup
	var sai indexGroup
	for _, i := range list {
		if i.sai {
			sai = append(sai, i)
		} else {
			groups = append(groups, indexGroup{i})
		}
	}
	if sai != nil {
		groups = append(groups, sai)
	}
	return groups
}

// supports says whether the index answers column op value.
func (i tableIndex) supports(c *schema.Column, op ast.Operator) bool {
	if i.column != c {
		return false
	}
	switch {
	case i.sai:
		return i.supportsSAI(op)
	case i.sasi != nil:
		return supportsSASI(i.sasi, op)
	}
	if !c.Type.IsMultiCell() {
		return op == ast.EQ
	}
	switch i.target {
	case "keys":
		return op == ast.ContainsKey
	case "entries":
		return op == ast.EQ
	case "full":
		return op == ast.EQ
	}
	return op == ast.Contains
}

func (i tableIndex) supportsSAI(op ast.Operator) bool {
	t := i.column.Type
	if t.Kind() == cqltype.KindVector {
		return false
	}
	if isCollection(t) && t.IsMultiCell() {
		switch i.target {
		case "keys":
			return op == ast.ContainsKey
		case "entries":
			return op == ast.EQ
		}
		return op == ast.Contains
	}
	switch op {
	case ast.EQ:
		return true
	case ast.LT, ast.LTE, ast.GT, ast.GTE:
		// A uuid is one that is literal, but not behind the reversed type of a descending clustering column: so in Cassandra.
		return i.target != "full" && !literalType(t) && (t.Kind() != cqltype.KindUuid || i.column.Desc)
	}
	return false
}

// literalType says that a storage attached index answers equalities of the type only.
func literalType(t cqltype.Type) bool {
	switch t.Kind() {
	case cqltype.KindText, cqltype.KindAscii, cqltype.KindBoolean, cqltype.KindTuple, cqltype.KindUDT:
		return true
	}
	return isCollection(t)
}

// supportedBy says whether the index answers the restriction, or a part of it when that has several.
func (r *restriction) supportedBy(i tableIndex) bool {
	return slices.ContainsFunc(r.columns, func(c *schema.Column) bool { return r.supportedOn(c, i) })
}

// supportedOn is supportedBy for one of the columns.
func (r *restriction) supportedOn(c *schema.Column, i tableIndex) bool {
	switch r.kind {
	case restrictEQ:
		return i.supports(c, ast.EQ)
	case restrictIN:
		return i.supports(c, ast.In)
	case restrictSlice:
		return (r.start == nil || i.supports(c, ast.GT)) && (r.end == nil || i.supports(c, ast.LT))
	case restrictContains:
		return len(r.contains.values) > 0 && i.supports(c, ast.Contains) ||
			len(r.contains.keys) > 0 && i.supports(c, ast.ContainsKey) ||
			len(r.contains.entries) > 0 && i.supports(c, ast.EQ) && i.target == "entries"
	case restrictLike:
		return i.supports(c, ast.Like)
	}
	return false
}

func (r *restriction) hasIndex(list []tableIndex) bool {
	return slices.ContainsFunc(list, r.supportedBy)
}

// needsFiltering says that the group's indexes do not answer the restriction alone, on each of its columns.
func (r *restriction) needsFiltering(g indexGroup) bool {
	return slices.ContainsFunc(r.columns, func(c *schema.Column) bool {
		return !slices.ContainsFunc(g, func(i tableIndex) bool {
			return r.supportedOn(c, i) && (i.sai || r.kind != restrictContains || !r.contains.multiple())
		})
	})
}

// indexChoice is the index that a statement reads, and the restriction that it answers.
type indexChoice struct {
	index tableIndex
	r     *restriction
}

// chooseIndex takes the first restriction that an index answers, equalities before patterns and ranges.
func chooseIndex(list []tableIndex, restrictions []*restriction) *indexChoice {
	var ranged *indexChoice
	for _, r := range restrictions {
		for _, i := range list {
			switch {
			case !r.supportedBy(i):
			case r.kind != restrictSlice && r.kind != restrictLike:
				return &indexChoice{i, r}
			case ranged == nil:
				ranged = &indexChoice{i, r}
			}
		}
	}
	return ranged
}

// read makes the index part of a read command; a pattern takes one of the list.
func (c *indexChoice) read(ctx *EvalContext, list []tableIndex) (*row.IndexRead, error) {
	out := &row.IndexRead{Index: c.index.Name, Op: row.IndexEq}
	var err error
	switch c.r.kind {
	case restrictEQ:
		out.Value, err = c.eqValue(ctx)
	case restrictContains:
		out.Value, err = c.containsValue(ctx)
	case restrictLike:
		i, search, err := c.r.like(ctx, list)
		if err != nil {
			return nil, err
		}
		return readSASI(i.Name, search), nil
	case restrictSlice:
		out.Op = row.IndexRange
		if out.Value, out.LowerInclusive, err = c.end(ctx, c.r.start); err == nil {
			out.Upper, out.UpperInclusive, err = c.end(ctx, c.r.end)
		}
		return out, err
	}
	if err == nil {
		err = c.check(out.Value)
	}
	if err != nil || c.index.sasi == nil {
		return out, err
	}
	return readSASI(c.index.Name, c.index.sasi.Search(sasi.Eq, out.Value)), nil
}

func (c *indexChoice) eqValue(ctx *EvalContext) ([]byte, error) {
	values, err := c.r.value.eval(ctx)
	if err != nil {
		return nil, err
	}
	return values[slices.Index(c.r.columns, c.index.column)], nil
}

func (c *indexChoice) containsValue(ctx *EvalContext) ([]byte, error) {
	if c.index.target == "entries" {
		key, value, err := c.r.contains.entries[0].eval(ctx, c.index.column)
		if err != nil {
			return nil, err
		}
		return row.EntryTerm(key, value), nil
	}
	terms := c.r.contains.values
	if c.index.target == "keys" {
		terms = c.r.contains.keys
	}
	return terms[0].Eval(ctx)
}

func (c *indexChoice) end(ctx *EvalContext, b *bound) ([]byte, bool, error) {
	if b == nil {
		return nil, false, nil
	}
	values, err := b.eval(ctx)
	if err != nil {
		return nil, false, err
	}
	v := values[0]
	return v, b.inclusive, c.check(v)
}

// checkIndexed refuses values that a filter or an index has no use for.
func checkIndexed(c *schema.Column, v []byte) error {
	switch {
	case v == nil:
		return cqlerr.Invalid("Unsupported null value for column %s", c.Name)
	case IsUnset(v):
		return cqlerr.Invalid("Unsupported unset value for column %s", c.Name)
	}
	return nil
}

// check refuses values that the index cannot hold, if it is one of old.
func (c *indexChoice) check(v []byte) error {
	if len(v) > row.MaxKeyLength && !c.index.sai && c.index.sasi == nil {
		return cqlerr.Invalid("Index expression values may not be larger than 64K")
	}
	return checkIndexed(c.index.column, v)
}
