package ast

// Resource is what a permission is about.
type Resource interface {
	String() string
	resource()
}

// AllKeyspaces is ALL KEYSPACES.
type AllKeyspaces struct{}

// KeyspaceResource is KEYSPACE keyspace.
type KeyspaceResource struct{ Keyspace string }

// AllTables is ALL TABLES IN KEYSPACE keyspace.
type AllTables struct{ Keyspace string }

// TableResource is [TABLE] table.
type TableResource struct{ Table QualifiedName }

// AllRoles is ALL ROLES.
type AllRoles struct{}

// RoleResource is ROLE role.
type RoleResource struct{ Role string }

// AllFunctions is ALL FUNCTIONS, or ALL FUNCTIONS IN KEYSPACE when Keyspace is set.
type AllFunctions struct{ Keyspace string }

// FunctionResource is FUNCTION name(types).
type FunctionResource struct {
	Function QualifiedName
	Args     []Type
}

// AllMBeans is ALL MBEANS.
type AllMBeans struct{}

// MBeanResource is MBEAN 'name', or MBEANS 'pattern' when Pattern is set. Name is as written: not canonical.
type MBeanResource struct {
	Name    string
	Pattern bool
}

func (AllKeyspaces) resource()     {}
func (KeyspaceResource) resource() {}
func (AllTables) resource()        {}
func (TableResource) resource()    {}
func (AllRoles) resource()         {}
func (RoleResource) resource()     {}
func (AllFunctions) resource()     {}
func (FunctionResource) resource() {}
func (AllMBeans) resource()        {}
func (MBeanResource) resource()    {}

// String prints the resource.
func (AllKeyspaces) String() string { return "ALL KEYSPACES" }

// String prints the resource.
func (r KeyspaceResource) String() string { return "KEYSPACE " + name(r.Keyspace) }

// String prints the resource.
func (r AllTables) String() string { return "ALL TABLES IN KEYSPACE " + name(r.Keyspace) }

// String prints the resource.
func (r TableResource) String() string { return "TABLE " + r.Table.String() }

// String prints the resource.
func (AllRoles) String() string { return "ALL ROLES" }

// String prints the resource.
func (r RoleResource) String() string { return "ROLE " + QuoteString(r.Role) }

// String prints the resource.
func (r AllFunctions) String() string {
	if r.Keyspace == "" {
		return "ALL FUNCTIONS"
	}
	return "ALL FUNCTIONS IN KEYSPACE " + name(r.Keyspace)
}

// String prints the resource.
func (r FunctionResource) String() string {
	return "FUNCTION " + r.Function.String() + "(" + types(r.Args) + ")"
}

// String prints the resource.
func (AllMBeans) String() string { return "ALL MBEANS" }

// String prints the resource.
func (r MBeanResource) String() string {
	if r.Pattern {
		return "MBEANS " + QuoteString(r.Name)
	}
	return "MBEAN " + QuoteString(r.Name)
}
