package ring

import "alexandra/internal/token"

// local is LocalStrategy: every node keeps its own rows. The coordinator answers it without asking the ring.
type local struct{}

func (local) Factor() int                                 { return 1 }
func (local) DatacenterFactor(string) int                 { return 1 }
func (local) Datacenters() []string                       { return nil }
func (local) key() string                                 { return "local" }
func (local) replicas(_ *Ring, _ token.Token) []*Endpoint { return nil }

// IsLocal says whether a strategy is LocalStrategy.
func IsLocal(s Strategy) bool {
	_, ok := s.(local)
	return ok
}
