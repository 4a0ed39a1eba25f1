package auth

import (
	"fmt"
	"strings"

	"alexandra/internal/cqltype"
)

// ResourceKind is the tree that a resource belongs to.
type ResourceKind uint8

// The four trees of resources.
const (
	Data ResourceKind = iota
	Roles
	Functions
	MBeans
)

// Resource is something that permissions are granted on: the root of a tree, or a node of it. It is comparable.
type Resource struct {
	Kind ResourceKind
	// Keyspace of Data and Functions; empty at the root.
	Keyspace string
	// AllTables marks "ALL TABLES IN KEYSPACE", the level between keyspace and table.
	AllTables bool
	// Name is the table, the role, the function with its marshal-class signature ("f[org...Int32Type^org...UTF8Type]"), or the MBean.
	Name string
}

// DataRoot is ALL KEYSPACES.
func DataRoot() Resource { return Resource{Kind: Data} }

// Keyspace is one keyspace.
func Keyspace(ks string) Resource { return Resource{Kind: Data, Keyspace: ks} }

// AllTables is ALL TABLES IN KEYSPACE.
func AllTables(ks string) Resource { return Resource{Kind: Data, Keyspace: ks, AllTables: true} }

// Table is one table (or view: permissions of a view are those of its base table).
func Table(ks, table string) Resource { return Resource{Kind: Data, Keyspace: ks, Name: table} }

// AllRoles is the root of the roles.
func AllRoles() Resource { return Resource{Kind: Roles} }

// RoleResource is one role.
func RoleResource(name string) Resource { return Resource{Kind: Roles, Name: name} }

// Parent is the next resource up the tree; ok is false at a root.
func (r Resource) Parent() (parent Resource, ok bool) {
	switch {
	case r.Kind == Data && r.Name != "":
		return AllTables(r.Keyspace), true
	case r.Kind == Data && r.AllTables:
		return Keyspace(r.Keyspace), true
	case r.Kind == Functions && r.Name != "":
		return Resource{Kind: Functions, Keyspace: r.Keyspace}, true
	case r == Resource{Kind: r.Kind}:
		return Resource{}, false
	}
	return Resource{Kind: r.Kind}, true
}

// Path is the resource's internal name, as stored in system_auth: "data/ks/t", "data/ks/*", "roles/bob".
func (r Resource) Path() string {
	parts := []string{[...]string{"data", "roles", "functions", "mbean"}[r.Kind]}
	if r.Keyspace != "" {
		parts = append(parts, r.Keyspace)
	}
	switch {
	case r.AllTables:
		parts = append(parts, "*")
	case r.Name != "":
		parts = append(parts, r.Name)
	}
	return strings.Join(parts, "/")
}

// String is the display form: "<table ks.t>", "<all keyspaces>".
func (r Resource) String() string {
	switch r.Kind {
	case Data:
		return r.dataString()
	case Roles:
		if r.Name == "" {
			return "<all roles>"
		}
		return fmt.Sprintf("<role %s>", r.Name)
	case Functions:
		return r.functionString()
	}
	if r.Name == "" {
		return "<all mbeans>"
	}
	return fmt.Sprintf("<mbean %s>", r.Name)
}

func (r Resource) dataString() string {
	switch {
	case r.Keyspace == "":
		return "<all keyspaces>"
	case r.AllTables:
		return fmt.Sprintf("<all tables in %s>", r.Keyspace)
	case r.Name == "":
		return fmt.Sprintf("<keyspace %s>", r.Keyspace)
	}
	return fmt.Sprintf("<table %s.%s>", r.Keyspace, r.Name)
}

func (r Resource) functionString() string {
	switch {
	case r.Keyspace == "":
		return "<all functions>"
	case r.Name == "":
		return fmt.Sprintf("<all functions in %s>", r.Keyspace)
	}
	return fmt.Sprintf("<function %s.%s>", r.Keyspace, r.signature())
}

// signature shows a function's arguments as CQL types: "f(int, text)".
func (r Resource) signature() string {
	name, classes, _ := strings.Cut(strings.TrimSuffix(r.Name, "]"), "[")
	var args []string
	for _, c := range strings.Split(classes, "^") {
		if t, err := cqltype.ParseClass(c); err == nil && c != "" {
			args = append(args, t.String())
		}
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}
