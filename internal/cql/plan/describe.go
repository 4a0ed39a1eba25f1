package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqltype"
)

// Describe is DESCRIBE. It needs no permission, and what it names is looked for when it runs.
type Describe struct {
	Base
	Statement *ast.Describe
	// Keyspace is the current one when the statement was bound; empty when there was none.
	Keyspace string
}

func prepareDescribe(s *ast.Describe, env *Env) *Describe {
	return &Describe{Statement: s, Keyspace: env.Keyspace}
}

// IsListing says whether only names are asked for.
func (d *Describe) IsListing() bool {
	switch d.Statement.Kind {
	case ast.DescribeKeyspaces, ast.DescribeTables, ast.DescribeTypes, ast.DescribeFunctions, ast.DescribeAggregates:
		return true
	}
	return false
}

// ResultColumns are the columns of the answer. The ranges of DESCRIBE CLUSTER are told for a current keyspace only.
func (d *Describe) ResultColumns() []ColumnSpec {
	names := []string{"keyspace_name", "type", "name", "create_statement"}
	switch {
	case d.Statement.Kind == ast.DescribeCluster:
		names = []string{"cluster", "partitioner", "snitch"}
	case d.IsListing():
		names = names[:3]
	}
	columns := make([]ColumnSpec, len(names))
	for i, n := range names {
		columns[i] = ColumnSpec{"system", "describe", n, cqltype.Text}
	}
	if d.Statement.Kind == ast.DescribeCluster && d.ShowsRanges() {
		ranges := cqltype.NewMap(cqltype.Text, cqltype.NewList(cqltype.Text, false), false)
		columns = append(columns, ColumnSpec{"system", "describe", "range_ownership", ranges})
	}
	return columns
}

// ShowsRanges says whether DESCRIBE CLUSTER tells who owns which range of the current keyspace.
func (d *Describe) ShowsRanges() bool {
	switch d.Keyspace {
	case "", "system", "system_schema", "system_auth", "system_traces", "system_distributed", "system_views", "system_virtual_schema":
		return false
	}
	return true
}
