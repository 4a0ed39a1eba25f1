package ast

// DropTrigger is DROP TRIGGER name ON table.
type DropTrigger struct {
	IfExists bool
	Name     string
	Table    QualifiedName
}

func (*DropTrigger) statement() {}

// String prints the statement.
func (s *DropTrigger) String() string {
	var p printer
	p.WriteString("DROP TRIGGER ")
	p.when(s.IfExists, ifExists)
	p.words(name(s.Name), " ON ", s.Table.String())
	return p.String()
}
