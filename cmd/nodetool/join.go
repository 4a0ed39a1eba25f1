package main

import (
	"alexandra/internal/admin"
)

var joinCommand = command{
	name: "join", summary: "Join the ring", run: runJoin,
}

func runJoin(c *call) error {
	i, err := ask(c, admin.InfoOp, admin.None{})
	if err == nil && i.Joined {
		err = admin.Usage("This node has already joined the ring.")
	}
	if err == nil {
		_, err = ask(c, admin.MembershipOp, admin.Membership{Action: "join"})
	}
	return err
}
