package ast

// AddIdentity is ADD IDENTITY 'identity' TO ROLE 'role'. Both keep their case even without quotes.
type AddIdentity struct {
	IfNotExists bool
	Identity    string
	Role        string
}

func (*AddIdentity) statement() {}

// String prints the statement.
func (s *AddIdentity) String() string {
	var p printer
	p.WriteString("ADD IDENTITY ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(QuoteString(s.Identity), " TO ROLE ", QuoteString(s.Role))
	return p.String()
}
