package plan

import (
	"strings"

	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// Roles is any statement about roles, permissions and identities. They bind to nothing but a resource: whether the roles
// they name exist is decided when they run. Statements about users have become those about roles.
type Roles struct {
	Base
	Statement ast.Statement
	// Permissions and Resource are those of GRANT, REVOKE and LIST PERMISSIONS; Resource is nil when none was given.
	Permissions []auth.Permission
	Resource    *auth.Resource
}

// prepareRoles binds the statement; ok is false when it is of another kind.
func prepareRoles(stmt ast.Statement, env *Env) (_ Statement, ok bool, err error) {
	r := &Roles{Statement: stmt}
	switch s := stmt.(type) {
	case *ast.CreateUser:
		login := true
		r.Statement = &ast.CreateRole{IfNotExists: s.IfNotExists, Name: s.Name, Options: ast.RoleOptions{
			Password: s.Password, HashedPassword: s.HashedPassword, Superuser: &s.Superuser, Login: &login,
		}}
	case *ast.AlterUser:
		r.Statement = &ast.AlterRole{IfExists: s.IfExists, Name: s.Name, Options: ast.RoleOptions{
			Password: s.Password, HashedPassword: s.HashedPassword, Superuser: s.Superuser,
		}}
	case *ast.DropUser:
		r.Statement = &ast.DropRole{IfExists: s.IfExists, Name: s.Name}
	case *ast.Grant:
		err = r.bindPermissions(s.Permissions, s.Resource, env)
	case *ast.Revoke:
		err = r.bindPermissions(s.Permissions, s.Resource, env)
	case *ast.ListPermissions:
		err = r.bindPermissions(s.Permissions, s.Resource, env)
	case *ast.CreateRole, *ast.AlterRole, *ast.DropRole, *ast.GrantRole, *ast.RevokeRole,
		*ast.ListRoles, *ast.ListUsers, *ast.AddIdentity, *ast.DropIdentity:
	default:
		return nil, false, nil
	}
	return r, true, err
}

func (r *Roles) bindPermissions(perms ast.Permissions, resource ast.Resource, env *Env) error {
	if resource != nil {
		res, err := bindResource(resource, env)
		if err != nil {
			return err
		}
		r.Resource = &res
	}
	if perms.All {
		// What does not apply to the resource is left out when it is granted, and may apply to its parents when listed.
		r.Permissions = auth.EveryPermission()
		return nil
	}
	for _, name := range perms.List {
		p, ok := auth.ParsePermission(name)
		if !ok {
			return cqlerr.Syntax("Unknown permission %s", name)
		}
		r.Permissions = append(r.Permissions, p)
	}
	return nil
}

// bindResource finds the resource that a statement names, in the current keyspace where it names none.
func bindResource(resource ast.Resource, env *Env) (auth.Resource, error) {
	switch r := resource.(type) {
	case ast.AllKeyspaces:
		return auth.DataRoot(), nil
	case ast.KeyspaceResource:
		return auth.Keyspace(r.Keyspace), nil
	case ast.AllTables:
		return auth.AllTables(r.Keyspace), nil
	case ast.TableResource:
		name, err := env.Qualify(r.Table)
		return auth.Table(name.Keyspace, name.Name), err
	case ast.AllRoles:
		return auth.AllRoles(), nil
	case ast.RoleResource:
		return auth.RoleResource(r.Role), nil
	case ast.AllFunctions:
		return auth.Resource{Kind: auth.Functions, Keyspace: r.Keyspace}, nil
	case ast.FunctionResource:
		return bindFunctionResource(r, env)
	case ast.AllMBeans:
		return auth.Resource{Kind: auth.MBeans}, nil
	case ast.MBeanResource:
		return bindMBean(r)
	}
	return auth.Resource{}, cqlerr.Invalid("Unknown resource %s", resource)
}

func bindFunctionResource(r ast.FunctionResource, env *Env) (auth.Resource, error) {
	if r.Function.Keyspace == "" {
		return auth.Resource{}, cqlerr.Invalid("In this context function name must be explictly qualified by a keyspace")
	}
	if r.Function.Keyspace == "system" {
		return auth.Resource{}, cqlerr.Invalid("Altering permissions on builtin functions is not supported")
	}
	if env.Schema.Keyspace(r.Function.Keyspace) == nil {
		return auth.Resource{}, cqlerr.Config("Keyspace %s doesn't exist", r.Function.Keyspace)
	}
	args := make([]cqltype.Type, 0, len(r.Args))
	for _, a := range r.Args {
		t, err := bindType(&Binder{Env: env}, a, r.Function.Keyspace)
		if err != nil {
			return auth.Resource{}, err
		}
		args = append(args, t)
	}
	return FunctionResource(r.Function.Keyspace, r.Function.Name, args), nil
}

// FunctionResource is the resource of one function or aggregate: its name holds the classes of its arguments.
func FunctionResource(keyspace, name string, args []cqltype.Type) auth.Resource {
	classes := make([]string, 0, len(args))
	for _, a := range args {
		classes = append(classes, a.Class())
	}
	return auth.Resource{Kind: auth.Functions, Keyspace: keyspace, Name: name + "[" + strings.Join(classes, "^") + "]"}
}

func bindMBean(r ast.MBeanResource) (auth.Resource, error) {
	domain, properties, ok := strings.Cut(r.Name, ":")
	switch pattern := strings.ContainsAny(r.Name, "*?"); {
	case r.Name == "":
		return auth.Resource{}, cqlerr.Syntax("Empty JMX object name supplied")
	case r.Name == "*:*":
		return auth.Resource{}, cqlerr.Syntax("Please use ALL MBEANS instead of wildcard pattern")
	case !ok || domain == "" || !validProperties(properties):
		return auth.Resource{}, cqlerr.Syntax("%s is not a valid JMX object name", r.Name)
	case r.Pattern && !pattern:
		return auth.Resource{}, cqlerr.Syntax("Plural form used, but non-pattern JMX object name specified (%s)", r.Name)
	}
	return auth.Resource{Kind: auth.MBeans, Name: r.Name}, nil
}

// validProperties checks the part of a JMX object name behind the colon: key=value pairs, or a star.
func validProperties(text string) bool {
	for _, p := range strings.Split(text, ",") {
		key, value, ok := strings.Cut(p, "=")
		if p != "*" && (!ok || key == "" || value == "") {
			return false
		}
	}
	return true
}
