package ast

// Truncate is TRUNCATE [TABLE] table.
type Truncate struct{ Table QualifiedName }

func (*Truncate) statement() {}

// String prints the statement.
func (s *Truncate) String() string { return "TRUNCATE TABLE " + s.Table.String() }
