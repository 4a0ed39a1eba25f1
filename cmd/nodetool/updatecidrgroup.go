package main

import (
	"alexandra/internal/admin"
)

var updatecidrgroupCommand = command{
	name: "updatecidrgroup", summary: "Insert/Update a cidr group", run: runUpdateCIDRGroup,
	args: &arguments{usage: "[<cidrGroup> <cidr> ...]", help: "Requires a cidr group name, followed by one or more CIDRs separated by space"},
}

func runUpdateCIDRGroup(c *call) error {
	if len(c.args) < 2 {
		return admin.Usage("updatecidrgroup command requires a cidr group name and atleast one CIDR")
	}
	_, err := ask(c, admin.SetCIDRGroupOp, admin.CIDRGroup{Name: c.args[0], CIDRs: c.args[1:]})
	return err
}
