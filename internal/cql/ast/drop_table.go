package ast

// DropTable is DROP TABLE.
type DropTable struct {
	IfExists bool
	Name     QualifiedName
}

func (*DropTable) statement() {}

// String prints the statement.
func (s *DropTable) String() string {
	var p printer
	p.WriteString("DROP TABLE ")
	p.when(s.IfExists, ifExists)
	p.WriteString(s.Name.String())
	return p.String()
}
