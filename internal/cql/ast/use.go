package ast

// Use is USE keyspace.
type Use struct{ Keyspace string }

func (*Use) statement() {}

// String prints the statement.
func (s *Use) String() string { return "USE " + name(s.Keyspace) }
