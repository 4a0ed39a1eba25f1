package ast

// Ordering is one column of ORDER BY. With ANN OF, Near is the vector to be near to.
type Ordering struct {
	Column string
	Near   Term
	Desc   bool
}

// String prints the ordering.
func (o Ordering) String() string {
	var p printer
	p.WriteString(columnName(o.Column))
	if o.Near != nil {
		p.words(" ANN OF ", o.Near.String())
	}
	p.when(o.Desc, " DESC")
	return p.String()
}

// Select is SELECT. No selections stand for *. Limits are nil, an Integer literal or a Bind.
type Select struct {
	JSON              bool
	Distinct          bool
	Selections        []Selection
	From              QualifiedName
	Where             []Relation
	GroupBy           []Selector
	OrderBy           []Ordering
	PerPartitionLimit Term
	Limit             Term
	AllowFiltering    bool
}

func (*Select) statement() {}

// String prints the statement.
func (s *Select) String() string {
	var p printer
	p.WriteString("SELECT ")
	p.when(s.JSON, "JSON ")
	p.when(s.Distinct, "DISTINCT ")
	p.words(selections(s.Selections), " FROM ", s.From.String())
	if len(s.Where) > 0 {
		p.words(" WHERE ", where(s.Where))
	}
	if len(s.GroupBy) > 0 {
		p.words(" GROUP BY ", selectorList(s.GroupBy))
	}
	if len(s.OrderBy) > 0 {
		p.WriteString(" ORDER BY ")
		join(&p, s.OrderBy, ", ", str[Ordering])
	}
	if s.PerPartitionLimit != nil {
		p.words(" PER PARTITION LIMIT ", s.PerPartitionLimit.String())
	}
	if s.Limit != nil {
		p.words(" LIMIT ", s.Limit.String())
	}
	p.when(s.AllowFiltering, " ALLOW FILTERING")
	return p.String()
}

func selections(list []Selection) string {
	if len(list) == 0 {
		return "*"
	}
	var p printer
	join(&p, list, ", ", str[Selection])
	return p.String()
}
