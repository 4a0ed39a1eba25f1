package ring

import (
	"fmt"
	"sort"
	"strings"

	"alexandra/internal/token"
)

// networkTopology is NetworkTopologyStrategy: so many replicas in each datacenter, on different racks where possible.
type networkTopology struct {
	factors map[string]int
	dcs     []string // sorted
	total   int
	id      string
}

func newNetworkTopology(options map[string]string) (Strategy, error) {
	s := &networkTopology{factors: map[string]int{}}
	for dc, text := range options {
		if dc == "replication_factor" {
			continue // expanded to datacenters before it was stored
		}
		n, err := factor(text)
		if err != nil {
			return nil, fmt.Errorf("datacenter %s: %w", dc, err)
		}
		s.factors[dc] = n
		s.dcs = append(s.dcs, dc)
		s.total += n
	}
	sort.Strings(s.dcs)
	var id strings.Builder
	id.WriteString("network")
	for _, dc := range s.dcs {
		fmt.Fprintf(&id, " %q %d", dc, s.factors[dc])
	}
	s.id = id.String()
	return s, nil
}

func (s *networkTopology) Factor() int                    { return s.total }
func (s *networkTopology) DatacenterFactor(dc string) int { return s.factors[dc] }
func (s *networkTopology) Datacenters() []string          { return s.dcs }
func (s *networkTopology) key() string                    { return s.id }

// dcWalk is what the walk still wants of one datacenter.
type dcWalk struct {
	left    int // replicas still wanted
	repeats int // how often a rack may be used again
	racks   map[string]bool
}

// replicas walks all tokens once and takes replicas of all datacenters in walk order. A rack is used again only as
// often as the factor exceeds the number of racks, and then greedily (NetworkTopologyStrategy.calculateNaturalReplicas).
func (s *networkTopology) replicas(r *Ring, t token.Token) []*Endpoint {
	wanted := make(map[string]*dcWalk, len(s.dcs))
	open := 0
	for _, dc := range s.dcs {
		rf, nodes := s.factors[dc], r.nodes[dc]
		if rf <= 0 || nodes == 0 {
			continue
		}
		wanted[dc] = &dcWalk{left: min(rf, nodes), repeats: rf - len(r.racks[dc]), racks: map[string]bool{}}
		open++
	}
	var out []*Endpoint
	r.walk(t, func(e *Endpoint) bool {
		if open == 0 {
			return false
		}
		w := wanted[e.Datacenter]
		if w == nil || w.left == 0 || contains(out, e) {
			return true
		}
		switch {
		case !w.racks[e.Rack]:
			w.racks[e.Rack] = true
		case w.repeats > 0:
			w.repeats--
		default:
			return true
		}
		out = append(out, e)
		if w.left--; w.left == 0 {
			open--
		}
		return true
	})
	return out
}
