package coord

import (
	"slices"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
)

// need is how many answers a consistency level wants, and whose answers count.
type need struct {
	cl row.Consistency
	// blockFor is the number of answers in all, as errors report it.
	blockFor int
	// dc restricts counting to one datacenter (LOCAL_*); empty: everyone counts.
	dc string
	// each is the number per datacenter for EACH_QUORUM on NetworkTopologyStrategy; nil otherwise.
	each map[string]int
}

func quorum(n int) int { return n/2 + 1 }

// needOf computes what a level wants of a strategy. Factors are the configured ones, however many nodes there are
// (ConsistencyLevel.blockFor).
func needOf(cl row.Consistency, s ring.Strategy, localDC string) need {
	n := need{cl: cl}
	switch cl {
	case row.Any, row.One:
		n.blockFor = 1
	case row.Two:
		n.blockFor = 2
	case row.Three:
		n.blockFor = 3
	case row.Quorum, row.Serial:
		n.blockFor = quorum(s.Factor())
	case row.All:
		n.blockFor = s.Factor()
	case row.LocalOne, row.NodeLocal:
		n.blockFor, n.dc = 1, localDC
	case row.LocalQuorum, row.LocalSerial:
		n.blockFor, n.dc = quorum(s.DatacenterFactor(localDC)), localDC
	case row.EachQuorum:
		dcs := s.Datacenters()
		if dcs == nil {
			n.blockFor = quorum(s.Factor())
			break
		}
		n.each = make(map[string]int, len(dcs))
		for _, dc := range dcs {
			n.each[dc] = quorum(s.DatacenterFactor(dc))
			n.blockFor += n.each[dc]
		}
	}
	return n
}

// withPending raises the need by the joining replicas that take part in a write.
func (n need) withPending(pending []*ring.Endpoint) need {
	if len(pending) == 0 || n.cl == row.Any {
		return n
	}
	if n.each != nil {
		each := make(map[string]int, len(n.each))
		for dc, k := range n.each {
			each[dc] = k
		}
		n.each = each
	}
	for _, e := range pending {
		if !n.counts(e) {
			continue
		}
		n.blockFor++
		if n.each != nil {
			n.each[e.Datacenter]++
		}
	}
	return n
}

// counts says whether a node's answer matters.
func (n need) counts(e *ring.Endpoint) bool {
	if n.each != nil {
		_, ok := n.each[e.Datacenter]
		return ok
	}
	return n.dc == "" || e.Datacenter == n.dc
}

// check refuses a request that cannot succeed with these live nodes: UNAVAILABLE, before anything is sent.
func (n need) check(live []*ring.Endpoint) error {
	if n.each != nil {
		have := map[string]int{}
		for _, e := range live {
			have[e.Datacenter]++
		}
		for _, dc := range sortedKeys(n.each) {
			if have[dc] < n.each[dc] {
				return unavailable(n.cl, " in DC "+dc, n.each[dc], have[dc])
			}
		}
		return nil
	}
	alive := 0
	for _, e := range live {
		if n.counts(e) {
			alive++
		}
	}
	if alive < n.blockFor {
		return unavailable(n.cl, "", n.blockFor, alive)
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// checkWriteLevel and checkReadLevel refuse levels that make no sense for the operation.
func checkWriteLevel(cl row.Consistency) error {
	switch {
	case cl.IsSerial():
		return cqlerr.Invalid("You must use conditional updates for serializable writes")
	case cl == row.NodeLocal:
		return nodeLocal()
	}
	return nil
}

func checkReadLevel(cl row.Consistency) error {
	switch cl {
	case row.Any:
		return cqlerr.Invalid("ANY ConsistencyLevel is only supported for writes")
	case row.NodeLocal:
		return nodeLocal()
	}
	return nil
}

func nodeLocal() error {
	return cqlerr.Invalid("NODE_LOCAL consistency level is highly dangerous and should be used only for debugging purposes")
}
