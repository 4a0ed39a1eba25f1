package ast

// Insert is INSERT INTO table (columns) VALUES (values), or INSERT INTO table JSON value when JSON is set. The numbers
// of columns and values may differ here.
type Insert struct {
	Table        QualifiedName
	Columns      []string
	Values       []Term
	JSON         Term // a String literal or a Bind
	DefaultUnset bool // DEFAULT UNSET: columns that the JSON does not name keep their values
	IfNotExists  bool
	Using        Using
}

func (*Insert) statement() {}

// String prints the statement.
func (s *Insert) String() string {
	var p printer
	p.words("INSERT INTO ", s.Table.String())
	if s.JSON != nil {
		p.words(" JSON ", s.JSON.String())
		p.when(s.DefaultUnset, " DEFAULT UNSET")
	} else {
		p.words(" (", columnNames(s.Columns), ") VALUES (", termList(s.Values), ")")
	}
	p.when(s.IfNotExists, " IF NOT EXISTS")
	p.WriteString(s.Using.String())
	return p.String()
}
