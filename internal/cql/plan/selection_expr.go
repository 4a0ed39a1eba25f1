package plan

import (
	"bytes"
	"encoding/binary"
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// expr is an expression of the selection clause. It is immutable and safe for concurrent use.
type expr interface {
	// eval computes the value for one row, or for a group once its aggregates are known.
	eval(in *Input) ([]byte, error)
}

// cellSource is an expression that knows the cells behind its value, for writetime and ttl.
type cellSource interface {
	expr
	cells(in *Input) []row.Cell
}

// Input is one row as expressions see it. It keeps pointers into the row and belongs to one request.
type Input struct {
	Ctx *EvalContext
	// Unmask says that the user may see masked columns.
	Unmask     bool
	key        [][]byte
	clustering [][]byte // nil for a static row alone
	columns    [][]row.Cell
	results    [][]byte // of aggregates
}

// columnExpr is a column.
type columnExpr struct {
	index  int // among the fetched columns
	column *schema.Column
	mask   *maskCall
	// dense says that the table is WITH COMPACT STORAGE and may leave its last clustering columns out: they are empty.
	dense bool
}

func (e *columnExpr) eval(in *Input) ([]byte, error) {
	v := e.raw(in)
	if e.mask != nil && !in.Unmask {
		return e.mask.apply(in, v)
	}
	return v, nil
}

func (e *columnExpr) raw(in *Input) []byte {
	switch e.column.Kind {
	case schema.PartitionKey:
		if e.column.Position < len(in.key) {
			return in.key[e.column.Position]
		}
		return nil
	case schema.Clustering:
		if e.column.Position >= len(in.clustering) {
			return nil
		}
		if v := in.clustering[e.column.Position]; len(v) > 0 || !e.dense {
			return v
		}
		return nil
	}
	if e.index >= len(in.columns) {
		return nil
	}
	return cellsValue(in.columns[e.index], e.column.Type)
}

// cells are in the order of the value's elements.
func (e *columnExpr) cells(in *Input) []row.Cell {
	if e.index >= len(in.columns) {
		return nil
	}
	cells := in.columns[e.index]
	var t cqltype.Type
	switch typ := e.column.Type.(type) {
	case *cqltype.SetType:
		t = typ.Elem
	case *cqltype.MapType:
		t = typ.Key
	case *cqltype.ListType:
		t = cqltype.Timeuuid
	}
	if !e.column.Type.IsMultiCell() || t == nil || len(cells) < 2 {
		return cells
	}
	cells = slices.Clone(cells)
	slices.SortStableFunc(cells, func(a, b row.Cell) int { return t.Compare(a.Path, b.Path) })
	return cells
}

// maskCall is the masking function of a column.
type maskCall struct {
	f    *fn.Function
	args [][]byte // behind the column
}

func (m *maskCall) apply(in *Input, v []byte) ([]byte, error) {
	args := make([][]byte, 1+len(m.args))
	args[0] = v
	copy(args[1:], m.args)
	return m.f.Call(in.Ctx.Fn, args)
}

// typedArg is an argument of which only the type is known.
type typedArg struct{ typ cqltype.Type }

// Test implements fn.Arg.
func (a typedArg) Test(recv cqltype.Type) (fn.Match, error) { return fn.Assign(a.typ, recv), nil }

// Type implements fn.Arg.
func (a typedArg) Type() cqltype.Type { return a.typ }

// ArrayLen implements fn.Arg.
func (a typedArg) ArrayLen() int { return -1 }

// IsMarker implements fn.Arg.
func (a typedArg) IsMarker() bool { return false }

// String implements fn.Arg.
func (a typedArg) String() string { return a.typ.Class() }

// bindMask finds the masking function of a column.
func bindMask(b *Binder, c *schema.Column) (*maskCall, error) {
	args := []fn.Arg{typedArg{c.Type}}
	for _, t := range c.Mask.ArgTypes {
		args = append(args, typedArg{t})
	}
	f, err := ResolveFunction(b, fn.Name{Keyspace: c.Mask.Keyspace, Name: c.Mask.Function}, args, ColumnReceiver(c))
	switch {
	case err != nil:
		return nil, err
	case f == nil:
		return nil, cqlerr.Invalid("Unable to find masking function for column %s", c.Name)
	}
	return &maskCall{f, c.Mask.ArgValues}, nil
}

// termExpr is a constant or a bind marker.
type termExpr struct{ term Term }

func (e termExpr) eval(in *Input) ([]byte, error) { return e.term.Eval(in.Ctx) }

// callExpr calls a function.
type callExpr struct {
	f    *fn.Function
	args []expr
}

func (e *callExpr) eval(in *Input) ([]byte, error) {
	args := make([][]byte, len(e.args))
	for i, x := range e.args {
		v, err := x.eval(in)
		switch {
		case err != nil:
			return nil, err
		case IsUnset(v):
			return nil, cqlerr.Invalid("Invalid unset value for argument in call to function %s", e.f.Name)
		}
		args[i] = v
	}
	return e.f.Call(in.Ctx.Fn, args)
}

func evalAll(in *Input, exprs []expr) ([][]byte, error) {
	values := make([][]byte, len(exprs))
	for i, x := range exprs {
		v, err := x.eval(in)
		if err != nil {
			return nil, err
		}
		if !IsUnset(v) {
			values[i] = v
		}
	}
	return values, nil
}

// aggregateExpr is the result of an aggregate.
type aggregateExpr struct{ index int }

func (e aggregateExpr) eval(in *Input) ([]byte, error) { return in.results[e.index], nil }

// joinExpr makes a tuple, a collection or a user type.
type joinExpr struct {
	parts []expr
	join  func(parts [][]byte) ([]byte, error)
}

func (e *joinExpr) eval(in *Input) ([]byte, error) {
	parts, err := evalAll(in, e.parts)
	if err != nil {
		return nil, err
	}
	return e.join(parts)
}

// fieldExpr is one field of a user type.
type fieldExpr struct {
	of           expr
	index, count int
	multi        bool
}

func (e *fieldExpr) eval(in *Input) ([]byte, error) {
	v, err := e.of.eval(in)
	if v == nil || err != nil {
		return nil, err
	}
	fields, err := cqltype.DecodeTuple(v, e.count)
	if err != nil {
		return nil, err
	}
	return fields[e.index], nil
}

func (e *fieldExpr) cells(in *Input) []row.Cell {
	of, ok := e.of.(cellSource)
	if !ok {
		return nil
	}
	if !e.multi {
		if v, err := e.eval(in); v == nil || err != nil {
			return nil
		}
		return of.cells(in)
	}
	for _, c := range of.cells(in) {
		if len(c.Path) == 2 && int(binary.BigEndian.Uint16(c.Path)) == e.index {
			return []row.Cell{c}
		}
	}
	return nil
}

// elementExpr is one element of a set, or one value of a map.
type elementExpr struct {
	of  expr
	key Term
	typ cqltype.Type // of the collection
	// text is the collection in messages.
	text string
}

func (e *elementExpr) keyValue(in *Input) ([]byte, error) {
	k, err := e.key.Eval(in.Ctx)
	switch {
	case err != nil:
		return nil, err
	case k == nil:
		return nil, cqlerr.Server("java.lang.NullPointerException: null key of an element of %s", e.typ)
	case IsUnset(k):
		return nil, cqlerr.Invalid("Invalid unset value for element selection on %s", e.text)
	}
	return k, nil
}

func (e *elementExpr) eval(in *Input) ([]byte, error) {
	k, err := e.keyValue(in)
	if err != nil {
		return nil, err
	}
	v, err := e.of.eval(in)
	if v == nil || err != nil {
		return nil, err
	}
	switch t := e.typ.(type) {
	case *cqltype.SetType:
		elems, err := cqltype.DecodeSet(v)
		for _, x := range elems {
			if t.Elem.Compare(x, k) == 0 {
				return x, nil
			}
		}
		return nil, err
	case *cqltype.MapType:
		entries, err := cqltype.DecodeMap(v)
		for _, x := range entries {
			if t.Key.Compare(x.Key, k) == 0 {
				return x.Value, nil
			}
		}
		return nil, err
	}
	return nil, nil
}

func (e *elementExpr) cells(in *Input) []row.Cell {
	of, ok := e.of.(cellSource)
	if !ok {
		return nil
	}
	if !e.typ.IsMultiCell() {
		if v, err := e.eval(in); v == nil || err != nil {
			return nil
		}
		return of.cells(in)
	}
	k, err := e.keyValue(in)
	if err != nil {
		return nil
	}
	for _, c := range of.cells(in) {
		if bytes.Equal(c.Path, k) {
			return []row.Cell{c}
		}
	}
	return nil
}

// sliceExpr is the part of a set or map between two keys, both included.
type sliceExpr struct {
	of       expr
	typ, key cqltype.Type
	from, to Term // nil: open
	text     string
}

func (e *sliceExpr) bounds(in *Input) (from, to []byte, err error) {
	if from, err = e.end(in, e.from); err != nil {
		return nil, nil, err
	}
	to, err = e.end(in, e.to)
	return from, to, err
}

// end is one end of the slice; one that was left unset is open.
func (e *sliceExpr) end(in *Input, t Term) ([]byte, error) {
	if t == nil {
		return nil, nil
	}
	v, err := t.Eval(in.Ctx)
	switch {
	case err != nil || IsUnset(v):
		return nil, err
	case v == nil:
		return nil, cqlerr.Invalid("Invalid null value for slice selection on %s", e.text)
	}
	return v, nil
}

func (e *sliceExpr) within(k, from, to []byte) bool {
	return (from == nil || e.key.Compare(k, from) >= 0) && (to == nil || e.key.Compare(k, to) <= 0)
}

func (e *sliceExpr) eval(in *Input) ([]byte, error) {
	from, to, err := e.bounds(in)
	if err != nil {
		return nil, err
	}
	v, err := e.of.eval(in)
	if v == nil || err != nil {
		return nil, err
	}
	if _, ok := e.typ.(*cqltype.SetType); ok {
		elems, err := cqltype.DecodeSet(v)
		if err != nil {
			return nil, err
		}
		elems = slices.DeleteFunc(elems, func(x []byte) bool { return !e.within(x, from, to) })
		if len(elems) == 0 && e.typ.IsMultiCell() {
			return nil, nil
		}
		return cqltype.EncodeList(elems), nil
	}
	entries, err := cqltype.DecodeMap(v)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(x cqltype.Entry) bool { return !e.within(x.Key, from, to) })
	if len(entries) == 0 && e.typ.IsMultiCell() {
		return nil, nil
	}
	return cqltype.EncodeMap(entries), nil
}

func (e *sliceExpr) cells(in *Input) []row.Cell {
	of, ok := e.of.(cellSource)
	if !ok {
		return nil
	}
	from, to, err := e.bounds(in)
	if err != nil {
		return nil
	}
	if !e.typ.IsMultiCell() {
		return of.cells(in)
	}
	return slices.DeleteFunc(slices.Clone(of.cells(in)), func(c row.Cell) bool { return !e.within(c.Path, from, to) })
}

// cellInfoExpr is writetime, maxwritetime or ttl.
type cellInfoExpr struct {
	info ast.CellInfo
	of   cellSource
	list bool
}

func (e *cellInfoExpr) eval(in *Input) ([]byte, error) {
	cells := e.of.cells(in)
	if len(cells) == 0 {
		return nil, nil
	}
	if e.list {
		return cqltype.EncodeList(e.each(in, cells)), nil
	}
	best := cells[0]
	for _, c := range cells[1:] {
		if c.Timestamp > best.Timestamp {
			best = c
		}
	}
	return e.one(in, best), nil
}

// each is the answer for every cell; user types have one for each field.
func (e *cellInfoExpr) each(in *Input, cells []row.Cell) [][]byte {
	if c, ok := e.of.(*columnExpr); ok {
		if u, ok := c.column.Type.(*cqltype.UserType); ok {
			out := make([][]byte, len(u.Fields))
			for _, cell := range cells {
				if i := int(binary.BigEndian.Uint16(cell.Path)); i < len(out) {
					out[i] = e.one(in, cell)
				}
			}
			return out
		}
	}
	out := make([][]byte, len(cells))
	for i, c := range cells {
		out[i] = e.one(in, c)
	}
	return out
}

func (e *cellInfoExpr) one(in *Input, c row.Cell) []byte {
	if e.info != ast.TTL {
		return cqltype.EncodeBigint(c.Timestamp)
	}
	left := c.Expiry - in.Ctx.NowSeconds
	if c.TTL == 0 || left <= 0 {
		return nil
	}
	return cqltype.EncodeInt(int32(left))
}
