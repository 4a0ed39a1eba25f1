package main

import (
	"alexandra/internal/admin"
)

var moveCommand = command{
	name: "move", summary: "Move node on the token ring to a new token", run: runMove,
	args: &arguments{usage: "<new token>", help: "The new token.", required: "newToken"},
}

func runMove(c *call) error {
	i, err := ask(c, admin.InfoOp, admin.None{})
	if err == nil && len(i.Tokens) > 1 {
		err = admin.Failed("This node has more than one token and cannot be moved thusly.")
	}
	if err == nil {
		_, err = ask(c, admin.MembershipOp, admin.Membership{Action: "move", Token: c.args[0]})
	}
	return err
}
