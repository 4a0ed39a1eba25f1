package ring

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// reloadInterval is how often cassandra-topology.properties is looked at.
const reloadInterval = 5 * time.Second

// propertyFile is PropertyFileSnitch: all locations stand in cassandra-topology.properties.
type propertyFile struct {
	config SnitchConfig
	own    Location

	mu      sync.Mutex
	places  map[netip.AddrPort]Location // port 0 for entries without a port
	def     *Location
	checked time.Time
	changed time.Time                   // modification time of what was read
	used    map[netip.AddrPort]Location // answers given: they do not change while the node runs
}

func openPropertyFile(c SnitchConfig) (Snitch, error) {
	s, err := loadPropertyFile(c)
	if err != nil {
		return nil, err
	}
	own, ok := s.find(c.Address)
	if !ok {
		//nolint:staticcheck // Cassandra's words
		return nil, fmt.Errorf("Snitch definitions at %s do not define a location for this node's broadcast address %s, nor does it provides a default",
			filepath.Base(c.Topology), "/"+c.Address.String())
	}
	s.own = own
	return s, nil
}

func loadPropertyFile(c SnitchConfig) (*propertyFile, error) {
	s := &propertyFile{config: c, used: map[netip.AddrPort]Location{}}
	places, def, changed, err := s.read()
	if err != nil {
		return nil, err
	}
	s.places, s.def, s.changed, s.checked = places, def, changed, c.Now()
	return s, nil
}

func (s *propertyFile) read() (map[netip.AddrPort]Location, *Location, time.Time, error) {
	info, err := os.Stat(s.config.Topology)
	if err != nil {
		return nil, nil, time.Time{}, err
	}
	props, err := properties(s.config.Topology)
	if err != nil {
		return nil, nil, time.Time{}, err
	}
	places := map[netip.AddrPort]Location{}
	var def *Location
	for key, value := range props {
		dc, rack, ok := strings.Cut(value, ":")
		l := Location{strings.TrimSpace(dc), strings.TrimSpace(rack)}
		if !ok || strings.Contains(rack, ":") {
			l = Location{"default", "default"}
		}
		if key == "default" {
			def = &l
			continue
		}
		address, err := parseEndpoint(strings.Trim(key, "/"))
		if err != nil {
			return nil, nil, time.Time{}, fmt.Errorf("Unknown host %s", key) //nolint:staticcheck // Cassandra's words
		}
		places[address] = l
	}
	return places, def, info.ModTime(), nil
}

// parseEndpoint reads "ip" or "ip:port"; the port is 0 when absent.
func parseEndpoint(text string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.AddrPortFrom(a, 0), nil
	}
	return netip.ParseAddrPort(text)
}

func (s *propertyFile) Local() Location { return s.own }
func (s *propertyFile) Ordered() bool   { return true }

func (s *propertyFile) Of(address netip.AddrPort, _ Location) Location {
	if l, ok := s.find(address); ok {
		return l
	}
	s.config.Log.Error(fmt.Sprintf("Unknown host /%s with no default configured", address))
	return unknownLocation
}

func (s *propertyFile) find(address netip.AddrPort) (Location, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reload()
	l, ok := lookup(s.places, s.def, address)
	if ok {
		s.used[address] = l
	}
	return l, ok
}

func lookup(places map[netip.AddrPort]Location, def *Location, address netip.AddrPort) (Location, bool) {
	if l, ok := places[address]; ok {
		return l, true
	}
	if l, ok := places[netip.AddrPortFrom(address.Addr(), 0)]; ok {
		return l, true
	}
	if def != nil {
		return *def, true
	}
	return Location{}, false
}

// reload takes over a changed file, unless it moves a node that is in use.
func (s *propertyFile) reload() {
	now := s.config.Now()
	if now.Sub(s.checked) < reloadInterval {
		return
	}
	s.checked = now
	info, err := os.Stat(s.config.Topology)
	if err != nil || info.ModTime().Equal(s.changed) {
		return
	}
	places, def, changed, err := s.read()
	if err != nil {
		s.config.Log.Error("property file not reloaded", "error", err)
		return
	}
	s.changed = changed
	for address, old := range s.used {
		if l, _ := lookup(places, def, address); l != old {
			s.config.Log.Error(fmt.Sprintf("Cannot update data center or rack from %s to %s for live host /%s, property file NOT RELOADED",
				old, l, address))
			return
		}
	}
	s.places, s.def = places, def
}

// String is the location as Cassandra logs it.
func (l Location) String() string { return l.Datacenter + ":" + l.Rack }
