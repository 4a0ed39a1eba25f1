package ring

import (
	"fmt"
	"strconv"
	"strings"

	"alexandra/internal/token"
)

// Strategy places replicas. Implementations are pure: one file each.
type Strategy interface {
	// replicas walks the ring from the owner of t; the first replica is the primary.
	replicas(r *Ring, t token.Token) []*Endpoint
	// Factor is the configured number of replicas over all datacenters.
	Factor() int
	// DatacenterFactor is the configured number of replicas in a datacenter; SimpleStrategy answers with Factor.
	DatacenterFactor(dc string) int
	// Datacenters are the datacenters that the strategy names, sorted; nil when it does not tell them apart.
	Datacenters() []string
	// key distinguishes strategies for the ring's cache.
	key() string
}

// Package of Cassandra's strategy and snitch classes.
const locator = "org.apache.cassandra.locator."

// ShortClass takes the locator package away from a strategy's or snitch's class name.
func ShortClass(class string) string { return strings.TrimPrefix(class, locator) }

// QualifiedClass adds the locator package to a class name without a dot.
func QualifiedClass(class string) string {
	if strings.Contains(class, ".") {
		return class
	}
	return locator + class
}

// NewStrategy makes a strategy from a keyspace's replication options; options never holds "class". Unknown options are
// ignored, as Cassandra does when it loads a schema: the rules for CREATE and ALTER are the schema's.
func NewStrategy(class string, options map[string]string) (Strategy, error) {
	switch ShortClass(class) {
	case "SimpleStrategy":
		n, err := factor(options["replication_factor"])
		if err != nil {
			return nil, err
		}
		return simple(n), nil
	case "NetworkTopologyStrategy":
		return newNetworkTopology(options)
	case "LocalStrategy":
		return local{}, nil
	}
	return nil, fmt.Errorf("unknown replication strategy %s", class)
}

func factor(text string) (int, error) {
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("replication factor %q is not a number of replicas", text)
	}
	return n, nil
}
