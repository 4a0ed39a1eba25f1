package parse

import "alexandra/internal/cql/ast"

const userQuoted = "Quoted strings are are not supported for user names and USER is deprecated, please use ROLE"

func (p *parser) createUser() ast.Statement {
	s := &ast.CreateUser{}
	p.words(kwCreate, kwUser)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.userName(userQuoted)
	s.Password, s.HashedPassword = p.userPassword()
	if is := p.superuser(); is != nil {
		s.Superuser = *is
	}
	return s
}

func (p *parser) alterUser() ast.Statement {
	s := &ast.AlterUser{}
	p.words(kwAlter, kwUser)
	s.IfExists = p.ifExists()
	s.Name = p.userName(userQuoted)
	s.Password, s.HashedPassword = p.userPassword()
	s.Superuser = p.superuser()
	return s
}

func (p *parser) dropUser() ast.Statement {
	s := &ast.DropUser{}
	p.words(kwDrop, kwUser)
	s.IfExists = p.ifExists()
	s.Name = p.userName(userQuoted)
	return s
}

func (p *parser) listUsers() ast.Statement {
	p.words(kwList, kwUsers)
	return &ast.ListUsers{}
}

// userPassword reads WITH [HASHED] PASSWORD 'text' if it is there.
func (p *parser) userPassword() (password, hashed *ast.Secret) {
	if !p.accept(kwWith) {
		return nil, nil
	}
	k := p.at(1)
	if !k.in(kwPassword, kwHashed) {
		p.noViable(1)
		return nil, nil
	}
	p.next()
	if k == kwHashed {
		p.match(kwPassword)
	}
	text := ast.Secret(p.stringLiteral())
	if k == kwHashed {
		return nil, &text
	}
	return &text, nil
}

// superuser reads SUPERUSER or NOSUPERUSER if one is there.
func (p *parser) superuser() *bool {
	k := p.at(1)
	if !k.in(kwSuperuser, kwNosuperuser) {
		return nil
	}
	p.next()
	is := k == kwSuperuser
	return &is
}
