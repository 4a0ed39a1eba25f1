package main

import (
	"alexandra/internal/admin"
)

var repairAdminCommand = command{
	name: "repair_admin", summary: "list and fail incremental repair sessions", run: runRepairAdmin,
	text: "NAME\n        nodetool repair_admin - list and fail incremental repair sessions\n",
	args: &arguments{usage: "[<command>]", help: ""},
}

// runRepairAdmin has nothing to list: repairs here are full ones, which leave no session behind.
func runRepairAdmin(c *call) error {
	switch c.arg(0) {
	case "", "list":
		c.println("no sessions")
		return nil
	}
	return admin.Failed("there are no incremental repair sessions")
}
