package auth

// Permission is one right, in the order in which Cassandra lists them.
type Permission uint8

// The permissions that CQL can grant.
const (
	Create Permission = iota
	Alter
	Drop
	Select
	Modify
	Authorize
	Describe
	Execute
	Unmask
	SelectMasked
	numPermissions
)

var permissionNames = [numPermissions]string{
	"CREATE", "ALTER", "DROP", "SELECT", "MODIFY", "AUTHORIZE", "DESCRIBE", "EXECUTE", "UNMASK", "SELECT_MASKED",
}

// String is the permission's name in CQL and in system_auth.
func (p Permission) String() string {
	if p < numPermissions {
		return permissionNames[p]
	}
	return "UNKNOWN"
}

// ParsePermission finds a permission by its upper-case name.
func ParsePermission(name string) (Permission, bool) {
	for i, n := range permissionNames {
		if n == name {
			return Permission(i), true
		}
	}
	return 0, false
}

// EveryPermission lists all permissions.
func EveryPermission() []Permission {
	all := make([]Permission, 0, numPermissions)
	for p := range numPermissions {
		all = append(all, p)
	}
	return all
}
