package main

import (
	"alexandra/internal/admin"
)

var drainCommand = command{
	name: "drain", summary: "Drain the node (stop accepting writes and flush all tables)", run: runDrain,
}

func runDrain(c *call) error {
	_, err := ask(c, admin.DrainOp, admin.None{})
	return err
}
