package main

import (
	"alexandra/internal/admin"
)

var gossipinfoCommand = command{
	name: "gossipinfo", summary: "Shows the gossip information for the cluster", run: runGossipInfo,
	options: []option{
		{names: []string{"-r", "--resolve-ip"}, help: "Show node domain names instead of IPs"},
	},
}

func runGossipInfo(c *call) error {
	cluster, err := ask(c, admin.ClusterOp, admin.None{})
	if err != nil {
		return err
	}
	for _, n := range cluster.Nodes {
		c.printf("/%s\n  generation:%d\n  heartbeat:%d\n", c.host(n.Address), n.Generation, n.Heartbeat)
		tokens := false
		for _, s := range n.States {
			c.printf("  %s:%d:%s\n", s.Name, s.Version, s.Value)
			tokens = tokens || s.Name == "TOKENS"
		}
		if !tokens {
			c.println("  TOKENS: not present")
		}
	}
	c.println("")
	return nil
}
