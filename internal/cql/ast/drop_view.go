package ast

// DropView is DROP MATERIALIZED VIEW.
type DropView struct {
	IfExists bool
	Name     QualifiedName
}

func (*DropView) statement() {}

// String prints the statement.
func (s *DropView) String() string {
	var p printer
	p.WriteString("DROP MATERIALIZED VIEW ")
	p.when(s.IfExists, ifExists)
	p.WriteString(s.Name.String())
	return p.String()
}
