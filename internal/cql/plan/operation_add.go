package plan

import (
	"slices"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// addValue is column = column + value of a number or a text, in a conditional UPDATE alone: it reads the row before
// (Constants.Adder). Nothing comes of a column that is null.
type addValue struct {
	target
	value Term
	add   *fn.Function
}

// bindAddValue binds the addition to a column that is no counter and no collection.
func bindAddValue(b *Binder, c *schema.Column, a ast.Assignment) (Operation, error) {
	arg := typedArg{c.Type}
	add, err := ResolveFunction(b, fn.Operation('+'), []fn.Arg{arg, arg}, ColumnReceiver(c))
	if err != nil || add == nil || !cqltype.Equal(add.Return, c.Type) {
		return nil, invalidOperation("Invalid operation (%s) for non-numeric and non-text type %s", a, c)
	}
	t, err := bindTerm(b, a.Value, ColumnReceiver(c))
	if err != nil {
		return nil, err
	}
	return addValue{target{c}, t, add}, nil
}

// NeedsRead implements Operation.
func (o addValue) NeedsRead() bool { return true }

// Apply implements Operation.
func (o addValue) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	switch {
	case err != nil || IsUnset(v):
		return err
	case v == nil:
		return cqlerr.Invalid("Invalid null value for column %s", o.column.Name)
	}
	sum, err := o.add.Call(w.Fn, [][]byte{o.current(w), v})
	if err != nil || sum == nil {
		return err
	}
	w.set(o.column, nil, sum)
	return nil
}

// current is the column's value with what the statement has already done to it.
func (o addValue) current(w *RowWriter) []byte {
	for _, c := range slices.Backward(w.row.Cells) {
		if c.Column != o.column.Name {
			continue
		}
		if c.Kind == row.Tombstone {
			return nil
		}
		return c.Value
	}
	return ColumnValue(w.Current, o.column)
}

// isPlain says that a type is neither a collection nor a tuple, nor that of counters.
func isPlain(t cqltype.Type) bool {
	switch t.Kind() {
	case cqltype.KindTuple, cqltype.KindUDT, cqltype.KindCounter:
		return false
	}
	return !isCollection(t)
}
