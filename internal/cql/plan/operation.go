package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// Operation is one change to a column: an assignment, a value of an INSERT, or a target of a DELETE.
type Operation interface {
	// Column is the column that is changed.
	Column() *schema.Column
	// NeedsRead says that the operation must know the row as it is.
	NeedsRead() bool
	// Apply writes the change.
	Apply(w *RowWriter) error
}

// target is the column of an operation.
type target struct{ column *schema.Column }

// Column implements Operation.
func (t target) Column() *schema.Column { return t.column }

// NeedsRead implements Operation; those that must read override it.
func (t target) NeedsRead() bool { return false }

// keyed is the column of an operation on single elements of a set or keys of a map. Where different bytes may be the
// same element (decimal 1.0 and 1.00) the operation must find out which bytes stand there.
type keyed struct{ target }

// NeedsRead implements Operation.
func (t keyed) NeedsRead() bool { return pathType(t.column) != nil && !pathType(t.column).Exact() }

// pathType is the type of the paths of a set's or map's cells; nil for other columns.
func pathType(c *schema.Column) cqltype.Type {
	if !c.Type.IsMultiCell() {
		return nil
	}
	switch t := c.Type.(type) {
	case *cqltype.SetType:
		return t.Elem
	case *cqltype.MapType:
		return t.Key
	}
	return nil
}

// bindAssignment binds one change of a SET clause.
func (m *Modification) bindAssignment(b *Binder, c *schema.Column, a ast.Assignment) (Operation, error) {
	switch a.Kind {
	case ast.AssignAdd:
		if m.Conditions != nil && isPlain(c.Type) {
			return bindAddValue(b, c, a)
		}
		return bindAdd(b, c, a)
	case ast.AssignSubtract:
		return bindSubtract(b, c, a)
	case ast.AssignPrepend:
		return bindPrepend(b, c, a)
	case ast.AssignElement:
		return bindSetElement(b, c, a)
	case ast.AssignField:
		return bindSetField(b, c, a)
	}
	return bindValue(b, c, a.Value)
}

// invalidOperation refuses an operation; format takes its text and the column.
func invalidOperation(format string, a ast.Assignment, c *schema.Column) error {
	return cqlerr.Invalid(format, assignmentText(a), c.Name)
}

// assignmentText is an assignment as messages show it; that a prepending looks like a subtraction is Cassandra's slip.
func assignmentText(a ast.Assignment) string {
	name, value := a.Column, termText(a.Value)
	switch a.Kind {
	case ast.AssignAdd:
		return name + " = " + name + " + " + value
	case ast.AssignSubtract:
		return name + " = " + name + " - " + value
	case ast.AssignPrepend:
		return name + " = " + value + " - " + name
	case ast.AssignElement:
		return name + "[" + termText(a.Key) + "] = " + value
	case ast.AssignField:
		return name + "." + a.Field + " = " + value
	}
	return name + " = " + value
}

// bindValue binds column = value.
func bindValue(b *Binder, c *schema.Column, value ast.Term) (Operation, error) {
	t, err := bindTerm(b, value, ColumnReceiver(c))
	if err != nil {
		return nil, err
	}
	return newSet(c, t)
}

// newSet sets a column to a term that is bound already.
func newSet(c *schema.Column, t Term) (Operation, error) {
	if c.Type.Kind() == cqltype.KindCounter {
		return nil, cqlerr.Invalid("Cannot set the value of counter column %s (counters can only be incremented/decremented, not set)", c.Name)
	}
	return setValue{target{c}, t}, nil
}

// checkAddable refuses the operations + and - for types without them.
func checkAddable(c *schema.Column, a ast.Assignment) error {
	switch {
	case isCollection(c.Type) && !c.Type.IsMultiCell():
		return invalidOperation("Invalid operation (%s) for frozen collection column %s", a, c)
	case isCollection(c.Type) || c.Type.Kind() == cqltype.KindCounter:
		return nil
	case c.Type.Kind() == cqltype.KindTuple || c.Type.Kind() == cqltype.KindUDT:
		return invalidOperation("Invalid operation (%s) for tuple column %s", a, c)
	}
	return invalidOperation("Invalid operation (%s) for non counter column %s", a, c)
}

func bindAdd(b *Binder, c *schema.Column, a ast.Assignment) (Operation, error) {
	if err := checkAddable(c, a); err != nil {
		return nil, err
	}
	t, err := bindTerm(b, a.Value, ColumnReceiver(c))
	if err != nil && c.Type.Kind() == cqltype.KindMap {
		return nil, cqlerr.Invalid("Value for a map addition has to be a map, but was: '%s'", termText(a.Value))
	}
	if err != nil {
		return nil, err
	}
	if c.Type.Kind() == cqltype.KindCounter {
		return addCounter{target{c}, t, 1}, nil
	}
	return addElements{keyed{target{c}}, t}, nil
}

func bindSubtract(b *Binder, c *schema.Column, a ast.Assignment) (Operation, error) {
	if err := checkAddable(c, a); err != nil {
		return nil, err
	}
	recv := ColumnReceiver(c)
	if m, ok := c.Type.(*cqltype.MapType); ok {
		t, err := bindTerm(b, a.Value, recv.With(c.Name, cqltype.NewSet(m.Key, true)))
		if err != nil {
			return nil, cqlerr.Invalid("Value for a map substraction has to be a set, but was: '%s'", termText(a.Value))
		}
		return removeElements{keyed{target{c}}, t}, nil
	}
	t, err := bindTerm(b, a.Value, recv)
	switch {
	case err != nil:
		return nil, err
	case c.Type.Kind() == cqltype.KindCounter:
		return addCounter{target{c}, t, -1}, nil
	case c.Type.Kind() == cqltype.KindList:
		return discardElements{target{c}, t}, nil
	}
	return removeElements{keyed{target{c}}, t}, nil
}

func bindPrepend(b *Binder, c *schema.Column, a ast.Assignment) (Operation, error) {
	t, err := bindTerm(b, a.Value, ColumnReceiver(c))
	switch {
	case err != nil:
		return nil, err
	case c.Type.Kind() != cqltype.KindList:
		return nil, invalidOperation("Invalid operation (%s) for non list column %s", a, c)
	case !c.Type.IsMultiCell():
		return nil, invalidOperation("Invalid operation (%s) for frozen list column %s", a, c)
	}
	return prependElements{target{c}, t}, nil
}

func bindSetElement(b *Binder, c *schema.Column, a ast.Assignment) (Operation, error) {
	switch {
	case !isCollection(c.Type):
		return nil, invalidOperation("Invalid operation (%s) for non collection column %s", a, c)
	case !c.Type.IsMultiCell():
		return nil, invalidOperation("Invalid operation (%s) for frozen collection column %s", a, c)
	case c.Type.Kind() == cqltype.KindSet:
		return nil, invalidOperation("Invalid operation (%s) for set column %s", a, c)
	}
	key, err := bindTerm(b, a.Key, subscriptReceiver(c))
	if err != nil {
		return nil, err
	}
	value, err := bindTerm(b, a.Value, elementOf(ColumnReceiver(c)))
	if err != nil {
		return nil, err
	}
	if c.Type.Kind() == cqltype.KindList {
		return setIndex{target{c}, key, value}, nil
	}
	return setKey{keyed{target{c}}, key, value}, nil
}

// subscriptReceiver is what stands in brackets behind a collection: an index, a key, or an element of a set.
func subscriptReceiver(c *schema.Column) Receiver {
	recv := ColumnReceiver(c)
	switch t := c.Type.(type) {
	case *cqltype.ListType:
		return recv.With("idx("+c.Name+")", cqltype.Int)
	case *cqltype.MapType:
		return keyReceiver(recv, t.Key)
	}
	return elementOf(recv)
}

func bindSetField(b *Binder, c *schema.Column, a ast.Assignment) (Operation, error) {
	t, ok := c.Type.(*cqltype.UserType)
	switch {
	case !ok:
		return nil, invalidOperation("Invalid operation (%s) for non-UDT column %s", a, c)
	case !t.IsMultiCell():
		return nil, invalidOperation("Invalid operation (%s) for frozen UDT column %s", a, c)
	}
	i := t.FieldIndex(a.Field)
	if i < 0 {
		return nil, noSuchField(c, a.Field)
	}
	value, err := bindTerm(b, a.Value, fieldReceiver(ColumnReceiver(c), t.Fields[i]))
	if err != nil {
		return nil, err
	}
	return setField{target{c}, i, value}, nil
}

func noSuchField(c *schema.Column, field string) error {
	return cqlerr.Invalid("UDT column %s does not have a field named %s", c.Name, field)
}

// bindDeletion binds one target of a DELETE.
func bindDeletion(b *Binder, c *schema.Column, d ast.Deletion) (Operation, error) {
	switch {
	case d.Key != nil:
		return bindDeleteElement(b, c, d)
	case d.Field != "":
		return bindDeleteField(c, d)
	}
	return deleteColumn{target{c}}, nil
}

func bindDeleteElement(b *Binder, c *schema.Column, d ast.Deletion) (Operation, error) {
	switch {
	case !isCollection(c.Type):
		return nil, cqlerr.Invalid("Invalid deletion operation for non collection column %s", c.Name)
	case !c.Type.IsMultiCell():
		return nil, cqlerr.Invalid("Invalid deletion operation for frozen collection column %s", c.Name)
	}
	key, err := bindTerm(b, d.Key, subscriptReceiver(c))
	if err != nil {
		return nil, err
	}
	if c.Type.Kind() == cqltype.KindList {
		return deleteIndex{target{c}, key}, nil
	}
	return deleteKey{keyed{target{c}}, key}, nil
}

func bindDeleteField(c *schema.Column, d ast.Deletion) (Operation, error) {
	t, ok := c.Type.(*cqltype.UserType)
	switch {
	case !ok:
		return nil, cqlerr.Invalid("Invalid field deletion operation for non-UDT column %s", c.Name)
	case !t.IsMultiCell():
		return nil, cqlerr.Invalid("Frozen UDT column %s does not support field deletions", c.Name)
	}
	i := t.FieldIndex(d.Field)
	if i < 0 {
		return nil, noSuchField(c, d.Field)
	}
	return deleteField{target{c}, i}, nil
}
