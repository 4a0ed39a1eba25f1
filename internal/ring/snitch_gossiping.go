package ring

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path/filepath"
)

// gossiping is GossipingPropertyFileSnitch: the own location stands in cassandra-rackdc.properties, that of peers comes
// by gossip, or from cassandra-topology.properties when gossip has none.
type gossiping struct {
	own      Location
	fallback *propertyFile // nil: no cassandra-topology.properties
}

func openGossiping(c SnitchConfig) (Snitch, error) {
	name := filepath.Base(c.RackDC)
	props, err := properties(c.RackDC)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	own := Location{props["dc"], props["rack"]}
	if own.Datacenter == "" || own.Rack == "" {
		//nolint:staticcheck // Cassandra's words
		return nil, fmt.Errorf("DC or rack not found in snitch properties, check your configuration in: %s", name)
	}
	s := &gossiping{own: own}
	if c.Topology == "" {
		return s, nil
	}
	s.fallback, err = loadPropertyFile(c)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.Log.Info("Unable to load cassandra-topology.properties; compatibility mode disabled")
	case err != nil:
		return nil, err
	}
	return s, nil
}

func (s *gossiping) Local() Location { return s.own }
func (s *gossiping) Ordered() bool   { return true }

func (s *gossiping) Of(address netip.AddrPort, gossiped Location) Location {
	if gossiped.Datacenter != "" && gossiped.Rack != "" {
		return gossiped
	}
	if s.fallback != nil {
		if l, ok := s.fallback.find(address); ok {
			return l
		}
	}
	return unknownLocation
}
