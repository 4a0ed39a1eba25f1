package ast

// DropFunction is DROP FUNCTION name[(types)]. HasArgs tells name() from name.
type DropFunction struct {
	IfExists bool
	Name     QualifiedName
	HasArgs  bool
	Args     []Type
}

func (*DropFunction) statement() {}

// String prints the statement.
func (s *DropFunction) String() string {
	var p printer
	p.WriteString("DROP FUNCTION ")
	p.when(s.IfExists, ifExists)
	p.WriteString(s.Name.String())
	if s.HasArgs {
		p.words("(", types(s.Args), ")")
	}
	return p.String()
}
