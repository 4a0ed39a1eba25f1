package plan

import (
	"math"
	"slices"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// maxProduct is how many keys or rows a product of IN lists may name.
const maxProduct = 1 << 20

// Keys are the serialized keys of the partitions that are selected, in the order of their values and without
// repetitions. Only for statements that are no key range.
func (r *Restrictions) Keys(ctx *EvalContext) ([][]byte, error) {
	keys, err := r.AnyKeys(ctx)
	if err != nil {
		return nil, err
	}
	return keys, CheckKeys(keys)
}

// CheckKeys refuses keys that no partition can have.
func CheckKeys(keys [][]byte) error {
	for _, k := range keys {
		if err := checkKey(k); err != nil {
			return err
		}
	}
	return nil
}

// AnyKeys are the Keys before CheckKeys.
func (r *Restrictions) AnyKeys(ctx *EvalContext) ([][]byte, error) {
	if r.token == nil && len(r.partition.list) == 1 && r.partition.list[0].kind == restrictEQ {
		v, err := r.partition.list[0].keyValue(ctx)
		if err != nil {
			return nil, err
		}
		return [][]byte{v}, nil
	}
	tuples := [][][]byte{nil}
	for _, x := range r.partition.list {
		values, err := x.columnValues(ctx)
		if err != nil {
			return nil, err
		}
		if tuples, err = product(tuples, values); err != nil {
			return nil, err
		}
	}
	within, err := r.tokenFilter(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([][]byte, 0, len(tuples))
	for _, t := range tuples {
		size := 0
		for _, v := range t {
			size += len(v)
		}
		if size > row.MaxKeyLength {
			return nil, keyTooLong(size)
		}
		key := row.ComposeKey(t)
		if within(token.Of(key)) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// tokenFilter is what token() restrictions let pass of a list of keys. Unlike the range of a scan a reversed one goes
// around the ring (TokenFilter.toRangeSet).
func (r *Restrictions) tokenFilter(ctx *EvalContext) (func(token.Token) bool, error) {
	if r.token == nil || r.table.Virtual {
		return func(token.Token) bool { return true }, nil
	}
	x := r.token
	if x.kind == restrictEQ {
		v, err := tokenValue(ctx, x.value)
		return func(t token.Token) bool { return int64(t) == v }, err
	}
	var start, end int64
	var err error
	if x.start != nil {
		if start, err = tokenValue(ctx, x.start.tuple); err != nil {
			return nil, err
		}
	}
	if x.end != nil {
		if end, err = tokenValue(ctx, x.end.tuple); err != nil {
			return nil, err
		}
	}
	return func(t token.Token) bool {
		above := x.start == nil || int64(t) > start || x.start.inclusive && int64(t) == start
		below := x.end == nil || int64(t) < end || x.end.inclusive && int64(t) == end
		if x.start != nil && x.end != nil && start > end {
			return above || below
		}
		return above && below
	}, nil
}

func keyTooLong(n int) error {
	return cqlerr.Invalid("Key length of %d is longer than maximum of %d", n, row.MaxKeyLength)
}

func checkKey(key []byte) error {
	switch {
	case len(key) == 0:
		return cqlerr.Invalid("Key may not be empty")
	case len(key) > row.MaxKeyLength:
		return keyTooLong(len(key))
	}
	return nil
}

// keyValue is the value of a single column equality.
func (x *restriction) keyValue(ctx *EvalContext) ([]byte, error) {
	var v []byte
	var err error
	if x.value.whole == nil {
		v, err = x.value.terms[0].Eval(ctx)
	} else {
		var values [][]byte
		if values, err = x.value.eval(ctx); err == nil {
			v = values[0]
		}
	}
	if err != nil {
		return nil, err
	}
	return v, checkCondition(x.columns[0], v)
}

func checkCondition(c *schema.Column, v []byte) error {
	switch {
	case v == nil:
		return cqlerr.Invalid("Invalid null value in condition for column %s", c.Name)
	case IsUnset(v):
		return cqlerr.Invalid("Invalid unset value for column %s", c.Name)
	}
	return nil
}

// columnValues are the values of a single column EQ or IN, sorted and without repetitions.
func (x *restriction) columnValues(ctx *EvalContext) ([][][]byte, error) {
	if x.kind == restrictEQ && !x.multi {
		v, err := x.keyValue(ctx)
		if err != nil {
			return nil, err
		}
		return [][][]byte{{v}}, nil
	}
	if x.kind == restrictEQ {
		values, err := x.value.eval(ctx)
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			if v == nil {
				return nil, cqlerr.Invalid("Invalid null value for column %s", x.columns[i].Name)
			}
			if IsUnset(v) {
				return nil, cqlerr.Invalid("Invalid unset value for column %s", x.columns[i].Name)
			}
		}
		return [][][]byte{values}, nil
	}
	list, err := x.elements(ctx)
	if err != nil {
		return nil, err
	}
	if err := x.checkElements(list); err != nil {
		return nil, err
	}
	compare := func(a, b [][]byte) int { return compareValues(x.columns, a, b) }
	slices.SortFunc(list, compare)
	return slices.CompactFunc(list, func(a, b [][]byte) bool { return compare(a, b) == 0 }), nil
}

func (x *restriction) checkElements(list [][][]byte) error {
	for _, values := range list {
		for i, v := range values {
			if v == nil && x.multi {
				return cqlerr.Invalid("Invalid null value in condition for columns: [%s]", columnList(x.columns))
			}
			if err := checkCondition(x.columns[i], v); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareValues orders by the types of the columns, whatever their clustering order.
func compareValues(columns []*schema.Column, a, b [][]byte) int {
	for i := range a {
		if d := columns[i].Type.Compare(a[i], b[i]); d != 0 {
			return d
		}
	}
	return 0
}

// product appends each of values to each of tuples.
func product(tuples, values [][][]byte) ([][][]byte, error) {
	if len(tuples)*len(values) > maxProduct {
		return nil, cqlerr.Invalid("The cartesian product of the IN restrictions names more than %d keys", maxProduct)
	}
	out := make([][][]byte, 0, len(tuples)*len(values))
	for _, t := range tuples {
		for _, v := range values {
			out = append(out, slices.Concat(t, v))
		}
	}
	return out, nil
}

// Range is the range of tokens that a key range statement reads; empty says that it is none at all.
func (r *Restrictions) Range(ctx *EvalContext) (within token.Range, empty bool, err error) {
	if r.token == nil || r.table.Virtual {
		return token.Full, false, nil
	}
	start, end := int64(math.MinInt64), int64(math.MaxInt64) // both included
	switch x := r.token; x.kind {
	case restrictEQ:
		if start, err = tokenValue(ctx, x.value); err != nil {
			return token.Range{}, false, err
		}
		if start != math.MinInt64 { // or else no end, as in a slice
			end = start
		}
	default:
		if start, end, empty, err = tokenSlice(ctx, x); err != nil {
			return token.Range{}, false, err
		}
	}
	// No key has the smallest token.
	start = max(start, math.MinInt64+1)
	if empty || start > end {
		return token.Range{}, true, nil
	}
	within = token.Range{Start: token.Token(start - 1), End: token.Token(end)}
	if end == math.MaxInt64 {
		within.End = token.Minimum
	}
	return within, false, nil
}

// tokenSlice gives both ends of a range of tokens, included. An end at the smallest token is no end.
func tokenSlice(ctx *EvalContext, x *restriction) (start, end int64, empty bool, err error) {
	start, end = math.MinInt64, math.MaxInt64
	if x.start != nil {
		if start, err = tokenValue(ctx, x.start.tuple); err != nil {
			return 0, 0, false, err
		}
		if !x.start.inclusive {
			if start == math.MaxInt64 {
				return 0, 0, true, nil
			}
			start++
		}
	}
	if x.end != nil {
		v, err := tokenValue(ctx, x.end.tuple)
		switch {
		case err != nil:
			return 0, 0, false, err
		case v == math.MinInt64:
		case x.end.inclusive:
			end = v
		default:
			end = v - 1
		}
	}
	return start, end, start > end, nil
}

func tokenValue(ctx *EvalContext, t *tuple) (int64, error) {
	v, err := tokenBytes(ctx, t)
	switch {
	case err != nil:
		return 0, err
	case len(v) != 8:
		return 0, cqlerr.Invalid("Invalid null token value")
	}
	return cqltype.DecodeBigint(v), nil
}

func tokenBytes(ctx *EvalContext, t *tuple) ([]byte, error) {
	v, err := t.terms[0].Eval(ctx)
	switch {
	case err != nil:
		return nil, err
	case v == nil:
		return nil, cqlerr.Invalid("Invalid null token value")
	case IsUnset(v):
		return nil, cqlerr.Invalid("Invalid unset token value")
	}
	return v, nil
}

// localTokens is what token() restrictions let pass of the keys of a virtual table: it has no ring, the token of a key is
// the key itself.
func (r *Restrictions) localTokens(ctx *EvalContext) (func(key [][]byte) bool, error) {
	columns := r.table.PartitionKey
	compareWith := func(t *tuple) (func(key [][]byte) int, error) {
		v, err := tokenBytes(ctx, t)
		if err != nil {
			return nil, err
		}
		values := [][]byte{v}
		if len(columns) > 1 {
			if values, err = cqltype.DecodeTuple(v, len(columns)); err != nil {
				return nil, err
			}
		}
		return func(key [][]byte) int { return compareValues(columns, key, values) }, nil
	}
	x := r.token
	if x.kind == restrictEQ {
		d, err := compareWith(x.value)
		return func(key [][]byte) bool { return d(key) == 0 }, err
	}
	above, below := func([][]byte) int { return 1 }, func([][]byte) int { return -1 }
	var err error
	if x.start != nil {
		if above, err = compareWith(x.start.tuple); err != nil {
			return nil, err
		}
	}
	if x.end != nil {
		if below, err = compareWith(x.end.tuple); err != nil {
			return nil, err
		}
	}
	return func(key [][]byte) bool {
		lower, upper := above(key), below(key)
		return (lower > 0 || lower == 0 && x.start.inclusive) && (upper < 0 || upper == 0 && x.end.inclusive)
	}, nil
}

// Slices are the rows that are selected within a partition, in clustering order and disjoint. Nil is all rows; empty
// and not nil is none.
func (r *Restrictions) Slices(ctx *EvalContext) ([]row.Slice, error) {
	if r.clustering.empty() {
		return nil, nil
	}
	prefixes := [][][]byte{nil}
	position := 0
	for _, x := range r.clustering.list {
		if isFilter(x, position) {
			break
		}
		if x.kind == restrictSlice {
			return r.rangeSlices(ctx, prefixes, x)
		}
		values, err := x.columnValues(ctx)
		if err != nil {
			return nil, err
		}
		if prefixes, err = product(prefixes, values); err != nil {
			return nil, err
		}
		position = x.last().Position + 1
	}
	if position == 0 {
		return nil, nil
	}
	out := make([]row.Slice, len(prefixes))
	for i, p := range prefixes {
		b := row.Bound{Values: p, Inclusive: true}
		out[i] = row.Slice{Start: b, End: b}
	}
	return tidySlices(row.NewComparator(r.table), out), nil
}

func (r *Restrictions) rangeSlices(ctx *EvalContext, prefixes [][][]byte, x *restriction) ([]row.Slice, error) {
	mayBeNull := r.kind == whereSelect && !x.multi
	lower, err := sliceEnd(ctx, x.start, mayBeNull)
	if err != nil {
		return nil, err
	}
	upper, err := sliceEnd(ctx, x.end, mayBeNull)
	if err != nil {
		return nil, err
	}
	c := row.NewComparator(r.table)
	var out []row.Slice
	for _, p := range prefixes {
		if sameDirection(x.columns) {
			if s, ok := plainSlice(p, x.first().Desc, lower, upper); ok {
				out = append(out, s)
			}
			continue
		}
		for _, a := range mixedSlices(p, x.columns, lower, false) {
			for _, b := range mixedSlices(p, x.columns, upper, true) {
				if both, ok := c.Intersect(a, b); ok {
					out = append(out, both)
				}
			}
		}
	}
	return tidySlices(c, out), nil
}

// endpoint is an evaluated bound; nil values: none.
type endpoint struct {
	values    [][]byte
	inclusive bool
	null      bool // comes before all rows, whatever the direction
}

func sliceEnd(ctx *EvalContext, b *bound, mayBeNull bool) (endpoint, error) {
	if b == nil {
		return endpoint{}, nil
	}
	values, err := b.eval(ctx)
	if err != nil {
		return endpoint{}, err
	}
	for i, v := range values {
		if v == nil && mayBeNull {
			return endpoint{null: true}, nil
		}
		if err := checkCondition(b.columns[i], v); err != nil {
			return endpoint{}, err
		}
	}
	return endpoint{values: values, inclusive: b.inclusive}, nil
}

func sameDirection(columns []*schema.Column) bool {
	return !slices.ContainsFunc(columns, func(c *schema.Column) bool { return c.Desc != columns[0].Desc })
}

// plainSlice is lower..upper behind a prefix; in a descending order the greater values come first. It is false when
// nothing lies within.
func plainSlice(prefix [][]byte, desc bool, lower, upper endpoint) (row.Slice, bool) {
	if desc {
		lower, upper = upper, lower
	}
	return row.Slice{Start: lower.behind(prefix), End: upper.behind(prefix)}, !upper.null
}

func (e endpoint) behind(prefix [][]byte) row.Bound {
	if e.values == nil {
		return row.Bound{Values: prefix, Inclusive: true}
	}
	return row.Bound{Values: slices.Concat(prefix, e.values), Inclusive: e.inclusive}
}

// mixedSlices is a tuple comparison over columns of different directions: for each column, the rows that are equal
// before it and lie on the right side in it.
func mixedSlices(prefix [][]byte, columns []*schema.Column, e endpoint, upper bool) []row.Slice {
	if e.values == nil {
		return []row.Slice{{Start: e.behind(prefix), End: e.behind(prefix)}}
	}
	var out []row.Slice
	for i := range e.values {
		before := slices.Concat(prefix, e.values[:i])
		lower, higher := endpoint{values: e.values[i : i+1]}, endpoint{}
		if upper {
			lower, higher = higher, lower
		}
		s, _ := plainSlice(before, columns[i].Desc, lower, higher)
		out = append(out, s)
	}
	if e.inclusive {
		b := e.behind(prefix)
		out = append(out, row.Slice{Start: b, End: b})
	}
	return out
}

// tidySlices sorts slices, joins those that overlap and drops empty ones.
func tidySlices(c row.Comparator, in []row.Slice) []row.Slice {
	out := make([]row.Slice, 0, len(in))
	if len(in) == 1 {
		if !c.IsEmpty(in[0]) {
			out = append(out, in[0])
		}
		return out
	}
	slices.SortFunc(in, func(a, b row.Slice) int { return c.CompareCuts(row.StartCut(a.Start), row.StartCut(b.Start)) })
	for _, s := range in {
		if c.IsEmpty(s) {
			continue
		}
		if n := len(out); n > 0 && c.CompareCuts(row.StartCut(s.Start), row.EndCut(out[n-1].End)) < 0 {
			if c.CompareCuts(row.EndCut(s.End), row.EndCut(out[n-1].End)) > 0 {
				out[n-1].End = s.End
			}
			continue
		}
		out = append(out, s)
	}
	return out
}
