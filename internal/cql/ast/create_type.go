package ast

// FieldDef is a field of a user type, or a named argument of a function.
type FieldDef struct {
	Name string
	Type Type
}

// String prints the name and the type.
func (f FieldDef) String() string { return name(f.Name) + " " + f.Type.String() }

// CreateType is CREATE TYPE.
type CreateType struct {
	IfNotExists bool
	Name        QualifiedName
	Fields      []FieldDef
}

func (*CreateType) statement() {}

// String prints the statement.
func (s *CreateType) String() string {
	var p printer
	p.WriteString("CREATE TYPE ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(s.Name.String(), " (")
	join(&p, s.Fields, ", ", str[FieldDef])
	p.WriteByte(')')
	return p.String()
}
