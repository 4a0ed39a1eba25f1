package ast

// AlterView is ALTER MATERIALIZED VIEW.
type AlterView struct {
	IfExists   bool
	Name       QualifiedName
	Properties []Property
}

func (*AlterView) statement() {}

// String prints the statement.
func (s *AlterView) String() string {
	var p printer
	p.WriteString("ALTER MATERIALIZED VIEW ")
	p.when(s.IfExists, ifExists)
	p.words(s.Name.String(), with(properties(s.Properties)))
	return p.String()
}
