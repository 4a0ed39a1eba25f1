package ast

// DropIdentity is DROP IDENTITY 'identity'.
type DropIdentity struct {
	IfExists bool
	Identity string
}

func (*DropIdentity) statement() {}

// String prints the statement.
func (s *DropIdentity) String() string {
	var p printer
	p.WriteString("DROP IDENTITY ")
	p.when(s.IfExists, ifExists)
	p.WriteString(QuoteString(s.Identity))
	return p.String()
}
