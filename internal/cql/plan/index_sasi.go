package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/sasi"
	"alexandra/internal/schema"
)

// supportsSASI says whether a SASI index answers the operator; of LIKE, some patterns: which, only the value tells.
func supportsSASI(x *sasi.Index, op ast.Operator) bool {
	switch op {
	case ast.EQ:
		return x.Supports(sasi.Eq)
	case ast.LT, ast.LTE, ast.GT, ast.GTE:
		return x.Supports(sasi.Range)
	case ast.Like:
		return x.Literal()
	}
	return false
}

// like evaluates a LIKE restriction and finds the index for its pattern (LikeRestriction.addToRowFilter).
func (x *restriction) like(ctx *EvalContext, list []tableIndex) (tableIndex, *sasi.Search, error) {
	c := x.first()
	v, err := x.pattern.Eval(ctx)
	if err != nil {
		return tableIndex{}, nil, err
	}
	if v == nil {
		return tableIndex{}, nil, cqlerr.Server(`java.lang.NullPointerException: Cannot invoke "java.nio.ByteBuffer.position()" because "value" is null`)
	}
	op, text, ok := sasi.ParsePattern(v)
	if !ok || IsUnset(v) {
		return tableIndex{}, nil, cqlerr.Invalid("LIKE value can't be empty.")
	}
	for _, i := range list {
		if i.column == c && i.sasi != nil && i.sasi.Supports(op) {
			return i, i.sasi.Search(op, text), nil
		}
	}
	return tableIndex{}, nil, cqlerr.Invalid("%s %s %s is only supported on properly indexed columns", c.Name, op, plainText(c.Type, text))
}

// plainText is a value without quotes.
func plainText(t cqltype.Type, v []byte) string {
	if isText(t) {
		return string(v)
	}
	return t.Format(v)
}

// readSASI makes the index part of a read command. Of several terms that all have to be found it looks for the longest: the
// filter checks the others.
func readSASI(index string, s *sasi.Search) *row.IndexRead {
	out := &row.IndexRead{Index: index, Op: row.IndexEq, Value: s.Longest()}
	switch s.Op {
	case sasi.Prefix:
		out.Op = row.IndexPrefix
	case sasi.Suffix:
		out.Op = row.IndexSuffix
	case sasi.Contains:
		out.Op = row.IndexContains
	}
	if len(out.Value) == 0 {
		out.Op = row.IndexEq // nothing is found: an index has no empty terms
	}
	return out
}

// searchOf is how the SASI index that answers a check would look for it; nil when none does. What such an index does not
// have is not found through it, though it were equal.
func searchOf(list []tableIndex, c check) *sasi.Search {
	for _, i := range list {
		if i.sasi == nil || i.column != c.column || !supportsSASI(i.sasi, c.op) {
			continue
		}
		if c.op == ast.EQ {
			return i.sasi.Search(sasi.Eq, c.value)
		}
		return i.sasi.Search(sasi.Range, nil)
	}
	return nil
}

// newSASI reads the options of the index if it is a SASI index.
func newSASI(c *schema.Column, idx *schema.Index) *sasi.Index {
	if !idx.IsSASI() {
		return nil
	}
	return sasi.New(c, idx.Options)
}
