package main

import (
	"alexandra/internal/admin"
)

var enablegossipCommand = command{
	name: "enablegossip", summary: "Reenable gossip", run: turn(admin.Gossip, on),
}
