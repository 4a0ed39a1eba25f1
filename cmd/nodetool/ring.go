package main

import (
	"cmp"
	"slices"
	"strconv"

	"alexandra/internal/admin"
)

var ringCommand = command{
	name: "ring", summary: "Print information about the token ring", run: runRing,
	options: []option{
		{names: []string{"-r", "--resolve-ip"}, help: "Show node domain names instead of IPs"},
	},
	args: &arguments{usage: "[<keyspace>]", title: "<keyspace>", help: "Specify a keyspace for accurate ownership information (topology awareness)", one: true},
}

func runRing(c *call) error {
	cluster, err := ask(c, admin.ClusterOp, admin.None{})
	if err != nil {
		return err
	}
	owns, err := ask(c, admin.OwnershipOp, admin.Keyspace{Keyspace: c.arg(0)})
	if err != nil {
		return noKeyspace(c, err)
	}
	nodes := members(cluster)
	width := 0
	for _, n := range nodes {
		width = max(width, len(n.Address))
	}
	format := "%-" + strconv.Itoa(width) + "s  %-12s%-7s%-8s%-16s%-20s%-44s\n"
	c.println("")
	for _, dc := range byDatacenter(nodes) {
		printRing(c, dc, format, owns)
	}
	if tokenCount(cluster) > len(nodes) {
		c.println("  Warning: \"nodetool ring\" is used to output all the tokens of a node.")
		c.println("  To view status related info of a node use \"nodetool status\" instead.\n")
	}
	c.printf("\n  ")
	if owns.Note != "" {
		c.println("Note: " + owns.Note)
	}
	return nil
}

// owned is a token with its owner.
type owned struct {
	token int64
	node  admin.Node
}

func printRing(c *call, dc datacenter, format string, owns *admin.Ownership) {
	c.printf("Datacenter: %s\n==========\n", dc.name)
	c.printf(format, "Address", "Rack", "Status", "State", "Load", "Owns", "Token")
	var list []owned
	for _, n := range dc.nodes {
		for _, t := range n.Tokens {
			list = append(list, owned{t, n})
		}
	}
	slices.SortFunc(list, func(a, b owned) int { return cmp.Compare(a.token, b.token) })
	last := ""
	if len(list) > 1 {
		last = strconv.FormatInt(list[len(list)-1].token, 10)
	}
	c.printf(format, "", "", "", "", "", "", last)
	for _, o := range list {
		status, share := "Down", "?"
		if o.node.Live {
			status = "Up"
		}
		if s, ok := owns.Shares[o.node.Address]; ok && (owns.Keyspace != "" || owns.Note == "") {
			share = percent(s, 2)
		}
		c.printf(format, c.host(o.node.Address), o.node.Rack, status, o.node.State, load(o.node), share, strconv.FormatInt(o.token, 10))
	}
	c.println("")
}
