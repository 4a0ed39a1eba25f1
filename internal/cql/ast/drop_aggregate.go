package ast

// DropAggregate is DROP AGGREGATE name[(types)]. HasArgs tells name() from name.
type DropAggregate struct {
	IfExists bool
	Name     QualifiedName
	HasArgs  bool
	Args     []Type
}

func (*DropAggregate) statement() {}

// String prints the statement.
func (s *DropAggregate) String() string {
	var p printer
	p.WriteString("DROP AGGREGATE ")
	p.when(s.IfExists, ifExists)
	p.WriteString(s.Name.String())
	if s.HasArgs {
		p.words("(", types(s.Args), ")")
	}
	return p.String()
}
