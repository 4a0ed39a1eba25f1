package main

import (
	"strings"

	"alexandra/internal/admin"
)

var getseedsCommand = command{
	name: "getseeds", summary: "Get the currently in use seed node IP list excluding the node IP", run: runGetSeeds,
}

func runGetSeeds(c *call) error {
	list, err := ask(c, admin.SeedsOp, admin.None{})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.println("Seed node list does not contain any remote node IPs")
		return nil
	}
	c.println("Current list of seed node IPs, excluding the current node's IP: " + strings.Join(list, " "))
	return nil
}
