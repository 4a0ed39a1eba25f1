package main

import (
	"alexandra/internal/admin"
)

var getcidrgroupsofipCommand = command{
	name: "getcidrgroupsofip", summary: "Print CIDR groups associated with given IP", run: runGetCIDRGroupsOfIP,
	args: &arguments{usage: "<IP address>", help: "Requires IP address as a string"},
}

func runGetCIDRGroupsOfIP(c *call) error {
	if len(c.args) != 1 {
		return admin.Usage("Requires IP address as input")
	}
	of, err := ask(c, admin.CIDRGroupsOfIPOp, admin.Name{Name: c.args[0]})
	if err != nil {
		return err
	}
	if !of.Active {
		return admin.Failed("'Get CIDR groups for IP' operation not supported by AllowAllCIDRAuthorizer")
	}
	rows := [][]string{{"CIDR Groups"}}
	for _, g := range of.Groups {
		rows = append(rows, []string{g})
	}
	c.printf("%s", columns(rows, " "))
	return nil
}
