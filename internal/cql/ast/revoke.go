package ast

// Revoke is REVOKE permissions ON resource FROM revokee. Permissions that do not apply to the resource are still there.
type Revoke struct {
	Permissions Permissions
	Resource    Resource
	Revokee     string
}

func (*Revoke) statement() {}

// String prints the statement.
func (s *Revoke) String() string {
	return "REVOKE " + s.Permissions.String() + " ON " + s.Resource.String() + " FROM " + QuoteString(s.Revokee)
}
