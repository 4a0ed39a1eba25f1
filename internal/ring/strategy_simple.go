package ring

import (
	"strconv"

	"alexandra/internal/token"
)

// simple is SimpleStrategy: the first n distinct nodes clockwise, whatever their datacenter and rack.
type simple int

func (s simple) Factor() int                   { return int(s) }
func (s simple) DatacenterFactor(_ string) int { return int(s) }
func (s simple) Datacenters() []string         { return nil }
func (s simple) key() string                   { return "simple " + strconv.Itoa(int(s)) }

func (s simple) replicas(r *Ring, t token.Token) []*Endpoint {
	out := make([]*Endpoint, 0, min(int(s), len(r.endpoints)))
	r.walk(t, func(e *Endpoint) bool {
		if len(out) == int(s) {
			return false
		}
		if !contains(out, e) {
			out = append(out, e)
		}
		return true
	})
	return out
}

// walk visits the owners of all ring tokens clockwise from the owner of t, until visit returns false.
func (r *Ring) walk(t token.Token, visit func(*Endpoint) bool) {
	if len(r.owners) == 0 {
		return
	}
	start := r.index(t)
	for i := range r.owners {
		if !visit(r.owners[(start+i)%len(r.owners)].node) {
			return
		}
	}
}

func contains(es []*Endpoint, e *Endpoint) bool {
	for _, x := range es {
		if x == e {
			return true
		}
	}
	return false
}
