package plan

import "alexandra/internal/cql/ast"

// Use is USE. Whether the keyspace exists is asked when it runs.
type Use struct {
	Base
	Keyspace string
}

func prepareUse(s *ast.Use) *Use { return &Use{Keyspace: s.Keyspace} }
