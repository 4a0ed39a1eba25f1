package ast

// AlterKeyspace is ALTER KEYSPACE.
type AlterKeyspace struct {
	IfExists   bool
	Name       string
	Properties []Property
}

func (*AlterKeyspace) statement() {}

// String prints the statement.
func (s *AlterKeyspace) String() string {
	var p printer
	p.WriteString("ALTER KEYSPACE ")
	p.when(s.IfExists, ifExists)
	p.words(name(s.Name), with(properties(s.Properties)))
	return p.String()
}
