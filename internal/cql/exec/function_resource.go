package exec

import (
	"alexandra/auth"
	"alexandra/internal/cql/plan"
	"alexandra/internal/schema"
)

// functionExists finds the function or aggregate that a resource names.
func functionExists(ks *schema.Keyspace, r auth.Resource) bool {
	for _, overloads := range ks.Functions {
		for _, f := range overloads {
			if plan.FunctionResource(f.Keyspace, f.Name, f.ArgTypes) == r {
				return true
			}
		}
	}
	for _, overloads := range ks.Aggregates {
		for _, a := range overloads {
			if plan.FunctionResource(a.Keyspace, a.Name, a.ArgTypes) == r {
				return true
			}
		}
	}
	return false
}
