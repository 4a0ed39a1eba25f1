package main

import (
	"alexandra/internal/admin"
)

var forcecompactCommand = command{
	name: "forcecompact", summary: "Force a (major) compaction on a table", run: tableCommand(admin.CompactOp),
	args: &arguments{usage: "[<keyspace> <table> <keys>]", help: "The keyspace, table, and a list of partition keys ignoring the gc_grace_seconds"},
}
