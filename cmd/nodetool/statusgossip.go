package main

import (
	"alexandra/internal/admin"
)

var statusgossipCommand = command{
	name: "statusgossip", summary: "Status of gossip", run: showSwitch(admin.Gossip, "running", "not running"),
}
