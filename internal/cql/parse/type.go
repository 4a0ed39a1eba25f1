package parse

import "alexandra/internal/cql/ast"

func (p *parser) createType() ast.Statement {
	s := &ast.CreateType{}
	p.words(kwCreate, kwType)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.userTypeName()
	p.match(tokLParen)
	s.Fields = append(s.Fields, p.fieldDef())
	for p.accept(tokComma) {
		if p.at(1).is(isName) {
			s.Fields = append(s.Fields, p.fieldDef())
		}
	}
	p.match(tokRParen)
	return s
}

// fieldDef reads name type.
func (p *parser) fieldDef() ast.FieldDef {
	f := ast.FieldDef{Name: p.ident()}
	f.Type = p.comparatorType()
	return f
}

func (p *parser) alterType() ast.Statement {
	s := &ast.AlterType{}
	p.words(kwAlter, kwType)
	s.IfExists = p.ifExists()
	s.Name = p.userTypeName()
	switch p.at(1) {
	case kwAlter:
		p.next()
		a := ast.AlterFieldType{Field: p.ident()}
		p.match(kwType)
		a.Type = p.comparatorType()
		s.Action = a
	case kwAdd:
		p.next()
		a := ast.AddField{IfNotExists: p.ifNotExists()}
		a.Field = p.fieldDef()
		s.Action = a
	case kwRename:
		p.next()
		a := ast.RenameFields{IfExists: p.ifExists()}
		a.Renames = p.renames()
		s.Action = a
	default:
		p.noViable(1)
	}
	return s
}

func (p *parser) dropType() ast.Statement {
	s := &ast.DropType{}
	p.words(kwDrop, kwType)
	s.IfExists = p.ifExists()
	s.Name = p.userTypeName()
	return s
}
