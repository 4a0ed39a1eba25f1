package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"alexandra/internal/cqlerr"
)

// The package and the classes of replication strategies.
const (
	locatorPackage  = "org.apache.cassandra.locator."
	SimpleStrategy  = locatorPackage + "SimpleStrategy"
	NetworkStrategy = locatorPackage + "NetworkTopologyStrategy"
	LocalStrategy   = locatorPackage + "LocalStrategy"
)

const replicationFactor = "replication_factor"

func shortLocator(class string) string { return strings.TrimPrefix(class, locatorPackage) }

// prepareReplication reads the property "replication" (ReplicationParams.fromMapWithDefaults). previous is what the
// keyspace had, nil when it is new.
func (a *applier) prepareReplication(options, previous map[string]string) (Replication, error) {
	class := options["class"]
	if !strings.Contains(class, ".") {
		class = locatorPackage + class
	}
	rest := maps.Clone(options)
	delete(rest, "class")
	switch class {
	case SimpleStrategy:
		if _, ok := rest[replicationFactor]; !ok {
			rest[replicationFactor] = strconv.Itoa(a.env.DefaultRF)
		}
	case NetworkStrategy:
		if err := a.expandDatacenters(rest, previous); err != nil {
			return Replication{}, err
		}
	case LocalStrategy:
		return Replication{}, cqlerr.Invalid("Unable to use given strategy class: LocalStrategy is reserved for internal use.")
	case locatorPackage + "OldNetworkTopologyStrategy":
		return Replication{}, cqlerr.Config("The support for the OldNetworkTopologyStrategy has been removed in C* version 4.0. The keyspace strategy should be switch to NetworkTopologyStrategy")
	default:
		if strings.HasPrefix(class, "java.lang.") {
			return Replication{}, cqlerr.Config("Specified replication strategy class (%s) is not derived from AbstractReplicationStrategy", class)
		}
		return Replication{}, cqlerr.Config("Unable to find replication strategy class '%s'", class)
	}
	return Replication{Class: class, Options: rest}, nil
}

// expandDatacenters is NetworkTopologyStrategy.prepareOptions.
func (a *applier) expandDatacenters(options, previous map[string]string) error {
	factor, given := options[replicationFactor]
	delete(options, replicationFactor)
	switch {
	case !given && len(options) == 0:
		// a keyspace that was SimpleStrategy keeps its factor
		if factor, given = previous[replicationFactor]; !given {
			factor, given = strconv.Itoa(a.env.DefaultRF), true
		}
	case given:
		for dc, n := range previous {
			if _, ok := options[dc]; !ok && dc != replicationFactor {
				options[dc] = n
			}
		}
	}
	if given {
		n, err := a.parseFactor(factor)
		if err != nil {
			return err
		}
		for _, dc := range a.env.Datacenters {
			if _, ok := options[dc]; !ok {
				options[dc] = strconv.Itoa(n)
			}
		}
	}
	maps.DeleteFunc(options, func(_, n string) bool { return n == "0" })
	return nil
}

// parseFactor is ReplicationFactor.fromString.
func (a *applier) parseFactor(text string) (int, error) {
	number, transient, slash := strings.Cut(text, "/")
	n, ok := javaInt(number)
	if !ok {
		return 0, cqlerr.Config("For input string: \"%s\"", number)
	}
	if slash {
		if _, ok := javaInt(transient); !ok {
			return 0, cqlerr.Config("For input string: \"%s\"", transient)
		}
		return 0, cqlerr.Config("Transient replication is not enabled on this node")
	}
	if n < 0 {
		return 0, cqlerr.Config("Replication factor must be non-negative, found %d", n)
	}
	return n, nil
}

// checkReplication validates prepared options and warns of factors that the cluster cannot fulfil.
func (a *applier) checkReplication(keyspace string, r Replication) error {
	factors := map[string]int{}
	for _, name := range hashOrder(r.Options) {
		if r.Class == SimpleStrategy && name != replicationFactor {
			continue
		}
		n, err := a.parseFactor(r.Options[name])
		if err != nil {
			return err
		}
		factors[name] = n
	}
	for _, name := range hashOrder(r.Options) {
		if r.Class == SimpleStrategy && name != replicationFactor || r.Class == NetworkStrategy && !slices.Contains(a.env.Datacenters, name) {
			return cqlerr.Config("Unrecognized strategy option {%s} passed to %s for keyspace %s", name, shortLocator(r.Class), keyspace)
		}
	}
	if r.Class == NetworkStrategy && len(r.Options) == 0 {
		return cqlerr.Config("Configuration for at least one datacenter must be present")
	}
	if err := a.checkAuthDatacenters(keyspace, r); err != nil {
		return err
	}
	a.warnFactors(keyspace, r, factors)
	return nil
}

// checkAuthDatacenters keeps roles readable in every datacenter.
func (a *applier) checkAuthDatacenters(keyspace string, r Replication) error {
	if keyspace != "system_auth" || r.Class != NetworkStrategy {
		return nil
	}
	var missing []string
	for _, dc := range sortedKeys(a.env.Nodes) {
		if _, ok := r.Options[dc]; !ok && a.env.Nodes[dc] > 0 {
			missing = append(missing, dc)
		}
	}
	if len(missing) > 0 {
		return cqlerr.Config("Following datacenters have active nodes and must be present in replication options for keyspace system_auth: %s", javaList(missing))
	}
	return nil
}

func (a *applier) warnFactors(keyspace string, r Replication, factors map[string]int) {
	if IsReplicatedSystem(keyspace) {
		return
	}
	if r.Class == SimpleStrategy {
		nodes := 0
		for _, n := range a.env.Nodes {
			nodes += n
		}
		if factors[replicationFactor] > nodes && nodes > 0 {
			a.warn(fmt.Sprintf("Your replication factor %d for keyspace %s is higher than the number of nodes %d", factors[replicationFactor], keyspace, nodes))
		}
		return
	}
	for _, dc := range sortedKeys(factors) {
		if nodes := a.env.Nodes[dc]; factors[dc] > nodes && nodes > 0 {
			a.warn(fmt.Sprintf("Your replication factor %d for keyspace %s is higher than the number of nodes %d for datacenter %s", factors[dc], keyspace, nodes, dc))
		}
	}
}

// Factor is the number of replicas over all datacenters; what cannot be read counts nothing.
func (r Replication) Factor() int {
	total := 0
	for _, text := range r.Options {
		n, _ := strconv.Atoi(text)
		total += n
	}
	return total
}
