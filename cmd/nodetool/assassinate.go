package main

import (
	"alexandra/internal/admin"
)

var assassinateCommand = command{
	name: "assassinate", summary: "Forcefully remove a dead node without re-replicating any data.  Use as a last resort if you cannot removenode", run: runAssassinate,
	args: &arguments{usage: "<ip_address>", help: "IP address of the endpoint to assassinate"},
}

func runAssassinate(c *call) error {
	if len(c.args) == 0 {
		return admin.Usage("Required parameters are missing: ip_address")
	}
	_, err := ask(c, admin.MembershipOp, admin.Membership{Action: "assassinate", Host: c.args[0]})
	return err
}
