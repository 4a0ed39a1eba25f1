package main

import (
	"alexandra/internal/admin"
)

var reloadsslCommand = command{
	name: "reloadssl", summary: "Signals Cassandra to reload SSL certificates", run: simple(admin.ReloadTLSOp),
}
