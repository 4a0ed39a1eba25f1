package ast

// DescribeKind says what DESCRIBE describes.
type DescribeKind uint8

// The kinds of DESCRIBE. Those from DescribeTable on have a name.
const (
	DescribeCluster DescribeKind = iota + 1
	DescribeSchema
	DescribeFullSchema
	DescribeKeyspaces
	DescribeTables
	DescribeTypes
	DescribeFunctions
	DescribeAggregates
	// DescribeKeyspace and DescribeOnlyKeyspace use Name.Keyspace, which is empty for the current keyspace.
	DescribeKeyspace
	DescribeOnlyKeyspace
	DescribeTable
	DescribeIndex
	DescribeView
	DescribeType
	DescribeFunction
	DescribeAggregate
	// DescribeGeneric is DESCRIBE name: a keyspace, table, index or view.
	DescribeGeneric
)

// Describe is DESCRIBE ... [WITH INTERNALS].
type Describe struct {
	Kind      DescribeKind
	Name      QualifiedName
	Internals bool
}

func (*Describe) statement() {}

// String prints the statement.
func (s *Describe) String() string {
	var p printer
	p.WriteString("DESCRIBE")
	p.when(s.Kind != DescribeGeneric, " "+describeWords[s.Kind])
	switch {
	case s.Kind == DescribeKeyspace || s.Kind == DescribeOnlyKeyspace:
		if s.Name.Keyspace != "" {
			p.words(" ", name(s.Name.Keyspace))
		}
	case s.Kind >= DescribeTable:
		p.words(" ", s.Name.String())
	}
	p.when(s.Internals, " WITH INTERNALS")
	return p.String()
}

var describeWords = [...]string{
	DescribeCluster:      "CLUSTER",
	DescribeSchema:       "SCHEMA",
	DescribeFullSchema:   "FULL SCHEMA",
	DescribeKeyspaces:    "KEYSPACES",
	DescribeTables:       "TABLES",
	DescribeTypes:        "TYPES",
	DescribeFunctions:    "FUNCTIONS",
	DescribeAggregates:   "AGGREGATES",
	DescribeKeyspace:     "KEYSPACE",
	DescribeOnlyKeyspace: "ONLY KEYSPACE",
	DescribeTable:        "TABLE",
	DescribeIndex:        "INDEX",
	DescribeView:         "MATERIALIZED VIEW",
	DescribeType:         "TYPE",
	DescribeFunction:     "FUNCTION",
	DescribeAggregate:    "AGGREGATE",
	DescribeGeneric:      "",
}
