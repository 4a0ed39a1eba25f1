package main

import (
	"alexandra/internal/admin"
)

var truncatehintsCommand = command{
	name: "truncatehints", summary: "Truncate all hints on the local node, or truncate hints for the endpoint(s) specified.", run: runTruncateHints,
	args: &arguments{usage: "[endpoint ... ]", help: "Endpoint address(es) to delete hints for, either ip address (\"127.0.0.1\") or hostname"},
}

func runTruncateHints(c *call) error {
	_, err := ask(c, admin.TruncateHintsOp, admin.Hosts{Hosts: c.args})
	return err
}
