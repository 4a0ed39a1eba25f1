package ast

// AlterRole is ALTER ROLE. Without WITH no option is set.
type AlterRole struct {
	IfExists bool
	Name     string
	Options  RoleOptions
}

func (*AlterRole) statement() {}

// String prints the statement.
func (s *AlterRole) String() string {
	var p printer
	p.WriteString("ALTER ROLE ")
	p.when(s.IfExists, ifExists)
	p.words(QuoteString(s.Name), with(s.Options.clauses()))
	return p.String()
}
