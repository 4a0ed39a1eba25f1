package ast

// AlterUser is ALTER USER name [WITH [HASHED] PASSWORD 'p'] [SUPERUSER|NOSUPERUSER]. Superuser is nil when neither word
// was given.
type AlterUser struct {
	IfExists       bool
	Name           string
	Password       *Secret
	HashedPassword *Secret
	Superuser      *bool
}

func (*AlterUser) statement() {}

// String prints the statement.
func (s *AlterUser) String() string {
	var p printer
	p.WriteString("ALTER USER ")
	p.when(s.IfExists, ifExists)
	p.words(QuoteString(s.Name), userPassword(s.Password, s.HashedPassword))
	if s.Superuser != nil {
		p.when(*s.Superuser, " SUPERUSER")
		p.when(!*s.Superuser, " NOSUPERUSER")
	}
	return p.String()
}
