package ast

import "strings"

// Access is ACCESS TO ... DATACENTERS or ACCESS FROM ... CIDRS. All excludes Names; names are unique, in their order.
type Access struct {
	All   bool
	Names []string
}

// RoleOptions are the options of CREATE ROLE and ALTER ROLE, and (Password, HashedPassword, Superuser, Login) of USER
// statements; nil means not given. Of an option given twice the last one counts. OPTIONS = {} has HasOptions only.
type RoleOptions struct {
	Password       *Secret
	HashedPassword *Secret
	Superuser      *bool
	Login          *bool
	HasOptions     bool
	Options        []MapOption
	Datacenters    *Access
	CIDRs          *Access
}

// CreateRole is CREATE ROLE.
type CreateRole struct {
	IfNotExists bool
	Name        string
	Options     RoleOptions
}

func (*CreateRole) statement() {}

// String prints the statement.
func (s *CreateRole) String() string {
	var p printer
	p.WriteString("CREATE ROLE ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(QuoteString(s.Name), with(s.Options.clauses()))
	return p.String()
}

func (o RoleOptions) clauses() []string {
	var parts []string
	add := func(words ...string) { parts = append(parts, strings.Join(words, "")) }
	if o.Password != nil {
		add("PASSWORD = ", QuoteString(string(*o.Password)))
	}
	if o.HashedPassword != nil {
		add("HASHED PASSWORD = ", QuoteString(string(*o.HashedPassword)))
	}
	if o.Superuser != nil {
		add("SUPERUSER = ", boolean(*o.Superuser))
	}
	if o.Login != nil {
		add("LOGIN = ", boolean(*o.Login))
	}
	if o.HasOptions {
		add("OPTIONS = ", optionMap(o.Options))
	}
	if o.Datacenters != nil {
		add("ACCESS TO ", o.Datacenters.text("DATACENTERS"))
	}
	if o.CIDRs != nil {
		add("ACCESS FROM ", o.CIDRs.text("CIDRS"))
	}
	return parts
}

func (a *Access) text(what string) string {
	if a.All {
		return "ALL " + what
	}
	var p printer
	p.words(what, " {")
	join(&p, a.Names, ", ", QuoteString)
	p.WriteByte('}')
	return p.String()
}

func boolean(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// Empty says whether no option was given.
func (o RoleOptions) Empty() bool { return len(o.clauses()) == 0 }
