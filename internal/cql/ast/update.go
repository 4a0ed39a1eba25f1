package ast

// Update is UPDATE. IfExists and If exclude each other.
type Update struct {
	Table    QualifiedName
	Using    Using
	Set      []Assignment
	Where    []Relation
	IfExists bool
	If       []Condition
}

func (*Update) statement() {}

// String prints the statement.
func (s *Update) String() string {
	var p printer
	p.words("UPDATE ", s.Table.String(), s.Using.String(), " SET ")
	join(&p, s.Set, ", ", str[Assignment])
	p.words(" WHERE ", where(s.Where), ifClause(s.IfExists, s.If))
	return p.String()
}
