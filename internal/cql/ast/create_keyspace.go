package ast

// CreateKeyspace is CREATE KEYSPACE.
type CreateKeyspace struct {
	IfNotExists bool
	Name        string
	Properties  []Property
}

func (*CreateKeyspace) statement() {}

// String prints the statement.
func (s *CreateKeyspace) String() string {
	var p printer
	p.WriteString("CREATE KEYSPACE ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(name(s.Name), with(properties(s.Properties)))
	return p.String()
}
