package main

import (
	"alexandra/internal/admin"
)

var reloadcidrgroupscacheCommand = command{
	name: "reloadcidrgroupscache", summary: "Reload CIDR groups cache with latest entries in cidr_groups table, when CIDR authorizer is enabled", run: runReloadCIDRGroups,
}

func runReloadCIDRGroups(c *call) error {
	active, err := ask(c, admin.ReloadCIDRGroupsOp, admin.None{})
	if err == nil && !active {
		err = admin.Failed("Load CIDR groups cache operation not supported by AllowAllCIDRAuthorizer")
	}
	return err
}
