package ast

// GrantRole is GRANT role TO grantee.
type GrantRole struct{ Role, Grantee string }

func (*GrantRole) statement() {}

// String prints the statement.
func (s *GrantRole) String() string {
	return "GRANT " + QuoteString(s.Role) + " TO " + QuoteString(s.Grantee)
}
