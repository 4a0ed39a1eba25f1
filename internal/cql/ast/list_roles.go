package ast

// ListRoles is LIST ROLES [OF role] [NORECURSIVE]; Of is nil when absent.
type ListRoles struct {
	Of          *string
	NoRecursive bool
}

func (*ListRoles) statement() {}

// String prints the statement.
func (s *ListRoles) String() string {
	var p printer
	p.WriteString("LIST ROLES")
	if s.Of != nil {
		p.words(" OF ", QuoteString(*s.Of))
	}
	p.when(s.NoRecursive, " NORECURSIVE")
	return p.String()
}
