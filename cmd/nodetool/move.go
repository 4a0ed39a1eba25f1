package main

import (
	"alexandra/internal/admin"
)

var moveCommand = command{
	name: "move", summary: "Move node on the token ring to a new token", run: runMove,
	args: &arguments{usage: "<new token>", help: "The new token.", required: "newToken", one: true},
}

func runMove(c *call) error {
	_, err := ask(c, admin.MembershipOp, admin.Membership{Action: "move", Token: c.args[0]})
	return err
}
