package plan

import "alexandra/internal/cql/ast"

// Qualified says whether a statement names its keyspace itself, so that the current one does not matter. A statement
// that has no place for a keyspace counts as not qualified, as in Cassandra (QualifiedStatement.isFullyQualified).
func Qualified(stmt ast.Statement) bool {
	switch s := stmt.(type) {
	case *ast.Select:
		return s.From.Keyspace != ""
	case *ast.Insert:
		return s.Table.Keyspace != ""
	case *ast.Update:
		return s.Table.Keyspace != ""
	case *ast.Delete:
		return s.Table.Keyspace != ""
	case *ast.Truncate:
		return s.Table.Keyspace != ""
	case *ast.Batch:
		for _, m := range s.Statements {
			if !Qualified(m) {
				return false
			}
		}
		return true
	}
	return false
}
