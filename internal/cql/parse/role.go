package parse

import (
	"strings"

	"alexandra/internal/cql/ast"
)

func (p *parser) createRole() ast.Statement {
	s := &ast.CreateRole{}
	p.words(kwCreate, kwRole)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.roleName()
	s.Options = p.roleOptions()
	return s
}

func (p *parser) alterRole() ast.Statement {
	s := &ast.AlterRole{}
	p.words(kwAlter, kwRole)
	s.IfExists = p.ifExists()
	s.Name = p.roleName()
	s.Options = p.roleOptions()
	return s
}

func (p *parser) dropRole() ast.Statement {
	s := &ast.DropRole{}
	p.words(kwDrop, kwRole)
	s.IfExists = p.ifExists()
	s.Name = p.roleName()
	return s
}

// roleOptions reads WITH options if it is there.
func (p *parser) roleOptions() ast.RoleOptions {
	var o ast.RoleOptions
	if p.accept(kwWith) {
		p.roleOption(&o)
		for p.accept(kwAnd) {
			p.roleOption(&o)
		}
	}
	p.check(p.failed || o.Password == nil || o.HashedPassword == nil, passwordsExclude)
	return o
}

const passwordsExclude = "Options 'password' and 'hashed password' are mutually exclusive"

// once fails if an option was there before.
func (p *parser) once(given bool, option string) {
	p.check(!given, "Multiple definition for property '%s'", option)
}

func (p *parser) roleOption(o *ast.RoleOptions) {
	k := p.at(1)
	if k == kwAccess {
		p.access(o)
		return
	}
	if !k.in(kwPassword, kwHashed, kwOptions, kwSuperuser, kwLogin) {
		p.noViable(1)
		return
	}
	p.saw(1)
	p.next()
	if k == kwHashed {
		p.match(kwPassword)
	}
	p.match(tokEQ)
	switch k {
	case kwPassword:
		v := ast.Secret(p.stringLiteral())
		p.once(o.Password != nil, "PASSWORD")
		o.Password = &v
	case kwHashed:
		v := ast.Secret(p.stringLiteral())
		p.once(o.HashedPassword != nil, "HASHED_PASSWORD")
		o.HashedPassword = &v
	case kwSuperuser:
		v := p.boolean()
		p.once(o.Superuser != nil, "SUPERUSER")
		o.Superuser = &v
	case kwLogin:
		v := p.boolean()
		p.once(o.Login != nil, "LOGIN")
		o.Login = &v
	case kwOptions:
		m := p.optionMap()
		p.once(o.HasOptions, "OPTIONS")
		o.HasOptions, o.Options = true, m
	}
}

func (p *parser) boolean() bool { return strings.EqualFold(p.source(p.match(tokBoolean)), "true") }

// access reads ACCESS TO ... DATACENTERS or ACCESS FROM ... CIDRS.
func (p *parser) access(o *ast.RoleOptions) {
	target, words, taken := &o.Datacenters, kwDatacenters, "DCs have already been set"
	switch p.at(2) {
	case kwTo:
	case kwFrom:
		target, words, taken = &o.CIDRs, kwCidrs, "CIDRs have already been set"
	default:
		p.noViable(2)
		return
	}
	k := p.at(3)
	if k != kwAll && k != words {
		p.noViable(3)
		return
	}
	p.saw(3)
	p.next()
	p.next()
	if p.accept(kwAll) {
		p.match(words)
		if *target != nil && !(*target).All {
			p.crash("IllegalArgumentException", taken)
		}
		*target = &ast.Access{All: true}
		return
	}
	p.words(words, tokLBrace)
	p.list(func() { p.accessName(target) })
	p.match(tokRBrace)
}

// accessName adds a name to the set, which may have names from an earlier option.
func (p *parser) accessName(target **ast.Access) {
	name := p.stringLiteral()
	if p.failed {
		return
	}
	if *target == nil {
		*target = &ast.Access{}
	}
	if (*target).All {
		p.crash("IllegalArgumentException", "All has been set")
		return
	}
	for _, n := range (*target).Names {
		if n == name {
			return
		}
	}
	(*target).Names = append((*target).Names, name)
}

func (p *parser) listRoles() ast.Statement {
	s := &ast.ListRoles{}
	p.words(kwList, kwRoles)
	s.Of = p.ofRole()
	s.NoRecursive = p.accept(kwNorecursive)
	return s
}

// ofRole reads OF role if it is there.
func (p *parser) ofRole() *string {
	if !p.accept(kwOf) {
		return nil
	}
	name := p.roleName()
	return &name
}

const identityQuoted = "Quoted strings are are not supported for identity"

func (p *parser) addIdentity() ast.Statement {
	s := &ast.AddIdentity{}
	p.words(kwAdd, kwIdentity)
	s.IfNotExists = p.ifNotExists()
	s.Identity = p.userName(identityQuoted)
	p.words(kwTo, kwRole)
	s.Role = p.userName(identityQuoted)
	return s
}

func (p *parser) dropIdentity() ast.Statement {
	s := &ast.DropIdentity{}
	p.words(kwDrop, kwIdentity)
	s.IfExists = p.ifExists()
	s.Identity = p.userName(identityQuoted)
	return s
}
