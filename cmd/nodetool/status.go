package main

import (
	"net"
	"strconv"
	"strings"

	"alexandra/internal/admin"
)

var statusCommand = command{
	name: "status", summary: "Print cluster information (state, load, IDs, ...)", run: runStatus,
	options: []option{
		{names: []string{"-r", "--resolve-ip"}, help: "Show node domain names instead of IPs"},
	},
	args: &arguments{usage: "[<keyspace>]", help: "The keyspace name", one: true},
}

func runStatus(c *call) error {
	cluster, err := ask(c, admin.ClusterOp, admin.None{})
	if err != nil {
		return err
	}
	owns, err := ask(c, admin.OwnershipOp, admin.Keyspace{Keyspace: c.arg(0)})
	if err != nil {
		return noKeyspace(c, err)
	}
	header := "Owns"
	if owns.Keyspace != "" {
		header = "Owns (effective)"
	}
	rows := [][]string{{"--", "Address", "Load", "Tokens", header, "Host ID", "Rack"}}
	dcs := byDatacenter(members(cluster))
	single := tokenCount(cluster) <= len(dcs)
	if single {
		rows[0] = []string{"--", "Address", "Load", header, "Host ID", "Token", "Rack"}
	}
	for _, dc := range dcs {
		for _, n := range dc.nodes {
			rows = append(rows, statusRow(c, n, owns, single))
		}
	}
	lines := strings.SplitAfter(columns(rows, "  "), "\n")
	next := 1
	for _, dc := range dcs {
		title := "Datacenter: " + dc.name
		c.printf("%s\n%s\nStatus=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n%s", title, strings.Repeat("=", len(title)), lines[0])
		for range dc.nodes {
			c.printf("%s", lines[next])
			next++
		}
		c.println("")
	}
	if owns.Note != "" {
		c.println("Note: " + owns.Note)
	}
	return nil
}

func statusRow(c *call, n admin.Node, owns *admin.Ownership, single bool) []string {
	share := "?"
	if s, ok := owns.Shares[n.Address]; ok && (owns.Keyspace != "" || owns.Note == "") {
		share = percent(s, 1)
	}
	state := "D"
	if n.Live {
		state = "U"
	}
	host := c.host(n.Address)
	if c.has("-r") {
		if names, err := net.DefaultResolver.LookupAddr(c.ctx, c.host(n.Address)); err == nil && len(names) > 0 {
			host = strings.TrimSuffix(names[0], ".")
		}
	}
	first := []string{state + n.State[:1], host, load(n)}
	if single {
		token := "?"
		if len(n.Tokens) > 0 {
			token = strconv.FormatInt(n.Tokens[0], 10)
		}
		return append(first, share, n.HostID, token, n.Rack)
	}
	return append(first, strconv.Itoa(len(n.Tokens)), share, n.HostID, n.Rack)
}
