package main

import (
	"alexandra/internal/admin"
)

var failuredetectorCommand = command{
	name: "failuredetector", summary: "Shows the failure detector information for the cluster", run: runFailureDetector,
}

func runFailureDetector(c *call) error {
	cluster, err := ask(c, admin.ClusterOp, admin.None{})
	if err != nil {
		return err
	}
	c.printf("%10s,%16s\n", "Endpoint", "Phi")
	for _, n := range cluster.Nodes {
		if n.HostID != cluster.Self && n.State != "Left" {
			c.printf("%s,%16.8f\n", "/"+c.host(n.Address), n.Phi)
		}
	}
	return nil
}
