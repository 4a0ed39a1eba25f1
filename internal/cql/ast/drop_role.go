package ast

// DropRole is DROP ROLE.
type DropRole struct {
	IfExists bool
	Name     string
}

func (*DropRole) statement() {}

// String prints the statement.
func (s *DropRole) String() string {
	var p printer
	p.WriteString("DROP ROLE ")
	p.when(s.IfExists, ifExists)
	p.WriteString(QuoteString(s.Name))
	return p.String()
}
