package main

import (
	"alexandra/internal/admin"
)

var removenodeCommand = command{
	name: "removenode", summary: "Show status of current node removal, force completion of pending removal or remove provided ID", run: runRemoveNode,
	args: &arguments{usage: "<status>|<force>|<ID>", help: "Show status of current node removal, force completion of pending removal, or remove provided ID"},
}

func runRemoveNode(c *call) error {
	switch c.arg(0) {
	case "":
		return admin.Usage("Required parameters are missing: remove_operation")
	case "status", "force":
		c.println("RemovalStatus: No token removals in process.")
		return nil
	}
	_, err := ask(c, admin.MembershipOp, admin.Membership{Action: "removenode", Host: c.args[0]})
	return err
}
