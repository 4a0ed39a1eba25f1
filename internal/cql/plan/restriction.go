package plan

import (
	"slices"
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// restrictionKind is how a restriction narrows its columns.
type restrictionKind uint8

const (
	restrictEQ restrictionKind = iota + 1
	restrictIN
	restrictSlice
	restrictContains
	restrictLike
	restrictNotNull
)

// restriction is what the WHERE clause says of one column, or of several together in a tuple or in token(). Relations
// on the same columns are merged into one.
type restriction struct {
	kind    restrictionKind
	columns []*schema.Column
	multi   bool // a tuple relation

	value      *tuple   // EQ
	list       []*tuple // IN with a list
	marker     Term     // IN ?
	start, end *bound   // slice
	contains   containsTerms
	pattern    Term // LIKE
}

// containsTerms are the CONTAINS, CONTAINS KEY and map entry relations on one collection.
type containsTerms struct {
	values, keys []Term
	entries      []entryTerm
}

type entryTerm struct{ key, value Term }

func (c containsTerms) multiple() bool {
	return len(c.values)+len(c.keys)+len(c.entries) > 1
}

// bound is one end of a slice. Of merged tuple slices each end may have its own number of columns.
type bound struct {
	*tuple
	inclusive bool
}

// tuple is the right side of a relation: one term for each column, or one term for all of them together.
type tuple struct {
	columns []*schema.Column
	terms   []Term
	literal bool // written as (a, b)
	whole   Term // a bind marker for the whole tuple
}

// eval computes the values; nil is null. An unset marker for the whole tuple gives unset values.
func (t *tuple) eval(ctx *EvalContext) ([][]byte, error) {
	if t.whole != nil {
		v, err := t.whole.Eval(ctx)
		if err != nil {
			return nil, err
		}
		return t.split(v)
	}
	values := make([][]byte, len(t.terms))
	for i, term := range t.terms {
		v, err := term.Eval(ctx)
		if err != nil {
			return nil, err
		}
		if t.literal && IsUnset(v) {
			return nil, cqlerr.Invalid("Invalid unset value for tuple field number %d", i)
		}
		values[i] = v
	}
	return values, nil
}

func (t *tuple) split(v []byte) ([][]byte, error) {
	switch {
	case v == nil:
		return nil, cqlerr.Invalid("Invalid null value for columns (%s)", columnList(t.columns))
	case IsUnset(v):
		return nil, cqlerr.Invalid("Invalid unset value for tuple (%s)", strings.ReplaceAll(columnList(t.columns), ", ", ","))
	}
	return cqltype.DecodeTuple(v, len(t.columns))
}

func columnList(columns []*schema.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

func (r *restriction) first() *schema.Column { return r.columns[0] }
func (r *restriction) last() *schema.Column  { return r.columns[len(r.columns)-1] }

// mergeable says that a single column restriction can take the form of a tuple.
func (r *restriction) mergeable() bool {
	switch r.kind {
	case restrictEQ, restrictSlice:
		return true
	case restrictIN:
		return r.marker == nil
	}
	return false
}

// merge joins a later restriction with r, which is on some of the same columns.
func (r *restriction) merge(other *restriction) (*restriction, error) {
	if !r.multi && other.multi && r.mergeable() {
		as := *r
		as.multi = true
		return as.merge(other)
	}
	common := commonText(r.columns, other.columns)
	switch r.kind {
	case restrictEQ:
		return nil, cqlerr.Invalid("%s cannot be restricted by more than one relation if it includes an Equal", common)
	case restrictIN:
		return nil, cqlerr.Invalid("%s cannot be restricted by more than one relation if it includes a IN", common)
	case restrictSlice:
		return r.mergeSlice(other, common)
	case restrictContains:
		return r.mergeContains(other)
	case restrictLike:
		return nil, cqlerr.Invalid("%s cannot be restricted by more than one relation if it includes a LIKE", common)
	}
	return nil, cqlerr.Invalid("%s cannot be restricted by a relation if it includes an IS NOT NULL clause", common)
}

// commonText lists the columns that two restrictions share. Cassandra separates them in its own way, but for token().
func commonText(a, b []*schema.Column) string {
	common := inCommon(a, b)
	if common[0].Kind == schema.PartitionKey {
		return columnList(common)
	}
	return strings.ReplaceAll(columnList(common), ", ", " ,")
}

func inCommon(a, b []*schema.Column) []*schema.Column {
	var common []*schema.Column
	for _, c := range a {
		if slices.Contains(b, c) {
			common = append(common, c)
		}
	}
	return common
}

func (r *restriction) mergeSlice(other *restriction, common string) (*restriction, error) {
	if other.kind != restrictSlice {
		return nil, cqlerr.Invalid("Column \"%s\" cannot be restricted by both an equality and an inequality relation", common)
	}
	if r.first() != other.first() {
		later := r.first()
		if other.first().Position > later.Position {
			later = other.first()
		}
		return nil, cqlerr.Invalid("Column \"%s\" cannot be restricted by two inequalities not starting with the same column", later.Name)
	}
	if r.start != nil && other.start != nil {
		return nil, cqlerr.Invalid("More than one restriction was found for the start bound on %s", common)
	}
	if r.end != nil && other.end != nil {
		return nil, cqlerr.Invalid("More than one restriction was found for the end bound on %s", common)
	}
	merged := *r
	merged.multi = r.multi || other.multi
	if len(other.columns) > len(merged.columns) {
		merged.columns = other.columns
	}
	if other.start != nil {
		merged.start = other.start
	} else {
		merged.end = other.end
	}
	return &merged, nil
}

func (r *restriction) mergeContains(other *restriction) (*restriction, error) {
	if other.kind != restrictContains {
		return nil, cqlerr.Invalid("Collection column %s can only be restricted by CONTAINS, CONTAINS KEY, or map-entry equality", r.first().Name)
	}
	merged := *r
	merged.contains = containsTerms{
		values:  slices.Concat(r.contains.values, other.contains.values),
		keys:    slices.Concat(r.contains.keys, other.contains.keys),
		entries: slices.Concat(r.contains.entries, other.contains.entries),
	}
	return &merged, nil
}

// elements computes the list of an IN restriction. Elements may be nil, and unset.
func (r *restriction) elements(ctx *EvalContext) ([][][]byte, error) {
	if r.marker != nil {
		return r.markerElements(ctx)
	}
	out := make([][][]byte, 0, len(r.list))
	for _, t := range r.list {
		values, err := t.eval(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, values)
	}
	return out, nil
}

func (r *restriction) markerElements(ctx *EvalContext) ([][][]byte, error) {
	v, err := r.marker.Eval(ctx)
	if err != nil {
		return nil, err
	}
	name := columnList(r.columns)
	switch {
	case v == nil && r.multi:
		return nil, cqlerr.Invalid("Invalid null value for IN restriction")
	case IsUnset(v) && r.multi:
		return nil, cqlerr.Invalid("Invalid unset value for in(%s)", strings.ReplaceAll(name, ", ", ","))
	case v == nil:
		return nil, cqlerr.Invalid("Invalid null value for column %s", name)
	case IsUnset(v):
		return nil, cqlerr.Invalid("Invalid unset value for column %s", name)
	}
	list, err := decodeNullableList(v)
	if err != nil {
		return nil, err
	}
	out := make([][][]byte, 0, len(list))
	for _, e := range list {
		if !r.multi {
			out = append(out, [][]byte{e})
			continue
		}
		values, err := (&tuple{columns: r.columns}).split(e)
		if err != nil {
			return nil, err
		}
		out = append(out, values)
	}
	return out, nil
}
