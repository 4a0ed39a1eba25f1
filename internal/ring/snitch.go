package ring

import (
	"bufio"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"time"
)

// Location is a datacenter and a rack.
type Location struct{ Datacenter, Rack string }

// unknownLocation is where a node is that has not said it yet.
var unknownLocation = Location{"UNKNOWN_DC", "UNKNOWN_RACK"}

// Snitch says where nodes are. Methods are safe for concurrent use.
type Snitch interface {
	// Local is this node's own location.
	Local() Location
	// Of is a peer's location; gossiped is what the peer says of itself, zero when it has not said anything.
	Of(address netip.AddrPort, gossiped Location) Location
	// Ordered says whether proximity counts: SimpleSnitch keeps the order of the ring.
	Ordered() bool
}

// SnitchConfig is what OpenSnitch needs.
type SnitchConfig struct {
	Class    string         // as in cassandra.yaml: short or fully qualified
	Address  netip.AddrPort // own broadcast address and storage port
	RackDC   string         // path of cassandra-rackdc.properties
	Topology string         // path of cassandra-topology.properties
	Log      *slog.Logger
	Now      func() time.Time // for the reload interval; nil: time.Now
}

// OpenSnitch makes the snitch of a cassandra.yaml. Its errors are sentences for the operator.
func OpenSnitch(c SnitchConfig) (Snitch, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	switch ShortClass(c.Class) {
	case "", "SimpleSnitch":
		return simpleSnitch{}, nil
	case "GossipingPropertyFileSnitch":
		return openGossiping(c)
	case "PropertyFileSnitch":
		return openPropertyFile(c)
	case "RackInferringSnitch":
		return rackInferring{c.Address}, nil
	case "Ec2Snitch", "Ec2MultiRegionSnitch", "GoogleCloudSnitch", "AzureSnitch", "AlibabaCloudSnitch", "CloudstackSnitch":
		return nil, fmt.Errorf("snitch %s asks a cloud's metadata service, which is not supported; "+
			"use GossipingPropertyFileSnitch and cassandra-rackdc.properties", ShortClass(c.Class))
	}
	return nil, fmt.Errorf("Unable to find snitch class '%s'", QualifiedClass(c.Class)) //nolint:staticcheck // Cassandra's words
}

// properties reads a Java properties file: key=value or key:value lines, # and ! comments, \ before separators.
func properties(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]string{}
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		line := strings.TrimSpace(scan.Text())
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		key, value := splitProperty(line)
		out[key] = value
	}
	return out, scan.Err()
}

func splitProperty(line string) (key, value string) {
	var k strings.Builder
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			if i++; i < len(line) {
				k.WriteByte(line[i])
			}
		case '=', ':', ' ', '\t':
			value = strings.TrimLeft(line[i:], " \t")
			value = strings.TrimPrefix(strings.TrimPrefix(value, "="), ":")
			return k.String(), strings.TrimSpace(value)
		default:
			k.WriteByte(line[i])
		}
	}
	return k.String(), ""
}
