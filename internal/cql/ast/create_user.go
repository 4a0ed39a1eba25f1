package ast

// CreateUser is CREATE USER name [WITH [HASHED] PASSWORD 'p'] [SUPERUSER|NOSUPERUSER]. The name keeps its case. The user
// is a role with LOGIN = true.
type CreateUser struct {
	IfNotExists    bool
	Name           string
	Password       *Secret
	HashedPassword *Secret
	Superuser      bool
}

func (*CreateUser) statement() {}

// String prints the statement.
func (s *CreateUser) String() string {
	var p printer
	p.WriteString("CREATE USER ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(QuoteString(s.Name), userPassword(s.Password, s.HashedPassword))
	p.when(s.Superuser, " SUPERUSER")
	return p.String()
}

func userPassword(password, hashed *Secret) string {
	switch {
	case password != nil:
		return " WITH PASSWORD " + QuoteString(string(*password))
	case hashed != nil:
		return " WITH HASHED PASSWORD " + QuoteString(string(*hashed))
	default:
		return ""
	}
}
