package main

import (
	"strings"

	"alexandra/internal/admin"
)

var reloadseedsCommand = command{
	name: "reloadseeds", summary: "Reload the seed node list from the seed node provider", run: runReloadSeeds,
}

func runReloadSeeds(c *call) error {
	list, err := ask(c, admin.SeedsOp, admin.None{})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.println("Seed node list does not contain any remote node IPs")
		return nil
	}
	c.println("Updated seed node IP list, excluding the current node's IP: " + strings.Join(list, " "))
	return nil
}
