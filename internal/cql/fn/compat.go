package fn

import "alexandra/internal/cqltype"

// Match says how well a value fits a receiver.
type Match = cqltype.Match

// The degrees of fit, from worst to best.
const (
	NotAssignable    = cqltype.NoMatch
	WeaklyAssignable = cqltype.WeakMatch
	ExactMatch       = cqltype.ExactMatch
)

// Assign says how well a value of type t fits a receiver of type recv.
func Assign(t, recv cqltype.Type) Match {
	if t == cqltype.LegacyTimeuuid && recv != nil && recv.Kind() == cqltype.KindTimeuuid {
		return WeaklyAssignable
	}
	return cqltype.TestAssignment(recv, t)
}
