package main

import (
	"alexandra/internal/admin"
)

var removenodeCommand = command{
	name: "removenode", summary: "Show status of current node removal, force completion of pending removal or remove provided ID", run: runRemoveNode,
	args: &arguments{usage: "<status>|<force>|<ID>", help: "Show status of current node removal, force completion of pending removal, or remove provided ID"},
}

func runRemoveNode(c *call) error {
	if c.arg(0) == "" {
		return admin.Usage("Required parameters are missing: remove_operation")
	}
	_, err := admin.MembershipOp.Follow(c.ctx, c.conn, admin.Membership{Action: "removenode", Host: c.args[0]}, func(line string) { c.println(line) })
	return err
}
