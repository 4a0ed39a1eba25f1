package main

import (
	"alexandra/internal/admin"
)

var stopdaemonCommand = command{
	name: "stopdaemon", summary: "Stop cassandra daemon", run: runStopDaemon,
}

func runStopDaemon(c *call) error {
	_, err := ask(c, admin.StopDaemonOp, admin.None{})
	if err == nil {
		c.println("Cassandra has shutdown.")
	}
	return err
}
