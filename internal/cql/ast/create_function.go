package ast

// CreateFunction is CREATE FUNCTION. Language is in lower case.
type CreateFunction struct {
	OrReplace         bool
	IfNotExists       bool
	Name              QualifiedName
	Args              []FieldDef
	CalledOnNullInput bool
	Returns           Type
	Language          string
	Body              string
}

func (*CreateFunction) statement() {}

// String prints the statement.
func (s *CreateFunction) String() string {
	var p printer
	p.WriteString("CREATE ")
	p.when(s.OrReplace, "OR REPLACE ")
	p.WriteString("FUNCTION ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(s.Name.String(), "(")
	join(&p, s.Args, ", ", str[FieldDef])
	p.WriteString(") ")
	if s.CalledOnNullInput {
		p.WriteString("CALLED")
	} else {
		p.WriteString("RETURNS NULL")
	}
	p.words(" ON NULL INPUT RETURNS ", s.Returns.String(), " LANGUAGE ", s.Language, " AS ", QuoteString(s.Body))
	return p.String()
}
