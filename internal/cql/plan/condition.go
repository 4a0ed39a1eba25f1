package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// Conditions are the IF clause of a modification. At most one of the three is used.
type Conditions struct {
	NotExists, Exists bool
	Columns           []*Condition
}

// onRegular and onStatic say whether a column of that kind is looked at; IF [NOT] EXISTS looks at none by name.
func (c *Conditions) onRegular() bool { return c != nil && c.on(schema.Regular) }
func (c *Conditions) onStatic() bool  { return c != nil && c.on(schema.Static) }

func (c *Conditions) on(kind schema.ColumnKind) bool {
	for _, x := range c.Columns {
		if x.Column.Kind == kind {
			return true
		}
	}
	return false
}

// Condition compares a column, or a part of it, with values.
type Condition struct {
	Column *schema.Column
	op     ast.Operator
	// key is the term in brackets, field the index of a field or -1.
	key    Term
	field  int
	typ    cqltype.Type // of what is compared
	values []Term       // more than one for IN only
	marker Term         // IN ?
}

func bindConditions(b *Binder, t *schema.Table, list []ast.Condition, using ast.Using) (*Conditions, error) {
	if using.Timestamp != nil {
		return nil, cqlerr.Invalid("Cannot provide custom timestamp for conditional updates")
	}
	c := &Conditions{}
	for _, x := range list {
		column, err := Column(t, x.Column)
		if err != nil {
			return nil, err
		}
		condition, err := bindCondition(b, column, x)
		if err != nil {
			return nil, err
		}
		if column.Kind == schema.PartitionKey || column.Kind == schema.Clustering {
			return nil, cqlerr.Invalid("PRIMARY KEY column '%s' cannot have IF conditions", column.Name)
		}
		c.Columns = append(c.Columns, condition)
	}
	return c, nil
}

func bindCondition(b *Binder, column *schema.Column, x ast.Condition) (*Condition, error) {
	if column.Type.Kind() == cqltype.KindCounter {
		return nil, cqlerr.Invalid("Conditions on counters are not supported")
	}
	c := &Condition{Column: column, op: x.Op, field: -1}
	recv := ColumnReceiver(column)
	switch x.Target {
	case ast.ColumnElement:
		switch {
		case !isCollection(column.Type):
			return nil, cqlerr.Invalid("Invalid element access syntax for non-collection column %s", column.Name)
		case column.Type.Kind() == cqltype.KindSet:
			return nil, cqlerr.Invalid("Invalid element access syntax for set column %s", column.Name)
		}
		recv = elementOf(recv)
		if err := checkDurations(recv.Type, x.Op); err != nil {
			return nil, err
		}
		var err error
		if c.key, err = bindTerm(b, x.Key, subscriptReceiver(column)); err != nil {
			return nil, err
		}
	case ast.ColumnField:
		t, ok := column.Type.(*cqltype.UserType)
		if !ok {
			// Cassandra answers with the ClassCastException that it runs into.
			return nil, cqlerr.Server("column %s of type %s has no fields", column.Name, column.Type)
		}
		if c.field = t.FieldIndex(x.Field); c.field < 0 {
			return nil, cqlerr.Invalid("Unknown field %s for column %s", x.Field, column.Name)
		}
		recv = fieldReceiver(recv, t.Fields[c.field])
		if err := checkDurations(recv.Type, x.Op); err != nil {
			return nil, err
		}
	default:
		if err := checkDurations(recv.Type, x.Op); err != nil {
			return nil, err
		}
	}
	c.typ = recv.Type
	return c, c.bindValues(b, x, recv)
}

// checkDurations refuses to order durations, which have no order.
func checkDurations(t cqltype.Type, op ast.Operator) error {
	switch op {
	case ast.LT, ast.LTE, ast.GT, ast.GTE:
	default:
		return nil
	}
	if !cqltype.Contains(t, cqltype.KindDuration) {
		return nil
	}
	switch {
	case isCollection(t):
		return cqlerr.Invalid("Slice conditions are not supported on collections containing durations")
	case t.Kind() == cqltype.KindTuple:
		return cqlerr.Invalid("Slice conditions are not supported on tuples containing durations")
	case t.Kind() == cqltype.KindUDT:
		return cqlerr.Invalid("Slice conditions are not supported on UDTs containing durations")
	}
	return cqlerr.Invalid("Slice conditions ( %s ) are not supported on durations", op)
}

func (c *Condition) bindValues(b *Binder, x ast.Condition, recv Receiver) (err error) {
	switch {
	case x.Op == ast.ContainsKey && recv.Type.Kind() != cqltype.KindMap:
		return cqlerr.Invalid("Cannot use CONTAINS KEY on non-map column %s", recv.Name)
	case x.Op == ast.Contains && !isCollection(recv.Type):
		return cqlerr.Invalid("Cannot use CONTAINS on non-collection column %s", recv.Name)
	case x.Op == ast.ContainsKey:
		recv = keyOf(recv)
	case x.Op == ast.Contains:
		recv = elementOf(recv)
	case x.Op == ast.In && x.Value != nil:
		list := recv.With("in("+recv.Name+")", cqltype.NewList(recv.Type, true))
		if m, ok := x.Value.(ast.Bind); ok {
			b.Bind(m, list)
			c.marker = listMarker{m.Index, recv.Type}
			return nil
		}
		c.marker, err = bindTerm(b, x.Value, list)
		return err
	}
	terms := x.Values
	if x.Op != ast.In {
		terms = []ast.Term{x.Value}
	}
	c.values = make([]Term, len(terms))
	for i, t := range terms {
		if c.values[i], err = bindTerm(b, t, recv); err != nil {
			return err
		}
	}
	return nil
}

// Holds says whether the condition holds for a row, nil when there is none.
func (c *Condition) Holds(ctx *EvalContext, r *row.Row) (bool, error) {
	values, err := c.bound(ctx)
	if err != nil {
		return false, err
	}
	current, err := c.current(ctx, r)
	if err != nil {
		return false, err
	}
	for _, v := range values {
		ok, err := c.compare(v, current)
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// bound are the values to compare with. Unset ones of an IN are left out, others refused.
func (c *Condition) bound(ctx *EvalContext) ([][]byte, error) {
	if c.marker != nil {
		v, err := c.marker.Eval(ctx)
		switch {
		case err != nil:
			return nil, err
		case v == nil:
			return nil, cqlerr.Invalid("Invalid null list in IN condition")
		case IsUnset(v):
			return nil, unsetCondition()
		}
		return decodeNullableList(v)
	}
	var out [][]byte
	for _, t := range c.values {
		v, err := t.Eval(ctx)
		switch {
		case err != nil:
			return nil, err
		case !IsUnset(v):
			out = append(out, v)
		case c.op != ast.In:
			return nil, unsetCondition()
		}
	}
	return out, nil
}

func unsetCondition() error { return cqlerr.Invalid("Invalid 'unset' value in condition") }

// current is the value in the row of what is compared; nil is null.
func (c *Condition) current(ctx *EvalContext, r *row.Row) ([]byte, error) {
	whole := ColumnValue(r, c.Column)
	switch {
	case c.key != nil:
		return c.element(ctx, whole)
	case c.field >= 0 && whole != nil:
		fields, err := c.Column.Type.(*cqltype.UserType).Decode(whole)
		if err != nil {
			return nil, err
		}
		return fields[c.field], nil
	}
	return whole, nil
}

func (c *Condition) element(ctx *EvalContext, whole []byte) ([]byte, error) {
	key, err := c.key.Eval(ctx)
	if err != nil {
		return nil, err
	}
	m, isMap := c.Column.Type.(*cqltype.MapType)
	kind := "list"
	if isMap {
		kind = "map"
	}
	switch {
	case key == nil:
		return nil, cqlerr.Invalid("Invalid null value for %s element access", kind)
	case IsUnset(key):
		return nil, cqlerr.Invalid("Invalid 'unset' value for %s element access", kind)
	case !isMap && cqltype.DecodeInt(key) < 0:
		return nil, cqlerr.Invalid("Invalid negative list index %d", cqltype.DecodeInt(key))
	case whole == nil:
		return nil, nil
	case !isMap:
		elems, err := cqltype.DecodeList(whole)
		if i := int(cqltype.DecodeInt(key)); err == nil && i < len(elems) {
			return elems[i], nil
		}
		return nil, err
	}
	entries, err := cqltype.DecodeMap(whole)
	for _, e := range entries {
		if m.Key.Compare(e.Key, key) == 0 {
			return e.Value, nil
		}
	}
	return nil, err
}

// compare applies the operator. A multi-cell collection without elements is the same as none (ColumnCondition).
func (c *Condition) compare(value, current []byte) (bool, error) {
	if c.key == nil && c.field < 0 && isCollection(c.typ) && c.typ.IsMultiCell() && isEmptyCollection(value) {
		switch c.op {
		case ast.EQ, ast.In, ast.NEQ:
			value = nil
		case ast.LT, ast.LTE, ast.GT, ast.GTE:
			return false, cqlerr.Invalid("Invalid comparison with an empty %s for operator \"%s\"", c.typ.Kind(), c.op)
		}
	}
	switch {
	case value == nil:
		switch c.op {
		case ast.EQ, ast.In:
			return current == nil, nil
		case ast.NEQ:
			return current != nil, nil
		}
		return false, cqlerr.Invalid("Invalid comparison with null for operator \"%s\"", c.op)
	case current == nil:
		return c.op == ast.NEQ, nil
	case c.op == ast.Contains || c.op == ast.ContainsKey:
		return collectionHas(c.typ, c.op, current, value)
	}
	return compares(c.op, c.typ.Compare(current, value)), nil
}

func isEmptyCollection(v []byte) bool {
	return len(v) == 4 && v[0] == 0 && v[1] == 0 && v[2] == 0 && v[3] == 0
}

func compares(op ast.Operator, order int) bool {
	switch op {
	case ast.NEQ:
		return order != 0
	case ast.LT:
		return order < 0
	case ast.LTE:
		return order <= 0
	case ast.GT:
		return order > 0
	case ast.GTE:
		return order >= 0
	}
	return order == 0
}

func collectionHas(t cqltype.Type, op ast.Operator, collection, value []byte) (bool, error) {
	m, ok := t.(*cqltype.MapType)
	if !ok {
		elems, err := cqltype.DecodeList(collection)
		elem := cqltype.Children(t)[0]
		for _, e := range elems {
			if elem.Compare(e, value) == 0 {
				return true, nil
			}
		}
		return false, err
	}
	entries, err := cqltype.DecodeMap(collection)
	for _, e := range entries {
		if op == ast.ContainsKey && m.Key.Compare(e.Key, value) == 0 || op == ast.Contains && m.Value.Compare(e.Value, value) == 0 {
			return true, nil
		}
	}
	return false, err
}
