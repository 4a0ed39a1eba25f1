package ast

// DropType is DROP TYPE.
type DropType struct {
	IfExists bool
	Name     QualifiedName
}

func (*DropType) statement() {}

// String prints the statement.
func (s *DropType) String() string {
	var p printer
	p.WriteString("DROP TYPE ")
	p.when(s.IfExists, ifExists)
	p.WriteString(s.Name.String())
	return p.String()
}
