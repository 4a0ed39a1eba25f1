package main

import (
	"alexandra/internal/admin"
)

var listcidrgroupsCommand = command{
	name: "listcidrgroups", summary: "List existing cidr groups", run: runListCIDRGroups,
	args: &arguments{usage: "[<cidrGroup>]", help: "LIST operation can be invoked with or without cidr group name"},
}

func runListCIDRGroups(c *call) error {
	groups, err := ask(c, admin.CIDRGroupsOp, admin.None{})
	if err != nil {
		return err
	}
	if name := c.arg(0); name != "" {
		rows := [][]string{{"CIDRs"}}
		for _, g := range groups {
			if g.Name == name {
				for _, cidr := range g.CIDRs {
					rows = append(rows, []string{cidr})
				}
			}
		}
		if len(rows) > 1 {
			c.printf("%s", columns(rows, " "))
		}
		return nil
	}
	rows := [][]string{{"CIDR Groups"}}
	for _, g := range groups {
		rows = append(rows, []string{g.Name})
	}
	if len(rows) > 1 {
		c.printf("%s", columns(rows, " "))
	}
	return nil
}
