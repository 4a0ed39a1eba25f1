package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"alexandra/internal/admin"
)

var describeclusterCommand = command{
	name: "describecluster", summary: "Print the name, snitch, partitioner and schema version of a cluster", run: runDescribeCluster,
}

func runDescribeCluster(c *call) error {
	cluster, err := ask(c, admin.ClusterOp, admin.None{})
	if err != nil {
		return err
	}
	dynamic := "disabled"
	if cluster.DynamicSnitch {
		dynamic = "enabled"
	}
	c.printf("Cluster Information:\n\tName: %s\n\tSnitch: %s\n\tDynamicEndPointSnitch: %s\n\tPartitioner: %s\n", cluster.Name, cluster.Snitch, dynamic, cluster.Partitioner)
	nodes := members(cluster)
	versions, releases := map[string][]string{}, map[string][]string{}
	count := map[string]int{}
	for _, n := range nodes {
		version := n.SchemaVersion
		if !n.Live {
			version = "UNREACHABLE"
			count["Unreachable"]++
		} else {
			count["Live"]++
		}
		count[n.State]++
		versions[version] = append(versions[version], c.host(n.Address))
		releases[n.Release] = append(releases[n.Release], n.Address)
	}
	c.println("\tSchema versions:")
	for _, v := range slices.Sorted(maps.Keys(versions)) {
		c.printf("\t\t%s: [%s]\n\n", v, strings.Join(versions[v], ", "))
	}
	c.println("Stats for all nodes:")
	for _, what := range []string{"Live", "Joining", "Moving", "Leaving", "Unreachable"} {
		c.printf("\t%s: %d\n", what, count[what])
	}
	c.println("\nData Centers: ")
	for _, dc := range byDatacenter(nodes) {
		down := 0
		for _, n := range dc.nodes {
			if !n.Live {
				down++
			}
		}
		c.printf("\t%s #Nodes: %d #Down: %d\n", dc.name, len(dc.nodes), down)
	}
	c.println("\nDatabase versions:")
	for _, v := range slices.Sorted(maps.Keys(releases)) {
		c.printf("\t%s: [%s]\n", v, strings.Join(releases[v], ", "))
	}
	c.println("\nKeyspaces:")
	printReplication(c, cluster.Keyspaces)
	if !cluster.MeaningfulOwnership {
		c.println("\nNote: Non-system keyspaces don't have the same replication settings, effective ownership information is meaningless")
	}
	return nil
}

// localRank puts the keyspaces that every node has for itself last.
var localRank = map[string]int{"system_schema": 1, "system": 2}

// printReplication lists keyspaces and options in the order of Java's maps.
func printReplication(c *call, keyspaces []admin.KeyspaceInfo) {
	byName := map[string]admin.KeyspaceInfo{}
	var names []string
	for _, k := range keyspaces {
		byName[k.Name] = k
		names = append(names, k.Name)
	}
	ordered := javaOrder(names)
	slices.SortStableFunc(ordered, func(a, b string) int { return cmp.Compare(localRank[a], localRank[b]) })
	for _, name := range ordered {
		values := map[string]string{}
		var keys, shown []string
		for _, o := range byName[name].Options {
			values[o.Name] = o.Value
			keys = append(keys, o.Name)
		}
		for _, k := range javaOrder(keys) {
			shown = append(shown, k+"="+values[k])
		}
		c.printf("\t%s -> Replication class: %s {%s}\n", name, byName[name].Class, strings.Join(shown, ", "))
	}
}
