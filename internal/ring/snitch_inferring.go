package ring

import (
	"net/netip"
	"strconv"
)

// rackInferring is RackInferringSnitch: the second octet of an address is its datacenter, the third its rack.
type rackInferring struct{ own netip.AddrPort }

func (s rackInferring) Local() Location { return s.Of(s.own, Location{}) }
func (rackInferring) Ordered() bool     { return true }

func (rackInferring) Of(address netip.AddrPort, _ Location) Location {
	b := address.Addr().Unmap().AsSlice()
	if len(b) < 3 {
		return unknownLocation
	}
	return Location{strconv.Itoa(int(b[1])), strconv.Itoa(int(b[2]))}
}
