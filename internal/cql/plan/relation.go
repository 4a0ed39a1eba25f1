package plan

import (
	"encoding/binary"
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// decodeNullableList splits the wire form of a list whose elements may be null.
func decodeNullableList(v []byte) ([][]byte, error) {
	if len(v) < 4 {
		return nil, cqlerr.Invalid("Not enough bytes to read a list")
	}
	n := int32(binary.BigEndian.Uint32(v))
	v = v[4:]
	if n < 0 || int64(n)*4 > int64(len(v)) {
		return nil, cqlerr.Invalid("Not enough bytes to read a list")
	}
	out := make([][]byte, 0, n)
	for range n {
		if len(v) < 4 {
			return nil, cqlerr.Invalid("Not enough bytes to read a list")
		}
		size := int32(binary.BigEndian.Uint32(v))
		v = v[4:]
		switch {
		case size < 0:
			out = append(out, nil)
		case int64(size) > int64(len(v)):
			return nil, cqlerr.Invalid("Not enough bytes to read a list")
		default:
			out = append(out, v[:size:size])
			v = v[size:]
		}
	}
	return out, nil
}

// relationBinder makes restrictions out of relations.
type relationBinder struct {
	b     *Binder
	table *schema.Table
}

// bind makes the restriction of a relation; token relations are told apart by the caller.
func (rb relationBinder) bind(rel ast.Relation) (*restriction, error) {
	switch rel.Kind {
	case ast.TupleRelation:
		return rb.tuple(rel)
	case ast.TokenRelation:
		return rb.token(rel)
	}
	return rb.single(rel)
}

func unsupported(rel ast.Relation) error {
	return cqlerr.Invalid("Unsupported \"!=\" relation: %s", relationText(rel))
}

// single binds column op value and column[key] = value.
func (rb relationBinder) single(rel ast.Relation) (*restriction, error) {
	if rel.Op == ast.NEQ {
		return nil, unsupported(rel)
	}
	c, err := Column(rb.table, rel.Column())
	if err != nil {
		return nil, err
	}
	r := &restriction{columns: []*schema.Column{c}}
	switch rel.Op {
	case ast.IsNot:
		r.kind = restrictNotNull
		return r, nil
	case ast.LT, ast.LTE, ast.GT, ast.GTE:
		if err := checkSliceType(c.Type); err != nil {
			return nil, err
		}
	}
	if err := checkReceiver(c, rel); err != nil {
		return nil, err
	}
	recv := ColumnReceiver(c)
	switch {
	case rel.Kind == ast.ElementRelation:
		return rb.entry(r, rel, recv)
	case rel.Op == ast.Contains || rel.Op == ast.ContainsKey:
		return rb.contains(r, rel, recv)
	case rel.Op == ast.In:
		return rb.in(r, rel, recv)
	}
	term, err := bindTerm(rb.b, rel.Value, recv)
	if err != nil {
		return nil, err
	}
	if rel.Op == ast.Like {
		r.kind, r.pattern = restrictLike, term
		return r, nil
	}
	r.set(rel.Op, &tuple{columns: r.columns, terms: []Term{term}})
	return r, nil
}

// set makes r an equality or a slice.
func (r *restriction) set(op ast.Operator, t *tuple) {
	switch op {
	case ast.EQ:
		r.kind, r.value = restrictEQ, t
	case ast.LT, ast.LTE:
		r.kind, r.end = restrictSlice, &bound{t, op == ast.LTE}
	default:
		r.kind, r.start = restrictSlice, &bound{t, op == ast.GTE}
	}
}

func checkSliceType(t cqltype.Type) error {
	if !cqltype.Contains(t, cqltype.KindDuration) {
		return nil
	}
	switch t.Kind() {
	case cqltype.KindList, cqltype.KindSet, cqltype.KindMap:
		return cqlerr.Invalid("Slice restrictions are not supported on collections containing durations")
	case cqltype.KindTuple:
		return cqlerr.Invalid("Slice restrictions are not supported on tuples containing durations")
	case cqltype.KindUDT:
		return cqlerr.Invalid("Slice restrictions are not supported on UDTs containing durations")
	}
	return cqlerr.Invalid("Slice restrictions are not supported on duration columns")
}

func isCollection(t cqltype.Type) bool {
	switch t.Kind() {
	case cqltype.KindList, cqltype.KindSet, cqltype.KindMap:
		return true
	}
	return false
}

// checkReceiver refuses relations that the column's type has no use for.
func checkReceiver(c *schema.Column, rel ast.Relation) error {
	contains := rel.Op == ast.Contains || rel.Op == ast.ContainsKey
	switch {
	case rel.Op == ast.ContainsKey && (c.Type.Kind() != cqltype.KindMap || c.Desc): // a ReversedType is no collection to Cassandra
		return cqlerr.Invalid("Cannot use CONTAINS KEY on non-map column %s", c.Name)
	case rel.Op == ast.Contains && (!isCollection(c.Type) || c.Desc):
		return cqlerr.Invalid("Cannot use CONTAINS on non-collection column %s", c.Name)
	}
	if rel.Kind == ast.ElementRelation {
		switch {
		case c.Type.Kind() == cqltype.KindList:
			return cqlerr.Invalid("Indexes on list entries (%s[index] = value) are not currently supported.", c.Name)
		case c.Type.Kind() != cqltype.KindMap:
			return cqlerr.Invalid("Column %s cannot be used as a map", c.Name)
		case !c.Type.IsMultiCell():
			return cqlerr.Invalid("Map-entry equality predicates on frozen map column %s are not supported", c.Name)
		case rel.Op != ast.EQ:
			return cqlerr.Invalid("Only EQ relations are supported on map entries")
		}
		return nil
	}
	switch {
	case !c.Type.IsMultiCell():
		return nil
	case c.Type.Kind() == cqltype.KindUDT:
		return cqlerr.Invalid("Non-frozen UDT column '%s' (%s) cannot be restricted by any relation", c.Name, c.Type)
	case !contains:
		return cqlerr.Invalid("Collection column '%s' (%s) cannot be restricted by a '%s' relation", c.Name, c.Type, rel.Op)
	}
	return nil
}

// elementOf and keyOf are the receivers for parts of a collection.
func elementOf(recv Receiver) Receiver {
	switch t := recv.Type.(type) {
	case *cqltype.ListType:
		return recv.With("value("+recv.Name+")", t.Elem)
	case *cqltype.SetType:
		return recv.With("value("+recv.Name+")", t.Elem)
	case *cqltype.MapType:
		return recv.With("value("+recv.Name+")", t.Value)
	}
	return recv
}

func keyOf(recv Receiver) Receiver {
	return recv.With("key("+recv.Name+")", recv.Type.(*cqltype.MapType).Key)
}

func (rb relationBinder) entry(r *restriction, rel ast.Relation, recv Receiver) (*restriction, error) {
	key, err := bindTerm(rb.b, rel.Key, keyOf(recv))
	if err != nil {
		return nil, err
	}
	value, err := bindTerm(rb.b, rel.Value, elementOf(recv))
	if err != nil {
		return nil, err
	}
	r.kind, r.contains.entries = restrictContains, []entryTerm{{key, value}}
	return r, nil
}

func (rb relationBinder) contains(r *restriction, rel ast.Relation, recv Receiver) (*restriction, error) {
	part := elementOf
	if rel.Op == ast.ContainsKey {
		part = keyOf
	}
	term, err := bindTerm(rb.b, rel.Value, part(recv))
	if err != nil {
		return nil, err
	}
	r.kind = restrictContains
	if rel.Op == ast.ContainsKey {
		r.contains.keys = []Term{term}
	} else {
		r.contains.values = []Term{term}
	}
	return r, nil
}

// in binds column IN. A list of one element is an equality.
func (rb relationBinder) in(r *restriction, rel ast.Relation, recv Receiver) (*restriction, error) {
	r.kind = restrictIN
	if rel.Value != nil {
		list := recv.With("in("+recv.Name+")", cqltype.NewList(recv.Type, true))
		return r, rb.inMarker(r, rel.Value, list)
	}
	for _, v := range rel.Values {
		term, err := bindTerm(rb.b, v, recv)
		if err != nil {
			return nil, err
		}
		r.list = append(r.list, &tuple{columns: r.columns, terms: []Term{term}})
	}
	if len(r.list) == 1 {
		r.kind, r.value, r.list = restrictEQ, r.list[0], nil
	}
	return r, nil
}

// inMarker binds IN ?. Elements may be null, which only the statement knows to refuse in the right words.
func (rb relationBinder) inMarker(r *restriction, t ast.Term, list Receiver) error {
	m, ok := t.(ast.Bind)
	if !ok {
		term, err := bindTerm(rb.b, t, list)
		r.marker = term
		return err
	}
	rb.b.Bind(m, list)
	r.marker = listMarker{m.Index, list.Type.(*cqltype.ListType).Elem}
	return nil
}

// listMarker is the marker of IN ?: a list that may hold nulls.
type listMarker struct {
	index int
	elem  cqltype.Type
}

// Eval implements Term.
func (m listMarker) Eval(ctx *EvalContext) ([]byte, error) {
	v, err := ctx.bound(m.index)
	if err != nil || v == nil || IsUnset(v) {
		return v, err
	}
	list, err := decodeNullableList(v)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e != nil {
			if err := m.elem.Validate(e); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// tuple binds (c1, c2) op value.
func (rb relationBinder) tuple(rel ast.Relation) (*restriction, error) {
	if rel.Op == ast.NEQ {
		return nil, unsupported(rel)
	}
	r := &restriction{multi: true}
	previous := -1
	for _, name := range rel.Columns {
		c, err := Column(rb.table, name)
		if err != nil {
			return nil, err
		}
		switch {
		case c.Kind != schema.Clustering:
			return nil, cqlerr.Invalid("Multi-column relations can only be applied to clustering columns but was applied to: %s", c.Name)
		case slices.Contains(r.columns, c):
			return nil, cqlerr.Invalid("Column \"%s\" appeared twice in a relation: %s", c.Name, relationText(rel))
		case previous != -1 && c.Position != previous+1:
			return nil, cqlerr.Invalid("Clustering columns must appear in the PRIMARY KEY order in multi-column relations: %s", relationText(rel))
		}
		r.columns, previous = append(r.columns, c), c.Position
	}
	if rel.Op == ast.In {
		return rb.tupleIn(r, rel)
	}
	t, err := rb.tupleValue(r.columns, rel.Value)
	if err != nil {
		return nil, err
	}
	r.set(rel.Op, t)
	return r, nil
}

func (rb relationBinder) tupleIn(r *restriction, rel ast.Relation) (*restriction, error) {
	r.kind = restrictIN
	if rel.Value != nil {
		recv := tupleReceiver(r.columns)
		name := "in(" + strings.Trim(recv.Name, "()") + ")"
		return r, rb.inMarker(r, rel.Value, recv.With(name, cqltype.NewList(recv.Type, true)))
	}
	for _, v := range rel.Values {
		t, err := rb.tupleValue(r.columns, v)
		if err != nil {
			return nil, err
		}
		r.list = append(r.list, t)
	}
	if len(r.list) == 1 {
		r.kind, r.value, r.list = restrictEQ, r.list[0], nil
	}
	return r, nil
}

func tupleReceiver(columns []*schema.Column) Receiver {
	names := make([]string, len(columns))
	types := make([]cqltype.Type, len(columns))
	for i, c := range columns {
		names[i], types[i] = c.Name, c.Type
	}
	return ColumnReceiver(columns[0]).With("("+strings.Join(names, ",")+")", cqltype.NewTuple(types...))
}

// tupleValue binds the right side of a tuple relation.
func (rb relationBinder) tupleValue(columns []*schema.Column, v ast.Term) (*tuple, error) {
	t := &tuple{columns: columns}
	literal, ok := v.(ast.TupleLiteral)
	if !ok {
		whole, err := bindTerm(rb.b, v, tupleReceiver(columns))
		t.whole = whole
		return t, err
	}
	if len(literal.Elements) != len(columns) {
		return nil, cqlerr.Invalid("Expected %d elements in value tuple, but got %d: %s", len(columns), len(literal.Elements), termText(v))
	}
	for i, e := range literal.Elements {
		term, err := bindTerm(rb.b, e, ColumnReceiver(columns[i]))
		if err != nil {
			return nil, err
		}
		t.terms = append(t.terms, term)
	}
	t.literal = true
	return t, nil
}

// token binds token(columns) op value.
func (rb relationBinder) token(rel ast.Relation) (*restriction, error) {
	columns, err := rb.bindToken(rel)
	if err != nil {
		return nil, err
	}
	recv := ColumnReceiver(columns[0]).With("partition key token", cqltype.Bigint)
	if rb.table.Virtual {
		recv.Type = fn.LocalToken(columnTypes(columns))
	}
	term, err := bindTerm(rb.b, rel.Value, recv)
	if err != nil {
		return nil, err
	}
	r := &restriction{columns: columns}
	r.set(rel.Op, &tuple{columns: columns, terms: []Term{term}})
	return r, nil
}

// bindToken checks the left side of a token relation.
func (rb relationBinder) bindToken(rel ast.Relation) ([]*schema.Column, error) {
	switch rel.Op {
	case ast.NEQ:
		return nil, unsupported(rel)
	case ast.EQ, ast.LT, ast.LTE, ast.GT, ast.GTE:
	default:
		return nil, cqlerr.Invalid("%s cannot be used with the token function", rel.Op)
	}
	columns := make([]*schema.Column, 0, len(rel.Columns))
	for _, name := range rel.Columns {
		c, err := Column(rb.table, name)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, checkTokenColumns(rb.table, columns)
}

func checkTokenColumns(t *schema.Table, columns []*schema.Column) error {
	if slices.Equal(columns, t.PartitionKey) {
		return nil
	}
	for _, c := range t.PartitionKey {
		if !slices.Contains(columns, c) {
			return cqlerr.Invalid("The token() function must be applied to all partition key components or none of them")
		}
	}
	for i, c := range columns {
		if slices.Contains(columns[:i], c) {
			return cqlerr.Invalid("The token() function contains duplicate partition key components")
		}
	}
	for _, c := range columns {
		if c.Kind != schema.PartitionKey {
			return cqlerr.Invalid("The token() function must contains only partition key components")
		}
	}
	return cqlerr.Invalid("The token function arguments must be in the partition key order: %s", columnList(t.PartitionKey))
}

// relationText is a relation as messages show it.
func relationText(rel ast.Relation) string {
	names := make([]string, len(rel.Columns))
	for i, n := range rel.Columns {
		names[i] = ast.QuoteName(n)
	}
	left := strings.Join(names, ", ")
	switch rel.Kind {
	case ast.ElementRelation:
		left += "[" + termText(rel.Key) + "]"
	case ast.TupleRelation:
		left = "(" + left + ")"
	case ast.TokenRelation:
		left = "token(" + left + ")"
	}
	switch {
	case rel.Op == ast.In && rel.Value == nil:
		return left + " IN (" + termTexts(rel.Values) + ")"
	case rel.Op == ast.IsNot:
		return left + " IS NOT NULL"
	}
	return left + " " + rel.Op.String() + " " + termText(rel.Value)
}
