package ring

import (
	"math"

	"github.com/google/uuid"

	"alexandra/internal/token"
)

// Placement is a strategy applied to a ring: who holds what. Slices that it returns are shared: do not change them.
type Placement struct {
	Strategy Strategy
	ring     *Ring
	natural  [][]*Endpoint // by index of the ring token
}

// Place returns the placement of a strategy; it is computed once for a ring.
func (r *Ring) Place(s Strategy) *Placement {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.placements[s.key()]
	if p == nil {
		p = &Placement{Strategy: s, ring: r, natural: make([][]*Endpoint, len(r.owners))}
		for i, o := range r.owners {
			p.natural[i] = s.replicas(r, o.token)
		}
		r.placements[s.key()] = p
	}
	return p
}

// Ring is the ring that the placement was made for.
func (p *Placement) Ring() *Ring { return p.ring }

// Replicas are the nodes that hold a token's data, up or down, in strategy order.
func (p *Placement) Replicas(t token.Token) []*Endpoint {
	if len(p.natural) == 0 {
		return nil
	}
	return p.natural[p.ring.index(t)]
}

// Pending are nodes that will hold a token's data once they have joined or another one has left: they take part in
// writes, never in reads.
func (p *Placement) Pending(t token.Token) []*Endpoint {
	if !p.ring.changing || IsLocal(p.Strategy) {
		return nil
	}
	now := p.Replicas(t)
	var out []*Endpoint
	add := func(future []*Endpoint) {
		for _, f := range future {
			if e := p.ring.byHost[f.HostID]; e != nil && !contains(now, e) && !contains(out, e) {
				out = append(out, e)
			}
		}
	}
	add(p.ring.Future(uuid.Nil).Place(p.Strategy).Replicas(t))
	for _, j := range p.ring.joining {
		add(p.Strategy.replicas(p.ring.Future(j.HostID), t))
	}
	return out
}

// Holds says whether a node is among some.
func Holds(es []*Endpoint, host uuid.UUID) bool {
	for _, e := range es {
		if e.HostID == host {
			return true
		}
	}
	return false
}

// Range is a part of the ring and its replicas, in strategy order.
type Range struct {
	token.Range
	Replicas []*Endpoint
}

// Ranges are all parts of the ring in token order; the first one ends at the smallest token and starts at the largest
// (it wraps).
func (p *Placement) Ranges() []Range {
	out := make([]Range, len(p.ring.owners))
	for i, o := range p.ring.owners {
		prev := p.ring.owners[(i+len(p.ring.owners)-1)%len(p.ring.owners)].token
		out[i] = Range{token.Range{Start: prev, End: o.token}, p.natural[i]}
	}
	return out
}

// Unwrapped are the parts of the ring in token order with the wrapping one cut in two, so that none wraps:
// what a scan in token order goes through. token.Minimum stands for both ends of the ring. An empty ring gives one range
// without replicas.
func (p *Placement) Unwrapped() []Range {
	n := len(p.ring.owners)
	if n == 0 {
		return []Range{{Range: token.Full}}
	}
	out := make([]Range, 0, n+1)
	start := token.Minimum
	for i, o := range p.ring.owners {
		if o.token == token.Minimum {
			continue
		}
		out = append(out, Range{token.Range{Start: start, End: o.token}, p.natural[i]})
		start = o.token
	}
	return append(out, Range{token.Range{Start: start, End: token.Minimum}, p.natural[0]})
}

// RangesOf are the ranges that a node replicates.
func (p *Placement) RangesOf(e *Endpoint) []Range {
	var out []Range
	for _, r := range p.Ranges() {
		if contains(r.Replicas, e) {
			out = append(out, r)
		}
	}
	return out
}

// Primary are the ranges whose first replica is e.
func (p *Placement) Primary(e *Endpoint) []Range {
	var out []Range
	for _, r := range p.Ranges() {
		if len(r.Replicas) > 0 && r.Replicas[0] == e {
			out = append(out, r)
		}
	}
	return out
}

// PrimaryInDatacenter are the ranges in which e is the first replica of its own datacenter.
func (p *Placement) PrimaryInDatacenter(e *Endpoint) []Range {
	var out []Range
	for _, r := range p.Ranges() {
		for _, x := range r.Replicas {
			if x.Datacenter == e.Datacenter {
				if x == e {
					out = append(out, r)
				}
				break
			}
		}
	}
	return out
}

// Effective is the share of all data that each node replicates: 1.0 is all of it.
func (p *Placement) Effective() map[*Endpoint]float64 {
	out := make(map[*Endpoint]float64, len(p.ring.endpoints))
	for i, f := range p.ring.fractions() {
		for _, e := range p.natural[i] {
			out[e] += f
		}
	}
	return out
}

// Owned is the share of the ring that each node is the primary owner of, whatever the strategy.
func (r *Ring) Owned() map[*Endpoint]float64 {
	out := make(map[*Endpoint]float64, len(r.endpoints))
	for i, f := range r.fractions() {
		out[r.owners[i].node] += f
	}
	return out
}

// TokenShares is the share of the ring that ends at each token, in token order.
func (r *Ring) TokenShares() []float64 { return r.fractions() }

// fractions rounds half-even to six digits, as Cassandra's Murmur3Partitioner.describeOwnership does.
func (r *Ring) fractions() []float64 {
	n := len(r.owners)
	out := make([]float64, n)
	if n == 1 {
		out[0] = 1
		return out
	}
	for i, o := range r.owners {
		prev := r.owners[(i+n-1)%n].token
		width := uint64(o.token) - uint64(prev) // wraps by itself
		out[i] = math.RoundToEven(float64(width)/math.Exp2(64)*1e6) / 1e6
	}
	return out
}
