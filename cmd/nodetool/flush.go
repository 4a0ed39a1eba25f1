package main

import (
	"alexandra/internal/admin"
)

var flushCommand = command{
	name: "flush", summary: "Flush one or more tables", run: tableCommand(admin.FlushOp),
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}
