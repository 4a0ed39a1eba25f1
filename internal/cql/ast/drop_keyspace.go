package ast

// DropKeyspace is DROP KEYSPACE.
type DropKeyspace struct {
	IfExists bool
	Name     string
}

func (*DropKeyspace) statement() {}

// String prints the statement.
func (s *DropKeyspace) String() string {
	var p printer
	p.WriteString("DROP KEYSPACE ")
	p.when(s.IfExists, ifExists)
	p.WriteString(name(s.Name))
	return p.String()
}
