package ast

// Delete is DELETE. No Targets mean whole rows, ranges or partitions. Using has no TTL.
type Delete struct {
	Targets  []Deletion
	Table    QualifiedName
	Using    Using
	Where    []Relation
	IfExists bool
	If       []Condition
}

func (*Delete) statement() {}

// String prints the statement.
func (s *Delete) String() string {
	var p printer
	p.WriteString("DELETE ")
	if len(s.Targets) > 0 {
		join(&p, s.Targets, ", ", str[Deletion])
		p.WriteByte(' ')
	}
	p.words("FROM ", s.Table.String(), s.Using.String(), " WHERE ", where(s.Where), ifClause(s.IfExists, s.If))
	return p.String()
}
