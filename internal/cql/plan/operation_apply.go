package plan

import (
	"encoding/binary"
	"math"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// setValue is column = value.
type setValue struct {
	target
	value Term
}

// Apply implements Operation.
func (o setValue) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	if err != nil || IsUnset(v) {
		return err
	}
	if !o.column.Type.IsMultiCell() {
		if v == nil {
			w.remove(o.column, nil)
		} else {
			w.set(o.column, nil, v)
		}
		return nil
	}
	w.clear(o.column, true)
	return appendCells(w, o.column, v)
}

// appendCells writes the parts of a collection or user type as cells; null has none.
func appendCells(w *RowWriter, c *schema.Column, v []byte) error {
	if v == nil {
		return nil
	}
	switch t := c.Type.(type) {
	case *cqltype.ListType:
		elems, err := cqltype.DecodeList(v)
		if err != nil {
			return err
		}
		for _, e := range elems {
			path := w.NextTimeUUID()
			w.set(c, path[:], e)
		}
	case *cqltype.SetType:
		elems, err := cqltype.DecodeSet(v)
		if err != nil {
			return err
		}
		for _, e := range elems {
			w.set(c, pathOf(w, c, e), []byte{})
		}
	case *cqltype.MapType:
		entries, err := cqltype.DecodeMap(v)
		if err != nil {
			return err
		}
		for _, e := range entries {
			w.set(c, pathOf(w, c, e.Key), e.Value)
		}
	case *cqltype.UserType:
		return appendFields(w, c, t, v)
	}
	return nil
}

// pathOf is the path of an element or key: the bytes that stand for it already, if there are any. An empty path is
// kept apart from the path of a simple column.
func pathOf(w *RowWriter, c *schema.Column, v []byte) []byte {
	if t := pathType(c); t != nil && !t.Exact() {
		for _, cell := range CellsOf(w.Current, c) {
			if t.Compare(cell.Path, v) == 0 {
				return cell.Path
			}
		}
	}
	if v == nil {
		return []byte{}
	}
	return v
}

func appendFields(w *RowWriter, c *schema.Column, t *cqltype.UserType, v []byte) error {
	fields, err := t.Decode(v)
	if err != nil {
		return err
	}
	for i, f := range fields {
		if f != nil {
			w.set(c, FieldPath(i), f)
		}
	}
	return nil
}

// addCounter is column = column + n, or - n with a negative sign.
type addCounter struct {
	target
	value Term
	sign  int64
}

// Apply implements Operation.
func (o addCounter) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	switch {
	case err != nil || IsUnset(v):
		return err
	case v == nil:
		return cqlerr.Invalid("Invalid null value for counter increment")
	}
	n := cqltype.DecodeBigint(v)
	if o.sign < 0 && n == math.MinInt64 {
		return cqlerr.Invalid("The negation of %d overflows supported counter precision (signed 8 bytes integer)", n)
	}
	w.count(o.column, o.sign*n)
	return nil
}

// addElements is column = column + collection.
type addElements struct {
	keyed
	value Term
}

// Apply implements Operation.
func (o addElements) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	if err != nil || IsUnset(v) {
		return err
	}
	return appendCells(w, o.column, v)
}

// removeElements takes the elements of a set, or the keys of a map, away.
type removeElements struct {
	keyed
	value Term
}

// Apply implements Operation.
func (o removeElements) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	if err != nil || IsUnset(v) || v == nil {
		return err
	}
	elems, err := cqltype.DecodeSet(v)
	if err != nil {
		return err
	}
	for _, e := range elems {
		w.remove(o.column, pathOf(w, o.column, e))
	}
	return nil
}

// discardElements takes all elements out of a list that are equal to one of the value.
type discardElements struct {
	target
	value Term
}

// NeedsRead implements Operation.
func (o discardElements) NeedsRead() bool { return true }

// Apply implements Operation.
func (o discardElements) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	if err != nil || IsUnset(v) || v == nil {
		return err
	}
	elems, err := cqltype.DecodeList(v)
	if err != nil {
		return err
	}
	discard := make(map[string]bool, len(elems))
	for _, e := range elems {
		discard[string(e)] = true
	}
	for _, cell := range CellsOf(w.Current, o.column) {
		if discard[string(cell.Value)] {
			w.remove(o.column, cell.Path)
		}
	}
	return nil
}

// prependElements is column = list + column. The paths count backwards from a fixed time, so that what is prepended
// later sorts before.
type prependElements struct {
	target
	value Term
}

// prependReference is 2010-01-01 in units of a timeuuid, the moment around which Cassandra mirrors time for prepending.
const prependReference = (1262304000000 + 12219292800000) * 10000

// Apply implements Operation.
func (o prependElements) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	if err != nil || IsUnset(v) || v == nil {
		return err
	}
	elems, err := cqltype.DecodeList(v)
	if err != nil {
		return err
	}
	for i := len(elems) - 1; i >= 0; i-- {
		w.set(o.column, mirrored(w.NextTimeUUID()), elems[i])
	}
	return nil
}

// mirrored is a timeuuid as far before the reference as u is after it.
func mirrored(u [16]byte) []byte {
	ticks := uint64(binary.BigEndian.Uint32(u[:])) | uint64(binary.BigEndian.Uint16(u[4:]))<<32 | uint64(binary.BigEndian.Uint16(u[6:])&0x0FFF)<<48
	ticks = 2*prependReference - ticks
	binary.BigEndian.PutUint32(u[:], uint32(ticks))
	binary.BigEndian.PutUint16(u[4:], uint16(ticks>>32))
	binary.BigEndian.PutUint16(u[6:], uint16(ticks>>48)&0x0FFF|0x1000)
	return u[:]
}

// setIndex is list[index] = value.
type setIndex struct {
	target
	index, value Term
}

// NeedsRead implements Operation.
func (o setIndex) NeedsRead() bool { return true }

// Apply implements Operation.
func (o setIndex) Apply(w *RowWriter) error {
	index, err := o.index.Eval(w.EvalContext)
	if err != nil {
		return err
	}
	v, err := o.value.Eval(w.EvalContext)
	switch {
	case err != nil:
		return err
	case index == nil:
		return cqlerr.Invalid("Invalid null value for list index")
	case IsUnset(index):
		return cqlerr.Invalid("Invalid unset value for list index")
	}
	cell, err := cellAt(w.Current, o.column, index, "set an element on")
	switch {
	case err != nil:
		return err
	case v == nil:
		w.remove(o.column, cell.Path)
	case !IsUnset(v):
		w.set(o.column, cell.Path, v)
	}
	return nil
}

// cellAt finds the element of a list; doing tells what was attempted.
func cellAt(r *row.Row, c *schema.Column, index []byte, doing string) (row.Cell, error) {
	cells := sortedByTimeUUID(CellsOf(r, c))
	i := int(cqltype.DecodeInt(index))
	switch {
	case len(cells) == 0:
		return row.Cell{}, cqlerr.Invalid("Attempted to %s a list which is null", doing)
	case i < 0 || i >= len(cells):
		return row.Cell{}, cqlerr.Invalid("List index %d out of bound, list has size %d", i, len(cells))
	}
	return cells[i], nil
}

// setKey is map[key] = value.
type setKey struct {
	keyed
	key, value Term
}

// Apply implements Operation.
func (o setKey) Apply(w *RowWriter) error {
	key, err := mapKey(w, o.key)
	if err != nil {
		return err
	}
	v, err := o.value.Eval(w.EvalContext)
	switch {
	case err != nil:
		return err
	case v == nil:
		w.remove(o.column, pathOf(w, o.column, key))
	case !IsUnset(v):
		w.set(o.column, pathOf(w, o.column, key), v)
	}
	return nil
}

func mapKey(w *RowWriter, t Term) ([]byte, error) {
	key, err := t.Eval(w.EvalContext)
	switch {
	case err != nil:
		return nil, err
	case key == nil:
		return nil, cqlerr.Invalid("Invalid null map key")
	case IsUnset(key):
		return nil, cqlerr.Invalid("Invalid unset map key")
	}
	return key, nil
}

// setField is column.field = value.
type setField struct {
	target
	field int
	value Term
}

// Apply implements Operation.
func (o setField) Apply(w *RowWriter) error {
	v, err := o.value.Eval(w.EvalContext)
	switch {
	case err != nil:
		return err
	case v == nil:
		w.remove(o.column, FieldPath(o.field))
	case !IsUnset(v):
		w.set(o.column, FieldPath(o.field), v)
	}
	return nil
}

// deleteColumn deletes the whole column.
type deleteColumn struct{ target }

// Apply implements Operation.
func (o deleteColumn) Apply(w *RowWriter) error {
	if o.column.Type.IsMultiCell() {
		w.clear(o.column, false)
	} else {
		w.remove(o.column, nil)
	}
	return nil
}

// deleteIndex deletes the element of a list at an index.
type deleteIndex struct {
	target
	index Term
}

// NeedsRead implements Operation.
func (o deleteIndex) NeedsRead() bool { return true }

// Apply implements Operation.
func (o deleteIndex) Apply(w *RowWriter) error {
	index, err := o.index.Eval(w.EvalContext)
	switch {
	case err != nil || IsUnset(index):
		return err
	case index == nil:
		return cqlerr.Invalid("Invalid null value for list index")
	}
	cell, err := cellAt(w.Current, o.column, index, "delete an element from")
	if err != nil {
		return err
	}
	w.remove(o.column, cell.Path)
	return nil
}

// deleteKey deletes an element of a set or an entry of a map.
type deleteKey struct {
	keyed
	key Term
}

// Apply implements Operation.
func (o deleteKey) Apply(w *RowWriter) error {
	if o.column.Type.Kind() == cqltype.KindMap {
		key, err := mapKey(w, o.key)
		if err != nil {
			return err
		}
		w.remove(o.column, pathOf(w, o.column, key))
		return nil
	}
	elem, err := o.key.Eval(w.EvalContext)
	switch {
	case err != nil || IsUnset(elem):
		return err
	case elem == nil:
		return cqlerr.Invalid("Invalid null set element")
	}
	w.remove(o.column, pathOf(w, o.column, elem))
	return nil
}

// deleteField deletes a field of a user type.
type deleteField struct {
	target
	field int
}

// Apply implements Operation.
func (o deleteField) Apply(w *RowWriter) error {
	w.remove(o.column, FieldPath(o.field))
	return nil
}
