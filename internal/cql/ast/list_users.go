package ast

// ListUsers is LIST USERS.
type ListUsers struct{}

func (*ListUsers) statement() {}

// String prints the statement.
func (*ListUsers) String() string { return "LIST USERS" }
