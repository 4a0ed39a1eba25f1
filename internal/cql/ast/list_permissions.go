package ast

// ListPermissions is LIST permissions [ON resource] [OF role] [NORECURSIVE]; Resource is nil and Of nil when absent.
type ListPermissions struct {
	Permissions Permissions
	Resource    Resource
	Of          *string
	NoRecursive bool
}

func (*ListPermissions) statement() {}

// String prints the statement.
func (s *ListPermissions) String() string {
	var p printer
	p.words("LIST ", s.Permissions.String())
	if s.Resource != nil {
		p.words(" ON ", s.Resource.String())
	}
	if s.Of != nil {
		p.words(" OF ", QuoteString(*s.Of))
	}
	p.when(s.NoRecursive, " NORECURSIVE")
	return p.String()
}
