package ast

// DropIndex is DROP INDEX.
type DropIndex struct {
	IfExists bool
	Name     QualifiedName
}

func (*DropIndex) statement() {}

// String prints the statement.
func (s *DropIndex) String() string {
	var p printer
	p.WriteString("DROP INDEX ")
	p.when(s.IfExists, ifExists)
	p.WriteString(s.Name.String())
	return p.String()
}
