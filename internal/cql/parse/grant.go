package parse

import (
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

func (p *parser) grant() ast.Statement {
	switch p.predictGrant(kwTo) {
	case grantsRole:
		s := &ast.GrantRole{}
		p.match(kwGrant)
		s.Role = p.roleName()
		p.match(kwTo)
		s.Grantee = p.roleName()
		return s
	case grantsPermissions:
		s := &ast.Grant{}
		p.match(kwGrant)
		s.Permissions, s.Resource = p.permissionsOn()
		p.match(kwTo)
		s.Grantee = p.roleName()
		p.checkApplicable(s.Permissions, s.Resource)
		return s
	}
	return nil
}

func (p *parser) revoke() ast.Statement {
	switch p.predictGrant(kwFrom) {
	case grantsRole:
		s := &ast.RevokeRole{}
		p.match(kwRevoke)
		s.Role = p.roleName()
		p.match(kwFrom)
		s.Revokee = p.roleName()
		return s
	case grantsPermissions:
		s := &ast.Revoke{}
		p.match(kwRevoke)
		s.Permissions, s.Resource = p.permissionsOn()
		p.match(kwFrom)
		s.Revokee = p.roleName()
		p.checkApplicable(s.Permissions, s.Resource)
		return s
	}
	return nil
}

type grantForm uint8

const (
	grantsNothing grantForm = iota
	grantsRole
	grantsPermissions
)

// predictGrant tells GRANT role from GRANT permissions: some permissions are names of roles too. The preposition
// follows a role.
func (p *parser) predictGrant(preposition kind) grantForm {
	k := p.at(2)
	switch {
	case k.in(kwAll, kwUnmask, kwSelectMasked):
		n := p.at(3)
		switch {
		case n == preposition:
			p.saw(3)
			return grantsRole
		case n == kwOn, k == kwAll && n == kwPermissions, k != kwAll && n.in(kwPermission, tokComma):
			p.saw(3)
			return grantsPermissions
		}
		p.noViable(3)
		return grantsNothing
	case k.is(isPermission):
		p.saw(2)
		return grantsPermissions
	case k.is(isName) || k.in(tokString, tokQMark):
		p.saw(2)
		return grantsRole
	}
	p.noViable(2)
	return grantsNothing
}

func (p *parser) permissionsOn() (ast.Permissions, ast.Resource) {
	list := p.permissions()
	p.match(kwOn)
	return list, p.resource()
}

// permissions reads ALL [PERMISSIONS] or permissions with commas between them.
func (p *parser) permissions() ast.Permissions {
	if p.accept(kwAll) {
		p.accept(kwPermissions)
		return ast.Permissions{All: true}
	}
	var l ast.Permissions
	p.list(func() {
		switch {
		case p.at(1).is(isPermission):
		case l.List != nil: // not a syntax error: Cassandra adds null to a set
			p.crash("NullPointerException", `Cannot invoke "Object.getClass()" because "e" is null`)
			return
		default:
			p.mismatch("set null")
			return
		}
		name := strings.ToUpper(p.source(p.next()))
		p.accept(kwPermission)
		if !slices.Contains(l.List, name) {
			l.List = append(l.List, name)
		}
	})
	return l
}

// checkApplicable fails unless a resource can have one of the permissions.
func (p *parser) checkApplicable(l ast.Permissions, r ast.Resource) {
	if p.failed {
		return
	}
	if f, ok := r.(ast.FunctionResource); ok && f.Function.Keyspace == "" {
		p.refuse(cqlerr.Invalid("In this context function name must be explictly qualified by a keyspace"))
		return
	}
	class, applicable := applicablePermissions(r)
	fits := l.All
	for _, name := range l.List {
		fits = fits || strings.Contains(applicable, " "+name+" ")
	}
	p.check(fits, "Resource type %s does not support any of the requested permissions", class)
}

// applicablePermissions is Cassandra's class of a resource and the permissions on it, with spaces around each.
func applicablePermissions(r ast.Resource) (class, permissions string) {
	switch r.(type) {
	case ast.TableResource:
		return "DataResource", " ALTER DROP SELECT MODIFY AUTHORIZE UNMASK SELECT_MASKED "
	case ast.AllKeyspaces, ast.KeyspaceResource, ast.AllTables:
		return "DataResource", " CREATE ALTER DROP SELECT MODIFY AUTHORIZE UNMASK SELECT_MASKED "
	case ast.AllRoles:
		return "RoleResource", " CREATE ALTER DROP AUTHORIZE DESCRIBE "
	case ast.RoleResource:
		return "RoleResource", " ALTER DROP AUTHORIZE DESCRIBE "
	case ast.AllFunctions:
		return "FunctionResource", " CREATE ALTER DROP AUTHORIZE EXECUTE "
	case ast.FunctionResource:
		return "FunctionResource", " ALTER DROP AUTHORIZE EXECUTE "
	}
	return "JMXResource", " AUTHORIZE DESCRIBE EXECUTE MODIFY SELECT "
}

func (p *parser) listPermissions() ast.Statement {
	s := &ast.ListPermissions{}
	p.match(kwList)
	s.Permissions = p.permissions()
	if p.accept(kwOn) {
		s.Resource = p.resource()
		if f, ok := s.Resource.(ast.FunctionResource); ok && f.Function.Keyspace == "" && !p.failed {
			p.refuse(cqlerr.Invalid("In this context function name must be explictly qualified by a keyspace"))
		}
	}
	s.Of = p.ofRole()
	s.NoRecursive = p.accept(kwNorecursive)
	return s
}
