package ast

// CreateView is CREATE MATERIALIZED VIEW. No selections stand for *.
type CreateView struct {
	IfNotExists     bool
	Name            QualifiedName
	Selections      []Selection
	From            QualifiedName
	Where           []Relation
	PrimaryKey      PrimaryKey
	ClusteringOrder []ClusteringOrder
	Properties      []Property
}

func (*CreateView) statement() {}

// String prints the statement.
func (s *CreateView) String() string {
	var p printer
	p.WriteString("CREATE MATERIALIZED VIEW ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(s.Name.String(), " AS SELECT ", selections(s.Selections), " FROM ", s.From.String())
	if len(s.Where) > 0 {
		p.words(" WHERE ", where(s.Where))
	}
	p.words(" ", s.PrimaryKey.String())
	p.WriteString(with(append(clusteringOrder(s.ClusteringOrder), properties(s.Properties)...)))
	return p.String()
}
