package ast

// Operator compares a column with a value, in relations and conditions.
type Operator uint8

// The operators. IsNot stands for IS NOT NULL.
const (
	EQ Operator = iota + 1
	LT
	LTE
	GT
	GTE
	NEQ
	In
	Contains
	ContainsKey
	Like
	IsNot
)

// String prints the operator as CQL.
func (o Operator) String() string {
	return [...]string{"", "=", "<", "<=", ">", ">=", "!=", "IN", "CONTAINS", "CONTAINS KEY", "LIKE", "IS NOT"}[o]
}

// RelationKind says what stands on the left of a relation.
type RelationKind uint8

// The kinds of relations.
const (
	// ColumnRelation is column op value: any operator.
	ColumnRelation RelationKind = iota + 1
	// ElementRelation is column[key] op value: a comparison.
	ElementRelation
	// TupleRelation is (c1, c2) op value: a comparison or IN. Value is a TupleLiteral or a Bind, as are Values.
	TupleRelation
	// TokenRelation is token(c1, c2) op value: a comparison.
	TokenRelation
	// IndexExpression is expr(index, value); only Index and Value are set.
	IndexExpression
)

// Relation is one term of a WHERE clause.
//
// With Op In, Value is the Bind of "IN ?", or nil for a list in parentheses, whose elements are Values (none for IN ()).
// With Op IsNot, Value is the literal NULL.
type Relation struct {
	Kind    RelationKind
	Columns []string // one, but for TupleRelation and TokenRelation
	Key     Term     // ElementRelation
	Index   QualifiedName
	Op      Operator
	Value   Term
	Values  []Term
}

// Column is the only column of a ColumnRelation or ElementRelation.
func (r Relation) Column() string { return r.Columns[0] }

// String prints the relation.
func (r Relation) String() string {
	var p printer
	switch r.Kind {
	case ElementRelation:
		p.words(columnName(r.Columns[0]), "[", r.Key.String(), "]")
	case TupleRelation:
		p.words("(", columnNames(r.Columns), ")")
	case TokenRelation:
		p.words("token(", columnNames(r.Columns), ")")
	case IndexExpression:
		return "expr(" + r.Index.String() + ", " + r.Value.String() + ")"
	default:
		p.WriteString(columnName(r.Columns[0]))
	}
	p.WriteString(rightSide(r.Op, r.Value, r.Values))
	return p.String()
}

// rightSide prints the operator and what follows it.
func rightSide(op Operator, value Term, values []Term) string {
	if op == In && value == nil {
		return " IN (" + termList(values) + ")"
	}
	return " " + op.String() + " " + value.String()
}

func where(list []Relation) string {
	var p printer
	join(&p, list, " AND ", str[Relation])
	return p.String()
}

// columnName prints a column; the empty name is one that old tables have.
func columnName(s string) string { return name(s) }

func columnNames(list []string) string { return names(list) }

// ConditionTarget says which part of a column an IF condition looks at.
type ConditionTarget uint8

// The targets of conditions.
const (
	WholeColumn ConditionTarget = iota + 1
	ColumnElement
	ColumnField
)

// Condition is one term of an IF clause: column, column[key] or column.field, compared with a value. Value and Values
// are as in Relation. Contains and ContainsKey only go with WholeColumn.
type Condition struct {
	Target ConditionTarget
	Column string
	Key    Term   // ColumnElement
	Field  string // ColumnField
	Op     Operator
	Value  Term
	Values []Term
}

// String prints the condition.
func (c Condition) String() string {
	var p printer
	p.WriteString(columnName(c.Column))
	switch c.Target {
	case ColumnElement:
		p.words("[", c.Key.String(), "]")
	case ColumnField:
		p.words(".", name(c.Field))
	}
	p.WriteString(rightSide(c.Op, c.Value, c.Values))
	return p.String()
}

// ifClause prints " IF ..." of UPDATE and DELETE, or nothing.
func ifClause(exists bool, list []Condition) string {
	var p printer
	switch {
	case exists:
		return " IF EXISTS"
	case len(list) > 0:
		p.WriteString(" IF ")
		join(&p, list, " AND ", str[Condition])
	}
	return p.String()
}

// AssignmentKind is what an assignment of UPDATE does to its column.
type AssignmentKind uint8

// The kinds of assignments.
const (
	// AssignValue is c = value.
	AssignValue AssignmentKind = iota + 1
	// AssignAdd is c += value, or c = c + value: counters grow, collections get elements, lists at their end.
	AssignAdd
	// AssignSubtract is c -= value, or c = c - value.
	AssignSubtract
	// AssignPrepend is c = value + c.
	AssignPrepend
	// AssignElement is c[key] = value.
	AssignElement
	// AssignField is c.field = value.
	AssignField
)

// Assignment is one change of an UPDATE's SET clause. "c = c -3" is AssignAdd of -3, as the lexer reads -3 as a number.
type Assignment struct {
	Kind   AssignmentKind
	Column string
	Key    Term   // AssignElement
	Field  string // AssignField
	Value  Term
}

// String prints the assignment.
func (a Assignment) String() string {
	c, v := columnName(a.Column), a.Value.String()
	switch a.Kind {
	case AssignAdd:
		return c + " += " + v
	case AssignSubtract:
		return c + " -= " + v
	case AssignPrepend:
		return c + " = " + v + " + " + c
	case AssignElement:
		return c + "[" + a.Key.String() + "] = " + v
	case AssignField:
		return c + "." + name(a.Field) + " = " + v
	default:
		return c + " = " + v
	}
}

// Deletion is one target of DELETE: a column, column[key] when Key is set, or column.field when Field is set.
type Deletion struct {
	Column string
	Key    Term
	Field  string
}

// String prints the target.
func (d Deletion) String() string {
	switch {
	case d.Key != nil:
		return columnName(d.Column) + "[" + d.Key.String() + "]"
	case d.Field != "":
		return columnName(d.Column) + "." + name(d.Field)
	default:
		return columnName(d.Column)
	}
}
