package config

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
)

// Names of the files that snitches read; they lie beside cassandra.yaml.
const (
	RackDCFile   = "cassandra-rackdc.properties"
	TopologyFile = "cassandra-topology.properties"
)

// RackDC is cassandra-rackdc.properties: where this node says it is.
type RackDC struct {
	// DC is this node's datacenter.
	DC string
	// Rack is this node's rack.
	Rack string
	// DCSuffix is appended to the datacenter by the snitches of clouds only.
	DCSuffix string
	// PreferLocal is whether nodes of one datacenter talk over their listen addresses.
	PreferLocal bool
}

// ConfDir is the folder that cassandra.yaml was read from, or conf.
func (c *Config) ConfDir() string {
	if path, ok := strings.CutPrefix(c.Source, "file:"); ok {
		return filepath.Dir(path)
	}
	return filepath.Dir(DefaultPath)
}

// LoadRackDC reads the file of -Dcassandra-rackdc.properties, or the one beside cassandra.yaml, as
// GossipingPropertyFileSnitch does.
func (c *Config) LoadRackDC() (RackDC, []Notice, error) {
	path := c.Properties.RackDCFile
	if path == "" {
		path = filepath.Join(c.ConfDir(), RackDCFile)
	}
	return ReadRackDC(path)
}

// ReadRackDC reads one such file; without a dc and a rack in it there is no snitch.
func ReadRackDC(path string) (RackDC, []Notice, error) {
	var notices []Notice
	properties, err := readProperties(path)
	if err != nil {
		notices = append(notices, warn("Unable to read "+RackDCFile))
	}
	r := RackDC{
		DC:          strings.TrimSpace(properties["dc"]),
		Rack:        strings.TrimSpace(properties["rack"]),
		DCSuffix:    strings.TrimSpace(properties["dc_suffix"]),
		PreferLocal: strings.EqualFold(properties["prefer_local"], "true"),
	}
	if r.DC == "" || r.Rack == "" {
		return r, notices, Fatal("DC or rack not found in snitch properties, check your configuration in: "+RackDCFile, path)
	}
	return r, notices, nil
}

// Place is a datacenter and a rack.
type Place struct{ DC, Rack string }

// Topology is cassandra-topology.properties: where every node is.
type Topology struct {
	// Nodes are the places by address.
	Nodes map[netip.Addr]Place
	// Default is the place of all other nodes; zero when the file has none.
	Default Place
}

// Place is where a node is; ok is false when neither it nor a default is in the file.
func (t Topology) Place(node netip.Addr) (place Place, ok bool) {
	if place, ok = t.Nodes[node.Unmap()]; ok {
		return place, true
	}
	return t.Default, t.Default != Place{}
}

// LoadTopology reads cassandra-topology.properties beside cassandra.yaml, as PropertyFileSnitch does.
func (c *Config) LoadTopology() (Topology, error) {
	return ReadTopology(filepath.Join(c.ConfDir(), TopologyFile))
}

// ReadTopology reads lines of the form 192.168.1.100=DC1:RAC1, [::1]:7000=DC1:RAC1 or default=DC1:RAC1.
func ReadTopology(path string) (Topology, error) {
	t := Topology{Nodes: map[netip.Addr]Place{}}
	properties, err := readProperties(path)
	if err != nil {
		return t, Fatal("Unable to read "+TopologyFile, err.Error())
	}
	for host, text := range properties {
		place := Place{"default", "default"}
		if dc, rack, ok := strings.Cut(text, ":"); ok {
			place = Place{strings.TrimSpace(dc), strings.TrimSpace(rack)}
		}
		if host == "default" {
			t.Default = place
			continue
		}
		name, _ := splitHostPort(strings.TrimPrefix(host, "/"), 0)
		address, ok := resolveHost(name)
		if !ok {
			return t, Fatal(fmt.Sprintf("Unknown host %s", host), path)
		}
		t.Nodes[address] = place
	}
	return t, nil
}
