package ast

// CreateAggregate is CREATE AGGREGATE. FinalFunc is empty and InitCond nil when absent.
type CreateAggregate struct {
	OrReplace   bool
	IfNotExists bool
	Name        QualifiedName
	Args        []Type
	StateFunc   string
	StateType   Type
	FinalFunc   string
	InitCond    Term
}

func (*CreateAggregate) statement() {}

// String prints the statement.
func (s *CreateAggregate) String() string {
	var p printer
	p.WriteString("CREATE ")
	p.when(s.OrReplace, "OR REPLACE ")
	p.WriteString("AGGREGATE ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(s.Name.String(), "(", types(s.Args), ") SFUNC ", name(s.StateFunc), " STYPE ", s.StateType.String())
	if s.FinalFunc != "" {
		p.words(" FINALFUNC ", name(s.FinalFunc))
	}
	if s.InitCond != nil {
		p.words(" INITCOND ", s.InitCond.String())
	}
	return p.String()
}
