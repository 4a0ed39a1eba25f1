package ast

// DropUser is DROP USER.
type DropUser struct {
	IfExists bool
	Name     string
}

func (*DropUser) statement() {}

// String prints the statement.
func (s *DropUser) String() string {
	var p printer
	p.WriteString("DROP USER ")
	p.when(s.IfExists, ifExists)
	p.WriteString(QuoteString(s.Name))
	return p.String()
}
