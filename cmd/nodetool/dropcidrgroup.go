package main

import (
	"alexandra/internal/admin"
)

var dropcidrgroupCommand = command{
	name: "dropcidrgroup", summary: "Drop an existing cidr group", run: runDropCIDRGroup,
	args: &arguments{usage: "<cidrGroup>", help: "Requires a cidr group name"},
}

func runDropCIDRGroup(c *call) error {
	if len(c.args) != 1 {
		return admin.Usage("dropcidrgroup command requires a cidr group name")
	}
	_, err := ask(c, admin.DropCIDRGroupOp, admin.Name{Name: c.args[0]})
	if err == nil {
		c.println("Deleted CIDR group " + c.args[0])
	}
	return err
}
