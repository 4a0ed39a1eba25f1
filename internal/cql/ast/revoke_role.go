package ast

// RevokeRole is REVOKE role FROM revokee.
type RevokeRole struct{ Role, Revokee string }

func (*RevokeRole) statement() {}

// String prints the statement.
func (s *RevokeRole) String() string {
	return "REVOKE " + QuoteString(s.Role) + " FROM " + QuoteString(s.Revokee)
}
