package ring

import "slices"

// SortByProximity puts the nearest replicas first: this node itself, its rack, its datacenter, all others. Equals keep
// their order, so with an unordered snitch (SimpleSnitch) only the node itself moves to the front. The slice is changed.
func SortByProximity(self *Endpoint, s Snitch, replicas []*Endpoint) {
	slices.SortStableFunc(replicas, func(a, b *Endpoint) int {
		return distance(self, s, a) - distance(self, s, b)
	})
}

func distance(self *Endpoint, s Snitch, e *Endpoint) int {
	switch {
	case e == self || e.HostID == self.HostID:
		return 0
	case !s.Ordered():
		return 1
	case e.Datacenter != self.Datacenter:
		return 3
	case e.Rack != self.Rack:
		return 2
	}
	return 1
}
