package ast

import "strings"

// Permissions are the names of permissions in upper case, as written, or All of them.
type Permissions struct {
	All  bool
	List []string
}

// String prints the permissions.
func (l Permissions) String() string {
	if l.All {
		return "ALL PERMISSIONS"
	}
	return strings.Join(l.List, ", ")
}

// Grant is GRANT permissions ON resource TO grantee. Permissions that do not apply to the resource are still there.
type Grant struct {
	Permissions Permissions
	Resource    Resource
	Grantee     string
}

func (*Grant) statement() {}

// String prints the statement.
func (s *Grant) String() string {
	return "GRANT " + s.Permissions.String() + " ON " + s.Resource.String() + " TO " + QuoteString(s.Grantee)
}
