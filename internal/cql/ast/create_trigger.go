package ast

// CreateTrigger is CREATE TRIGGER name ON table USING 'class'.
type CreateTrigger struct {
	IfNotExists bool
	Name        string
	Table       QualifiedName
	Class       string
}

func (*CreateTrigger) statement() {}

// String prints the statement.
func (s *CreateTrigger) String() string {
	var p printer
	p.WriteString("CREATE TRIGGER ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(name(s.Name), " ON ", s.Table.String(), " USING ", QuoteString(s.Class))
	return p.String()
}
